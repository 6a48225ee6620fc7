// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.function.Function;
import lambdadispatch.aws.Credentials;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// EKS service accounts and the like.
class WebIdentityTest {
    private static final String ACTION = "AssumeRoleWithWebIdentity";

    @TempDir
    Path home;

    private Chain chain(FakeService sts) {
        Chain chain = new Chain(home).set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/router").set("AWS_ROLE_SESSION_NAME", "pod 7")
                .set("AWS_ENDPOINT_URL_STS", sts.uri());
        return chain.set("AWS_WEB_IDENTITY_TOKEN_FILE", chain.write("token", "ey.J+w/T\n"));
    }

    private String refusal(Function<FakeService.Asked, Reply> answers) {
        try (FakeService sts = new FakeService(answers)) {
            return chain(sts).refusal();
        }
    }

    @Test
    void tokenIsTradedForCredentialsWithoutASignature() throws Exception {
        try (FakeService sts = new FakeService(_ -> Reply.ok(StsXml.credentials(ACTION, "ASIA")))) {
            assertThat(chain(sts).get()).isEqualTo(new Credentials("ASIA", "SECRET", "TOKEN/+=="));
            FakeService.Asked asked = sts.asked().getFirst();
            assertThat(asked).hasToString("POST /");
            assertThat(asked.header("content-type")).startsWith("application/x-www-form-urlencoded");
            assertThat(asked.header("authorization")).isNull();
            assertThat(asked.body()).isEqualTo(
                    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Frouter"
                    + "&RoleSessionName=pod%207&WebIdentityToken=ey.J%2Bw%2FT");
        }
    }

    @ParameterizedTest
    @CsvSource({
            "403, AccessDenied, lasting", "400, ValidationError, lasting", "400, IDPRejectedClaim, lasting",
            "403, RegionDisabledException, lasting",
            "400, ExpiredTokenException, passing", "400, IDPCommunicationError, passing", "400, InvalidIdentityToken, passing",
            "500, InternalFailure, passing",
        "503, ServiceUnavailable, passing", "400, Throttling, passing"
    })
    void errorsLastOrPass(int status, String code, String verdict) {
        assertThat(refusal(_ -> Reply.of(status, StsXml.error(code, "because &lt;it&gt;"))))
                .isEqualTo(verdict + ": STS AssumeRoleWithWebIdentity answered " + status + " " + code + " because <it>");
    }

    @Test
    void serverErrorIsTriedAgain() throws Exception {
        int[] count = {0};
        try (FakeService sts = new FakeService(_ -> count[0]++ == 0 ? Reply.of(500, "") : Reply.ok(StsXml.credentials(ACTION, "ASIA")))) {
            assertThat(chain(sts).get().accessKeyId()).isEqualTo("ASIA");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Manner.class, mode = EnumSource.Mode.EXCLUDE, names = "WELL")
    void answerThatDoesNotComeWholeIsAFaultThatPasses(Manner manner) {
        try (FakeService sts = new FakeService(_ -> Reply.ok(StsXml.credentials(ACTION, "ASIA")).in(manner))) {
            assertThat(chain(sts).impatient().refusal()).startsWith("passing: STS at 127.0.0.1:");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html><body>hello</body>", "{}", "<r/>",
            "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"})
    void malformedXmlIsAFaultThatPasses(String text) {
        assertThat(refusal(_ -> Reply.ok(text))).startsWith("passing: STS answered with");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"})
    void eachElementIsNeeded(String name) {
        String without = StsXml.credentials(ACTION, "ASIA").replaceAll("<" + name + ">.*</" + name + ">", "");
        assertThat(refusal(_ -> Reply.ok(without)))
                .isEqualTo("passing: STS answered without AssumeRoleWithWebIdentityResult/Credentials/" + name)
                .doesNotContain("SECRET");
    }

    @Test
    void lineBreakInAKeyNeverReachesAHeader() {
        assertThat(refusal(_ -> Reply.ok(StsXml.credentials(ACTION, "A&#10;Evil: x"))))
                .startsWith("lasting: STS gave credentials with blanks or control characters");
    }

    @Test
    void emptyTokenFileIsAFault() {
        try (FakeService sts = new FakeService(_ -> Reply.of(500, ""))) {
            Chain chain = chain(sts);
            chain.set("AWS_WEB_IDENTITY_TOKEN_FILE", chain.write("empty", "\n"));
            assertThat(chain.refusal()).startsWith("passing: the web identity token file").endsWith("is empty or too long");
            assertThat(sts.asked()).isEmpty();
        }
    }
}
