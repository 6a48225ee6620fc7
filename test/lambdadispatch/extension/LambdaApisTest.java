// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is asked of Lambda's Runtime API and Extensions API, and what is made of their answers.
@Timeout(60)
class LambdaApisTest {
    private static final int PATIENCE_SECONDS = 50;

    private volatile Reply answer;
    private final FakeService lambda = new FakeService(asked -> answer);
    private final Http1Client http = new Http1Client(Http1Client.Options.DEFAULT);
    private final RuntimeApi runtime = new RuntimeApi(http, lambda.uri().getAuthority());
    private final ExtensionsApi extensions = new ExtensionsApi(http, lambda.uri().getAuthority());

    @AfterEach
    void close() {
        http.close();
        lambda.close();
    }

    /// An action without a result.
    @FunctionalInterface
    private interface Call {
        void run() throws IOException;
    }

    private static <T> T get(Callable<T> call) throws Exception {
        try {
            return LinkBed.inVirtualThread(call).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private static void run(Call call) throws Exception {
        get(() -> {
            call.run();
            return null;
        });
    }

    private Asked last() {
        return lambda.asked().getLast();
    }

    private static RuntimeApi.Event event(String invocationId) {
        return new RuntimeApi.Event("r-1", 0, new byte[0], invocationId);
    }

    // ---- Runtime API

    @Test
    void anInvocationIsTakenWithAllThatBelongsToIt() throws Exception {
        answer = Reply.of(200, "{\"a\":1}", "Lambda-Runtime-Aws-Request-Id", "r-7", "Lambda-Runtime-Deadline-Ms", "1789",
                "Lambda-Runtime-Invocation-Id", "i-7");
        RuntimeApi.Event event = get(runtime::next);
        assertThat(last()).hasToString("GET /2018-06-01/runtime/invocation/next");
        assertThat(event.requestId()).isEqualTo("r-7");
        assertThat(event.deadlineMs()).isEqualTo(1789);
        assertThat(event.invocationId()).isEqualTo("i-7");
        assertThat(event.payload()).asString(StandardCharsets.US_ASCII).isEqualTo("{\"a\":1}");
        answer = Reply.of(200, "", "Lambda-Runtime-Aws-Request-Id", "r-8", "Lambda-Runtime-Deadline-Ms", "1790");
        assertThat(get(runtime::next).invocationId()).as("where Lambda sends none").isNull();
        assertThat(lambda.connections()).as("one connection for all").isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"500, r, 1", "201, r, 1", "200, '', 1", "200, r, ''"})
    void whatIsNoInvocationIsARefusal(int status, String id, String deadline) {
        answer = id.isEmpty() ? Reply.of(status, "", "Lambda-Runtime-Deadline-Ms", deadline)
                : deadline.isEmpty() ? Reply.of(status, "", "Lambda-Runtime-Aws-Request-Id", id)
                        : Reply.of(status, "", "Lambda-Runtime-Aws-Request-Id", id, "Lambda-Runtime-Deadline-Ms", deadline);
        assertThatThrownBy(() -> get(runtime::next)).isInstanceOf(RuntimeApi.Refused.class)
                .hasMessage("invocation/next was answered with " + status);
    }

    @Test
    void aDeadlineThatIsNoNumberIsAFailure() {
        answer = Reply.of(200, "", "Lambda-Runtime-Aws-Request-Id", "r", "Lambda-Runtime-Deadline-Ms", "soon");
        assertThatThrownBy(() -> get(runtime::next)).isInstanceOf(IOException.class).isNotInstanceOf(RuntimeApi.Refused.class)
                .hasMessage("Lambda-Runtime-Deadline-Ms is not a number");
    }

    @Test
    void anInvocationIsAnsweredUnderItsIds() throws Exception {
        answer = Reply.of(202, "");
        run(() -> runtime.respond(event("i-1"), "answer".getBytes(StandardCharsets.US_ASCII)));
        assertThat(last()).hasToString("POST /2018-06-01/runtime/invocation/r-1/response");
        assertThat(last().body()).isEqualTo("answer");
        assertThat(last().header("content-type")).isEqualTo("application/json");
        assertThat(last().header("lambda-runtime-invocation-id")).isEqualTo("i-1");
        run(() -> runtime.respond(event(null), new byte[0]));
        assertThat(last().headers()).doesNotContainKey("lambda-runtime-invocation-id");
        assertThat(lambda.connections()).isEqualTo(1);
    }

    @Test
    void anAnswerIsTakenByAnyGoodStatus() throws Exception {
        answer = Reply.of(299, "");
        run(() -> runtime.respond(event("i-1"), new byte[0]));
        answer = Reply.of(300, "");
        assertThatThrownBy(() -> run(() -> runtime.respond(event("i-1"), new byte[0]))).isInstanceOf(RuntimeApi.Refused.class)
                .hasMessage("invocation/r-1/response was answered with 300");
    }

    @Test
    void errorsAreWrittenAsLambdaReadsThem() {
        assertThat(RuntimeApi.error("T", "it's \"odd\"")).asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"errorMessage\":\"it's \\\"odd\\\"\",\"errorType\":\"T\"}");
    }

