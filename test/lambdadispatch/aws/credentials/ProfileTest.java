// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.http.message.Headers;
import lambdadispatch.support.FakeService.Reply;
import lambdadispatch.support.FakeService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The shared files.
class ProfileTest {
    @TempDir
    Path home;

    private static Reply sts(FakeService.Asked asked) {
        String action = asked.body().substring("Action=".length(), asked.body().indexOf('&'));
        String role = asked.body().replaceFirst(".*role%2F(\\w+).*", "$1");
        return asked.method().equals("POST") ? Reply.ok(StsXml.credentials(action, "FOR-" + role)) : Reply.of(404, "");
    }

    @Test
    void keysOfANamedProfile() throws Exception {
        Chain chain = new Chain(home).set("AWS_PROFILE", "p")
                .file("credentials", "[p]\naws_access_key_id = A\naws_secret_access_key = S\naws_session_token = T\n");
        assertThat(chain.get()).isEqualTo(new Credentials("A", "S", "T"));
    }

    @Test
    void roleIsTakenOnByTheSourceProfile() throws Exception {
        try (FakeService sts = new FakeService(ProfileTest::sts)) {
            Chain chain = new Chain(home).set("AWS_PROFILE", "role").set("AWS_ENDPOINT_URL_STS", sts.uri()).file("config", """
                    [profile role]
                    role_arn = arn:aws:iam::1:role/router
                    source_profile = base
                    external_id = x y
                    duration_seconds = 900
                    role_session_name = me
                    region = eu-north-1
                    """).file("credentials", "[base]\naws_access_key_id = BASE\naws_secret_access_key = S\n");
            assertThat(chain.get()).isEqualTo(new Credentials("FOR-router", "SECRET", "TOKEN/+=="));
            FakeService.Asked asked = sts.asked().getFirst();
            assertThat(asked.body())
                    .isEqualTo("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Frouter&RoleSessionName=me"
                    + "&DurationSeconds=900&ExternalId=x%20y");
            assertThat(asked.header("authorization")).isEqualTo(signature(asked, new Credentials("BASE", "S", "")));
        }
    }

    /// What the signature has to be, for the time at which the chain's clock stands.
    private static String signature(FakeService.Asked asked, Credentials credentials) {
        Headers headers = Headers.of("host", asked.header("host"), "content-type", asked.header("content-type"));
        new SigV4Signer("eu-north-1", "sts").sign("POST", "/", "", headers, asked.body().getBytes(), credentials, Chain.NOW);
        return headers.get("authorization");
    }

