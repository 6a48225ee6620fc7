// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The state of an environment, without any process or socket.
@Timeout(20)
class LifecycleTest {
    private final Lifecycle lifecycle = new Lifecycle(new Lifecycle.Function("f", "123456789012", "e"), false);

    @Test
    void environmentIsReadyOnceRuntimeAndEveryExtensionAsk() throws Exception {
        Extension extension = lifecycle.extension(lifecycle.register("e", Set.of("SHUTDOWN"))).orElseThrow();
        assertThat(lifecycle.awaitRegistered(soon())).isTrue();
        CompletableFuture<Lifecycle.Delivery> invocation = ask(new Poll());
        assertThat(lifecycle.awaitReady(now())).isFalse();
        CompletableFuture<String> event = askEvent(extension);
        assertThat(lifecycle.awaitReady(soon())).isTrue();
        lifecycle.shutDown("spindown", 5);
        assertThat(event.get(5, TimeUnit.SECONDS))
                .isEqualTo("{\"eventType\":\"SHUTDOWN\",\"shutdownReason\":\"spindown\",\"deadlineMs\":5}");
        assertThat(invocation).isNotDone();
    }

    @Test
    void invocationGoesToTheLastWhoAskedAndItsOutcomeToTheDriver() throws Exception {
        CompletableFuture<Lifecycle.Delivery> first = ask(new Poll());
        CompletableFuture<Lifecycle.Delivery> second = ask(new Poll());
        assertThat(first.get(5, TimeUnit.SECONDS)).isNull(); // asked again: the first does not count any more
        lifecycle.begin(invocation("1"), 7);
        assertThat(second.get(5, TimeUnit.SECONDS).deadlineMs()).isEqualTo(7);
        lifecycle.finish("1", new Outcome.Success(new byte[] {42}));
        assertThat(lifecycle.awaitOutcome("1", soon()).payload()).containsExactly(42);
    }

    @Test
    void invocationThatCouldNotBeHandedOverGoesToTheNextWhoAsks() throws Exception {
        CompletableFuture<Lifecycle.Delivery> first = ask(new Poll());
        lifecycle.begin(invocation("1"), 7);
        lifecycle.undelivered(first.get(5, TimeUnit.SECONDS));
        assertThat(ask(new Poll()).get(5, TimeUnit.SECONDS).invocation().requestId()).isEqualTo("1");
    }

    @Test
    void whoHasGoneGetsNothing() throws Exception {
        Poll poll = new Poll();
        CompletableFuture<Lifecycle.Delivery> gone = ask(poll);
        lifecycle.gone(poll);
        assertThat(gone.get(5, TimeUnit.SECONDS)).isNull();
        assertThat(lifecycle.awaitReady(now())).isFalse();
    }

    @Test
    void secondAnswerToAnInvocationIsRefused() throws Exception {
        CompletableFuture<Lifecycle.Delivery> asked = ask(new Poll());
        lifecycle.begin(invocation("1"), 7);
        asked.get(5, TimeUnit.SECONDS);
        lifecycle.finish("1", new Outcome.Success(new byte[0]));
        assertThatThrownBy(() -> lifecycle.finish("1", new Outcome.Success(new byte[0]))).isInstanceOf(Refused.class)
                .hasMessage(
                        "State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed");
        ask(new Poll());
        assertThatThrownBy(() -> lifecycle.finish("1", new Outcome.Success(new byte[0]))).isInstanceOf(Refused.class)
                .hasMessage("Invalid request ID");
    }

    @Test
    void runtimeThatAsksAgainBeforeItAnswersGetsTheSameInvocation() throws Exception {
        lifecycle.begin(invocation("1"), 7);
        assertThat(ask(new Poll()).get(5, TimeUnit.SECONDS)).isSameAs(ask(new Poll()).get(5, TimeUnit.SECONDS));
    }

    @Test
    void firstFaultCountsAndEndsEveryWait() throws Exception {
        lifecycle.broken(Fault.runtimeExited(0));
        lifecycle.broken(Fault.extensionExited(137));
        assertThat(lifecycle.awaitRegistered(soon())).isFalse();
        assertThat(lifecycle.fault()).isEqualTo(new Fault("Runtime.ExitError", "Runtime exited without providing a reason"));
    }

    @Test
    void endOfAProcessDuringShutdownIsNoFault() {
        lifecycle.closing();
        lifecycle.broken(Fault.extensionExited(0));
        assertThat(lifecycle.fault()).isNull();
    }