    // ---- Extensions API

    private void registered() throws Exception {
        answer = Reply.of(200, "{}", "Lambda-Extension-Identifier", "e-1");
        run(() -> extensions.register("my-dispatch"));
    }

    @Test
    void theExtensionRegistersForShutdownAlone() throws Exception {
        registered();
        assertThat(last()).hasToString("POST /2020-01-01/extension/register");
        assertThat(last().header("lambda-extension-name")).isEqualTo("my-dispatch");
        assertThat(last().header("content-type")).isEqualTo("application/json");
        assertThat(last().body()).isEqualTo("{\"events\":[\"SHUTDOWN\"]}");
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 201, 200})
    void anExtensionThatIsNotRegisteredSaysWhatItWasTold(int status) {
        answer = status == 200 ? Reply.of(200, "no \u00fc") : Reply.of(status, "no \u00fc", "Lambda-Extension-Identifier", "e-1");
        assertThatThrownBy(() -> run(() -> extensions.register("x"))).isInstanceOf(IOException.class)
                .hasMessage("register was answered with " + status + ": no \u00fc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"eventType\":\"SHUTDOWN\",\"deadlineMs\":1789,\"shutdownReason\":\"spindown\"} | SHUTDOWN | 1789",
        "{\"eventType\":\"SHUTDOWN\"} | SHUTDOWN | 0",
        "{} | '' | 0",
        "[1] | '' | 0"})
    void eventsSayWhatTheyAreAndHowLongThereIs(String body, String type, long deadline) throws Exception {
        registered();
        answer = Reply.ok(body);
        assertThat(get(extensions::next)).isEqualTo(new ExtensionsApi.Event(type, deadline));
        assertThat(last()).hasToString("GET /2020-01-01/extension/event/next");
        assertThat(last().header("lambda-extension-identifier")).isEqualTo("e-1");
        assertThat(lambda.connections()).isEqualTo(1);
    }

    @Test
    void eventsThatAreRefusedAreAFailure() throws Exception {
        registered();
        answer = Reply.of(500, "{}");
        assertThatThrownBy(() -> get(extensions::next)).isInstanceOf(IOException.class).hasMessage("event/next was answered with 500");
    }

    @Test
    void anEnvironmentThatIsOfNoUseIsReported() throws Exception {
        registered();
        answer = Reply.of(202, "{}");
        run(() -> extensions.exitError("Extension.AppGone", "the app is gone"));
        assertThat(last()).hasToString("POST /2020-01-01/extension/exit/error");
        assertThat(last().header("lambda-extension-identifier")).isEqualTo("e-1");
        assertThat(last().header("lambda-extension-function-error-type")).isEqualTo("Extension.AppGone");
        assertThat(last().header("content-type")).isEqualTo("application/json");
        assertThat(last().body()).isEqualTo("{\"errorMessage\":\"the app is gone\",\"errorType\":\"Extension.AppGone\"}");
        assertThat(lambda.connections()).isEqualTo(1);
    }
}
