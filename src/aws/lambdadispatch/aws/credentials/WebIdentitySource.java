// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A role, taken on with a token of another identity provider (EKS service accounts, CI systems): an unsigned call of STS.
/// The token's file is read anew each time, because the platform renews it.
record WebIdentitySource(Sts sts, Role role, Path tokenFile) implements CredentialSource {
    private static final int LONGEST_TOKEN = 20_000; // AssumeRoleWithWebIdentity, WebIdentityToken

    @Override
    public String name() {
        return "role " + role.arn() + " by web identity";
    }

    @Override
    public Issued issue() throws CredentialsException {
        Map<String, String> parameters = role.parameters();
        parameters.put("WebIdentityToken", token());
        return sts.call("AssumeRoleWithWebIdentity", parameters, role.region(), null);
    }

    private String token() throws CredentialsException {
        try {
            String token = Files.size(tokenFile) > LONGEST_TOKEN ? "" : Files.readString(tokenFile).strip();
            if (token.isEmpty()) {
                throw CredentialsException.passing("the web identity token file " + tokenFile + " is empty or too long", null);
            }
            return token;
        } catch (IOException e) {
            throw CredentialsException
                    .passing("the web identity token file " + tokenFile + " can not be read: " + e.getClass().getSimpleName(), e);
        }
    }
}