    @Test
    void registrationIsRefusedForUnknownEventsForeignNamesTwiceAndOnceClosed() throws Exception {
        assertThat(refusal(Set.of("SOMETIMES"), "e")).isEqualTo("Extension.InvalidEventType");
        assertThat(refusal(Set.of("SHUTDOWN"), "other")).as("not the file's name: within the runtime's process")
                .isEqualTo("Extension.InvalidEventType");
        lifecycle.register("e", Set.of("SHUTDOWN"));
        assertThat(lifecycle.awaitRegistered(soon())).isTrue();
        assertThat(refusal(Set.of(), "e")).isEqualTo("Extension.InvalidExtensionState");
        assertThat(refusal(Set.of("INVOKE"), "inner")).isEqualTo("none");
        assertThat(refusal(Set.of("INVOKE"), "inner")).isEqualTo("Extension.InvalidExtensionState");
        for (int i = 2; i < 10; i++) {
            lifecycle.register("inner" + i, Set.of());
        }
        assertThat(refusal(Set.of(), "eleventh")).isEqualTo("Extension.TooManyExtensions");
        ask(new Poll());
        assertThat(refusal(Set.of(), "late")).isEqualTo("Extension.RegistrationClosed");
        assertThat(lifecycle.extension("nobody")).isEmpty();
    }

    /// As in environments of managed instances.
    @Test
    void severalInvocationsGoToWhomAskedInThatOrderAndEachHasItsOwnOutcome() throws Exception {
        Lifecycle several = new Lifecycle(new Lifecycle.Function("f", "123456789012", "e"), true);
        CompletableFuture<Lifecycle.Delivery> first = waiting(() -> several.nextInvocation(new Poll()));
        assertThat(several.awaitReady(now())).as("one worker is enough").isTrue();
        CompletableFuture<Lifecycle.Delivery> second = waiting(() -> several.nextInvocation(new Poll()));
        several.begin(invocation("1"), 7);
        several.begin(invocation("2"), 8);
        assertThat(first.get(5, TimeUnit.SECONDS).invocation().requestId()).isEqualTo("1");
        assertThat(second.get(5, TimeUnit.SECONDS).invocation().requestId()).isEqualTo("2");
        several.finish("2", new Outcome.Success(new byte[] {42}));
        assertThat(several.awaitOutcome("2", soon()).payload()).containsExactly(42);
        assertThatThrownBy(() -> several.finish("2", new Outcome.Success(new byte[0]))).hasMessage("Invalid request ID");

        assertThat(several.awaitOutcome("1", now())).as("timed out").isNull();
        assertThatThrownBy(() -> several.finish("1", new Outcome.Success(new byte[0]))).hasMessage("Invoke timeout");
        several.begin(invocation("3"), 9);
        assertThat(waiting(() -> several.nextInvocation(new Poll())).get(5, TimeUnit.SECONDS).invocation().requestId())
                .as("and the others go on").isEqualTo("3");
    }

    @Test
    void whereSeveralInvocationsRunNoExtensionIsToldOfOne() {
        Lifecycle several = new Lifecycle(new Lifecycle.Function("f", "123456789012", "e"), true);
        assertThatThrownBy(() -> several.register("e", Set.of("INVOKE"))).hasMessage("INVOKE: ErrorInvalidEventType");
        assertThatThrownBy(() -> several.register("inner", Set.of("SHUTDOWN"))).hasMessage("No events allowed for internal extensions");
    }

    private String refusal(Set<String> events, String name) {
        try {
            lifecycle.register(name, events);
            return "none";
        } catch (Refused e) {
            return e.errorType();
        }
    }

    /// Returns once the poll is in place.
    private CompletableFuture<Lifecycle.Delivery> ask(Poll poll) {
        return waiting(() -> lifecycle.nextInvocation(poll));
    }

    private CompletableFuture<String> askEvent(Extension extension) {
        return waiting(() -> lifecycle.nextEvent(extension, new Poll()));
    }

    private interface Asking<T> {
        T ask() throws Exception;
    }

    private static <T> CompletableFuture<T> waiting(Asking<T> asking) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                answer.complete(asking.ask());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        while (thread.getState() != Thread.State.WAITING && !answer.isDone()) {
            Thread.onSpinWait();
        }
        return answer;
    }

    private static EmulatedInvocation invocation(String id) {
        return EmulatedInvocation.of(id, "arn", "$LATEST", "{}".getBytes(StandardCharsets.UTF_8), null);
    }

    private static long now() {
        return System.nanoTime();
    }

    private static long soon() {
        return System.nanoTime() + Duration.ofSeconds(5).toNanos();
    }
}
