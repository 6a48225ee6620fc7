// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
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

/// ECS tasks and EKS Pod Identity.
class ContainerTest {
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

    @TempDir
    Path home;

    @Test
    void ecsIsAskedForTheTasksPath() throws Exception {
        try (FakeService service = new FakeService(_ -> Reply.ok(Keys.json("ASIA")))) {
            Chain chain = new Chain(home).set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1234?x=y")
                    .set("AWS_CONTAINER_SERVICE_ENDPOINT", service.uri());
            assertThat(chain.get()).isEqualTo(new Credentials("ASIA", "SECRET", "TOKEN"));
            assertThat(service.asked().getFirst()).hasToString("GET /v2/credentials/1234?x=y");
            assertThat(service.asked().getFirst().header("authorization")).isNull();
        }
    }

    @Test
    void authorizationTokenIsSentAndItsFileIsReadEachTime() throws Exception {
        try (FakeService service = new FakeService(_ -> Reply.ok(Keys.json("ASIA")))) {
            Chain chain =
                    new Chain(home).set(FULL, service.uri() + "/v1/credentials").set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc");
            chain.get();
            chain.set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", chain.write("token", "one\n")).get();
            chain.write("token", "two");
            chain.get();
            assertThat(service.asked()).extracting(asked -> asked.header("authorization")).containsExactly("Basic abc", "one", "two");
        }
    }

    @Test
    void tokenThatWouldEndTheHeaderIsNotSent() {
        try (FakeService service = new FakeService(_ -> Reply.ok(Keys.json("ASIA")))) {
            assertThat(new Chain(home).set(FULL, service.uri()).set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nEvil: x").refusal())
                    .isEqualTo("lasting: the container's authorization token has line breaks or control characters in it");
            assertThat(
                    new Chain(home).set(FULL, service.uri()).set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", home.resolve("none")).refusal())
                    .isEqualTo("passing: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE can not be read: NoSuchFileException");
            assertThat(service.asked()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://192.0.2.1/x", "http://169.254.169.254/x", "http://[2001:db8::1]/x", "http://127.0.0.1@192.0.2.1/x"})
    void overPlainHttpOnlyThePlatformIsAsked(String uri) {
        assertThat(new Chain(home).set(FULL, uri).refusal()).startsWith("lasting: AWS_CONTAINER_CREDENTIALS_FULL_URI names the host ");
    }

    @Test
    void nameIsAskedOverPlainHttpOnlyIfAllItsAddressesAreThisHosts() throws Exception {
        InetAddress here = InetAddress.getByName("127.0.0.1");
        InetAddress alsoHere = InetAddress.getByName("::1");
        InetAddress elsewhere = InetAddress.getByName("192.0.2.1");
        assertThat(ContainerSource.onlyLoopback(here, alsoHere)).isTrue();
        assertThat(ContainerSource.onlyLoopback(here, elsewhere)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/", "127.0.0.1/x", "http:///x", "%"})
    void addressThatIsNoneStopsTheStart(String uri) {
        assertThatThrownBy(() -> new Chain(home).set(FULL, uri).get()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(FULL + "=" + uri + ": an http or https URL");
    }

    @ParameterizedTest
    @CsvSource({"400, lasting", "403, lasting", "404, lasting", "429, passing", "500, passing", "503, passing"})
    void errorsLastOrPass(int status, String verdict) {
        try (FakeService service = new FakeService(_ -> Reply.of(status, "{\"code\":\"NoSuch\",\"message\":\"because\"}"))) {
            assertThat(new Chain(home).set(FULL, service.uri()).refusal())
                    .isEqualTo(verdict + ": container credentials endpoint answered " + status + " NoSuch because");
            assertThat(service.asked()).hasSize(verdict.equals("passing") ? 2 : 1);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Manner.class, mode = EnumSource.Mode.EXCLUDE, names = "WELL")
    void answerThatDoesNotComeWholeIsAFaultThatPasses(Manner manner) {
        try (FakeService service = new FakeService(_ -> Reply.ok(Keys.json("ASIA")).in(manner))) {
            assertThat(new Chain(home).impatient().set(FULL, service.uri()).refusal())
                    .startsWith("passing: container credentials endpoint 127.0.0.1: ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"AccessKeyId\":\"A\"}", "{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"SECRET\"}",
            "{\"AccessKeyId\":1,\"SecretAccessKey\":\"SECRET\"}"})
    void malformedAnswerIsAFaultThatPassesAndIsNotQuoted(String text) {
        try (FakeService service = new FakeService(_ -> Reply.ok(text))) {
            assertThat(new Chain(home).set(FULL, service.uri()).refusal())
                    .startsWith("passing: container credentials endpoint answered with").doesNotContain("SECRET");
        }
    }

    @Test
    void nobodyThereIsAFaultThatPasses() {
        FakeService service = new FakeService(_ -> Reply.ok(""));
        service.close();
        assertThat(new Chain(home).set(FULL, service.uri()).refusal()).startsWith("passing: container credentials endpoint 127.0.0.1: ");
    }
}
