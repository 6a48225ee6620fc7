// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

/// Answers as STS writes them.
final class StsXml {
    private StsXml() {}

    static String credentials(String action, String id) {
        return """
                <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <%1$sResult>
                    <SubjectFromWebIdentityToken>system:serviceaccount:ns:router</SubjectFromWebIdentityToken>
                    <Credentials>
                      <AccessKeyId>%2$s</AccessKeyId>
                      <SecretAccessKey>SECRET</SecretAccessKey>
                      <SessionToken>TOKEN/+==</SessionToken>
                      <Expiration>%3$s</Expiration>
                    </Credentials>
                    <AssumedRoleUser>
                      <Arn>arn:aws:sts::1:assumed-role/r/s</Arn>
                      <AssumedRoleId>AROA:s</AssumedRoleId>
                    </AssumedRoleUser>
                    <PackedPolicySize>6</PackedPolicySize>
                  </%1$sResult>
                  <ResponseMetadata>
                    <RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId>
                  </ResponseMetadata>
                </%1$sResponse>
                """.formatted(action, id, Keys.EXPIRES);
    }

    static String error(String code, String message) {
        return """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <Error>
                    <Type>Sender</Type>
                    <Code>%s</Code>
                    <Message>%s</Message>
                  </Error>
                  <RequestId>ad4156e9</RequestId>
                </ErrorResponse>
                """.formatted(code, message);
    }
}