    @Test
    void rolesMayBeTakenOnOneFromAnother() throws Exception {
        try (FakeService sts = new FakeService(ProfileTest::sts)) {
            Chain chain = new Chain(home).set("AWS_ENDPOINT_URL_STS", sts.uri()).file("config", """
                    [default]
                    role_arn = arn:aws:iam::1:role/outer
                    source_profile = inner
                    [profile inner]
                    role_arn = arn:aws:iam::1:role/inner
                    source_profile = inner
                    aws_access_key_id = OWN
                    aws_secret_access_key = S
                    """);
            assertThat(chain.get().accessKeyId()).isEqualTo("FOR-outer");
            assertThat(sts.asked().get(0).header("authorization")).contains("Credential=OWN/");
            assertThat(sts.asked().get(1).header("authorization")).contains("Credential=FOR-inner/");
            assertThat(sts.asked().get(1).header("x-amz-security-token")).isEqualTo("TOKEN/+==");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Environment", "EcsContainer", "Ec2InstanceMetadata"})
    void roleIsTakenOnByTheCredentialSource(String source) throws Exception {
        try (FakeService service = new FakeService(asked -> switch (asked.method() + " " + asked.target()) {
            case "POST /" -> sts(asked);
            case "PUT /latest/api/token" -> Reply.ok("TOKEN");
            case "GET /latest/meta-data/iam/security-credentials/" -> Reply.ok("role");
            default -> Reply.ok(Keys.json("BASE"));
        })) {
            Chain chain = new Chain(home).set("AWS_ENDPOINT_URL_STS", service.uri()).set("AWS_PROFILE", "r")
                    .set("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri()).set("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.uri() + "/c")
                    .file("config", "[profile r]\nrole_arn = arn:aws:iam::1:role/router\ncredential_source = " + source + "\n");
            if (source.equals("Environment")) {
                // As a base only: set for the whole process, the keys themselves would be used, for they come first.
                assertThatThrownBy(chain::get).hasMessage("credential_source=Environment, but AWS_ACCESS_KEY_ID is not set");
                return;
            }
            assertThat(chain.get().accessKeyId()).isEqualTo("FOR-router");
            assertThat(service.asked().getLast().header("authorization")).contains("Credential=BASE/");
        }
    }

    @Test
    void webIdentityOfAProfile() throws Exception {
        try (FakeService sts = new FakeService(ProfileTest::sts)) {
            Chain chain = new Chain(home).set("AWS_ENDPOINT_URL_STS", sts.uri());
            chain.file("config",
                    "[default]\nrole_arn = arn:aws:iam::1:role/web\nweb_identity_token_file = " + chain.write("token", "jwt") + "\n");
            assertThat(chain.get().accessKeyId()).isEqualTo("FOR-web");
            assertThat(sts.asked().getFirst().body()).contains("WebIdentityToken=jwt").contains("RoleSessionName=lambda-dispatch-");
        }
    }

    @Test
    void processPrintsCredentials() throws Exception {
        String json =
                "{\"Version\": 1, \"AccessKeyId\": \"P\", \"SecretAccessKey\": \"S\", \"SessionToken\": \"T\", \"Expiration\": \"2026-03-01T18:00:00Z\"}";
        Chain chain = new Chain(home);
        Path output = chain.write("output", json);
        chain.file("config", "[default]\ncredential_process = echo oops >&2; cat '" + output + "'\n");
        assertThat(chain.get()).isEqualTo(new Credentials("P", "S", "T"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "echo SECRET; exit 3                                                          | passing: credential_process ended with status 3",
            "echo SECRET                                                                  | passing: credential_process answered with malformed JSON",
            "echo '[1]'                                                                   | passing: credential_process answered with JSON that is no object",
            "echo '{\"Version\":2,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"SECRET\"}'  | lasting: credential_process printed another version than 1",
            "echo '{\"Version\":1,\"SecretAccessKey\":\"SECRET\"}'                        | passing: credential_process answered without AccessKeyId",
            "head -c 100000 /dev/zero                                                     | lasting: credential_process printed more than 64000 bytes",
            "echo '{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"SECRET\",\"Expiration\":\"soon\"}' | passing: credential_process answered with an Expiration that is no ISO 8601 time",
            "echo '{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"S\",\"Expiration\":\"2020-01-01T00:00:00Z\"}' | passing: credential_process gave credentials that have expired"
    })
    void processThatFailsIsNotQuoted(String command, String refusal) {
        assertThat(new Chain(home).file("config", "[default]\ncredential_process = " + command + "\n").refusal()).isEqualTo(refusal);
    }

    @Test
    void processThatNeverEndsIsEndedWithWhatItStarted() throws Exception {
        Path pid = home.resolve("pid");
        ProcessSource source = new ProcessSource("sleep 1000 & echo $! > '" + pid + "'; wait", Duration.ofMillis(300));
        assertThatThrownBy(source::issue).isInstanceOf(CredentialsException.class);
        long child = Long.parseLong(Files.readString(pid).strip());
        ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sso_session = s                                       | profile default signs in by IAM Identity Center (SSO)",
        "sso_start_url = https://x                             | profile default signs in by IAM Identity Center (SSO)",
            "role_arn = r                                          | profile default with role_arn: exactly one of source_profile and credential_source",
        "role_arn = r; source_profile = a; credential_source = Environment | profile default with role_arn: exactly one of",
        "role_arn = r; source_profile = none                   | profile default: there is no profile none, its source_profile",
        "role_arn = r; source_profile = default                | profile default is its own source_profile, but has no keys",
        "role_arn = r; source_profile = empty                  | profile empty has no credentials, but is the source_profile of default",
        "role_arn = r; source_profile = round                  | the source_profile settings go round in a circle: default round",
        "role_arn = r; source_profile = a; mfa_serial = m      | profile default wants a code of an MFA device",
        "role_arn = r; credential_source = Magic               | credential_source=Magic: Environment, Ec2InstanceMetadata or EcsContainer",
            "aws_access_key_id = a                                 | profile default: aws_access_key_id and aws_secret_access_key belong together"
    })
    void whatCanNotWorkStopsTheStart(String settings, String message) {
        Chain chain = new Chain(home).file("config",
                "[profile empty]\nregion = x\n[profile round]\nrole_arn = r\nsource_profile = default\n[default]\n"
                + settings.replace("; ", "\n") + "\n");
        assertThatThrownBy(chain::get).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    @Test
    void profileWithoutCredentialsIsPassedOver() {
        assertThatThrownBy(() -> new Chain(home).file("config", "[default]\nregion = eu-north-1\n").get())
                .hasMessageStartingWith("no AWS credentials");
    }
}
