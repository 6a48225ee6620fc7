// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import lambdadispatch.aws.Credentials;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which source is taken: all are set up, and from the first on they are taken away.
class CredentialOrderTest {
    @TempDir
    Path home;

    private static Reply everything(FakeService.Asked asked) {
        return switch (asked.method() + " " + asked.target()) {
            case "POST /" -> Reply.ok(StsXml.credentials("AssumeRoleWithWebIdentity", "STS"));
            case "PUT /latest/api/token" -> Reply.ok("TOKEN");
            case "GET /latest/meta-data/iam/security-credentials/" -> Reply.ok("role");
            case "GET /latest/meta-data/iam/security-credentials/role" -> Reply.ok(Keys.json("IMDS"));
            default -> Reply.ok(Keys.json("CONTAINER"));
        };
    }

    @Test
    void sourcesAreTakenInTheSdksOrder() throws Exception {
        try (FakeService service = new FakeService(CredentialOrderTest::everything)) {
            Chain imds = new Chain(home).set("AWS_EC2_METADATA_DISABLED", "false").set("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri());
            assertThat(imds.get().accessKeyId()).isEqualTo("IMDS");
            Chain container = imds.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.uri() + "/container");
            assertThat(container.get().accessKeyId()).isEqualTo("CONTAINER");
            Chain profile = container.file("credentials", "[default]\naws_access_key_id = PROFILE\naws_secret_access_key = s\n");
            assertThat(profile.get().accessKeyId()).isEqualTo("PROFILE");
            Chain webIdentity =
                    profile.set("AWS_WEB_IDENTITY_TOKEN_FILE", profile.write("token", "jwt")).set("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")
                    .set("AWS_ENDPOINT_URL_STS", service.uri());
            assertThat(webIdentity.get().accessKeyId()).isEqualTo("STS");
            Chain environment = webIdentity.set("AWS_ACCESS_KEY_ID", "ENV").set("AWS_SECRET_ACCESS_KEY", "s").set("AWS_SESSION_TOKEN", "t");
            assertThat(environment.get()).isEqualTo(new Credentials("ENV", "s", "t"));
        }
    }

    @Test
    void sourceThatIsSetUpAndFailsIsNotReplacedByTheMachinesOwn() {
        try (FakeService service = new FakeService(CredentialOrderTest::everything)) {
            String refusal = new Chain(home).set("AWS_EC2_METADATA_DISABLED", "false")
                    .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri())
                    .set("AWS_WEB_IDENTITY_TOKEN_FILE", home.resolve("missing")).set("AWS_ROLE_ARN", "arn:aws:iam::1:role/r").refusal();
            assertThat(refusal).startsWith("passing: the web identity token file");
            assertThat(service.asked()).isEmpty();
        }
    }

    @Test
    void halfAKeyPairIsAFault() {
        assertThatThrownBy(() -> new Chain(home).set("AWS_ACCESS_KEY_ID", "a").get()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("AWS_SECRET_ACCESS_KEY is not set, but AWS_ACCESS_KEY_ID is");
        assertThatThrownBy(() -> new Chain(home).set("AWS_SECRET_ACCESS_KEY", "a").get()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("AWS_ACCESS_KEY_ID is not set, but AWS_SECRET_ACCESS_KEY is");
    }

    @Test
    void whereNothingIsSetUpTheStartSaysSo() {
        assertThatThrownBy(() -> new Chain(home).get()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no AWS credentials to invoke the function with");
    }

    @Test
    void secretsAreNeverShown() {
        Credentials credentials = new Credentials("AKID", "SECRET", "TOKEN");
        assertThat(credentials + " " + Issued.forGood(credentials) + " " + new StaticSource("x", credentials)).doesNotContain("SECRET",
                "TOKEN");
    }
}
