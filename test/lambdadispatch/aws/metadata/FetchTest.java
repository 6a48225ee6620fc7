// SPDX-License-Identifier: MIT
package lambdadispatch.aws.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.aws.config.AwsConfig;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How often a service is asked, how long it may take, and what of its answer is taken.
@Timeout(30)
class FetchTest {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration IMPATIENT = Duration.ofMillis(150);
    private static final int LONGEST = 256 << 10;

    private static Fetch fetch(Duration limit, int tries) {
        return new Fetch(new Fetch.Limits(limit, limit, tries), null);
    }

    private static Fetch.Question question(FakeService service) {
        return Fetch.Question.get(service.uri().resolve("/x"), "x-a", "b");
    }

    @ParameterizedTest
    @CsvSource({"200, 1", "404, 1", "428, 1", "429, 3", "430, 1", "499, 1", "500, 3", "503, 3"})
    void whatMayPassIsAskedForAgainAndAnsweredAsItWasLast(int status, int times) throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.of(status, "text")); Fetch fetch = fetch(PATIENT, 3)) {
            Fetch.Answer answer = fetch.ask(question(service));
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.text()).isEqualTo("text");
            assertThat(answer.ok()).isEqualTo(status == 200);
            assertThat(service.asked()).hasSize(times).allMatch(asked -> asked.header("x-a").equals("b"));
        }
    }

    @Test
    void connectionsThatBreakAreTriedAgainToo() throws IOException {
        AtomicInteger count = new AtomicInteger();
        try (FakeService service = new FakeService(_ -> Reply.ok("text").in(count.incrementAndGet() < 3 ? Manner.RESET : Manner.WELL));
                Fetch fetch = fetch(PATIENT, 3)) {
            assertThat(fetch.ask(question(service)).text()).isEqualTo("text");
            count.set(0);
            try (Fetch twice = fetch(PATIENT, 2)) {
                assertThatThrownBy(() -> twice.ask(question(service))).isInstanceOf(IOException.class);
            }
            assertThat(count).hasValue(2);
        }
    }

    @Test
    void betweenTriesThereIsAPauseThatDoubles() throws IOException {
        try (FakeService service = new FakeService(_ -> Reply.of(500, "")); Fetch fetch = fetch(PATIENT, 4)) {
            long start = System.nanoTime();
            fetch.ask(question(service));
            // 50, 100 and 200 ms, each half of it at least
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(175), Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRICKLE", "SILENT"})
    void anAnswerThatTricklesInIsNotWaitedForLongerThanOneThatDoesNotCome(Manner manner) {
        try (FakeService service = new FakeService(_ -> Reply.ok("text").in(manner)); Fetch fetch = fetch(IMPATIENT, 1)) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> fetch.ask(question(service))).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(IMPATIENT, Duration.ofSeconds(10));
        }
    }

    @Test
    void anAnswerHasItsLimit() throws IOException {
        int[] length = {LONGEST};
        try (FakeService service = new FakeService(_ -> Reply.ok("x".repeat(length[0]))); Fetch fetch = fetch(PATIENT, 1)) {
            assertThat(fetch.ask(question(service)).text()).hasSize(LONGEST);
            length[0]++;
            assertThatThrownBy(() -> fetch.ask(question(service))).isInstanceOf(IOException.class).hasMessageContaining("longer");
        }
    }

    @Test
    void onceClosedNothingIsAskedAnyMore() {
        try (FakeService service = new FakeService(_ -> Reply.ok(""))) {
            Fetch fetch = fetch(PATIENT, 1);
            fetch.close();
            assertThatThrownBy(() -> fetch.ask(question(service))).isInstanceOf(IOException.class).hasMessageContaining("closed");
            Imds imds = imds("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri().toString());
            imds.close();
            assertThatThrownBy(imds::region).isInstanceOf(IOException.class).hasMessageContaining("closed");
            assertThat(service.asked()).isEmpty();
        }
    }

    private static Imds imds(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>(Map.of("HOME", "/nonexistent"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Imds(AwsConfig.read(variables), new Fetch.Limits(PATIENT, PATIENT, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1", "nonsense", "http://", "%"})
    void anEndpointThatIsNoneStopsTheStart(String url) {
        assertThatThrownBy(() -> imds("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + url + ": an http URL");
    }

    @Test
    void theTokenIsAskedForOnceAndSentWithEveryQuestion() throws IOException {
        try (FakeService service = new FakeService(asked -> asked.method().equals("PUT") ? Reply.ok(" T~! ") : Reply.ok("eu-west-3\n"));
                Imds imds = imds("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri().toString())) {
            assertThat(imds.region()).isEqualTo("eu-west-3");
            assertThat(imds.get("/latest/x").text()).isEqualTo("eu-west-3\n");
            assertThat(service.asked()).extracting(Object::toString).containsExactly("PUT /latest/api/token",
                    "GET /latest/meta-data/placement/region", "GET /latest/x");
            assertThat(service.asked().getLast().header("x-aws-ec2-metadata-token")).isEqualTo("T~!");
        }
    }

    @ParameterizedTest
    @CsvSource({"200, ''", "200, a b", "200, \u007f", "404, T"})
    void aTokenThatCanNotBeSentIsNone(int status, String token) {
        try (FakeService service = new FakeService(_ -> Reply.of(status, token));
                Imds imds = imds("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri().toString())) {
            assertThatThrownBy(imds::region).isInstanceOf(IOException.class).hasMessageStartingWith("no session token");
            assertThat(service.asked()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"200, evil.example.com", "200, ''", "404, eu-west-3"})
    void aRegionThatIsNoneIsNotBelieved(int status, String region) {
        try (FakeService service = new FakeService(asked -> asked.method().equals("PUT") ? Reply.ok("T") : Reply.of(status, region));
                Imds imds = imds("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.uri() + "/")) {
            assertThatThrownBy(imds::region).isInstanceOf(IOException.class)
                    .hasMessage("no region from the EC2 metadata service: status " + status);
        }
    }

    @Test
    void aQuestionIsAGetWithoutABody() {
        Fetch.Question question = Fetch.Question.get(URI.create("http://x/"), "a", "b");
        assertThat(question.method()).isEqualTo("GET");
        assertThat(question.body()).isNull();
        assertThat(question.headers().get("a")).isEqualTo("b");
    }
}
