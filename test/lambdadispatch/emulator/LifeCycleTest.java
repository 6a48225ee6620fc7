// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.environment.Environment.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Lambda's life cycle, seen in the processes.
@Timeout(60)
class LifeCycleTest {
    @Test
    void idleEnvironmentIsFrozenWithAllItsProcessesAndUsedAgain() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.app("sleep 1000 & sleep 1000"))) {
            long pid = lambda.invoke("{\"do\":\"variables\"}").json().number("pid").orElseThrow();
            Environment environment = onlyEnvironment(lambda);
            assertThat(environment.pid(Part.EXTENSION)).isEqualTo(pid);
            until(environment::frozen);
            // extension, shell, two sleeps, each stopped when it is next scheduled
            until(() -> states(environment).stream().filter(state -> state == 'T').count() == 4);

            assertThat(lambda.invoke("{\"do\":\"variables\"}").json().number("pid").orElseThrow()).isEqualTo(pid);
            assertThat(lambda.emulator.bill().coldStarts()).isEqualTo(1);
        }
    }

    @Test
    void invocationsAtOnceGetEnvironmentsOfTheirOwnAndMoreAreThrottled() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.concurrency(2))) {
            CompletableFuture<Lambda.Answer> first = later(() -> lambda.invoke("{\"do\":\"sleep\",\"ms\":1500}"));
            CompletableFuture<Lambda.Answer> second = later(() -> lambda.invoke("{\"do\":\"sleep\",\"ms\":1500}"));
            until(() -> lambda.emulator.environments().size() == 2);

            Lambda.Answer third = lambda.invoke("{}");
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.headers().get("retry-after")).isEqualTo("1");
            assertThat(third.json().text("Reason")).contains("ReservedFunctionConcurrentInvocationLimitExceeded");
            assertThat(first.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(second.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
            assertThat(lambda.invoke("{}").status()).isEqualTo(200);
        }
    }

    @Test
    void timeOutEndsTheInvocationAndTheEnvironment() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.timeout(Duration.ofSeconds(1)))) {
            CompletableFuture<Lambda.Answer> call = later(() -> lambda.invoke("{\"do\":\"sleep\",\"ms\":30000}"));
            until(() -> running(lambda));
            Environment environment = onlyEnvironment(lambda);

            Lambda.Answer answer = call.get(20, TimeUnit.SECONDS);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().get("x-amz-function-error")).isEqualTo("Unhandled");
            assertThat(answer.json().text("errorType")).contains("Sandbox.Timedout");
            assertThat(answer.json().text("errorMessage").orElse("")).endsWith("Error: Task timed out after 1.00 seconds");
            until(() -> lambda.emulator.environments().isEmpty());
            assertThat(environment.output().since(0)).contains("\"eventType\":\"SHUTDOWN\",\"shutdownReason\":\"timeout\"");
            assertThat(alive(environment)).isFalse();
        }
    }

    @Test
    void extensionThatDiesIsAnExtensionCrash() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL)) {
            Lambda.Answer answer = lambda.invoke("{\"do\":\"exit\"}");
            assertThat(answer.json().text("errorType")).contains("Extension.Crash");
            assertThat(answer.json().text("errorMessage").orElse("")).endsWith("Error: exit status 9");
            until(() -> lambda.emulator.environments().isEmpty());
            assertThat(lambda.invoke("{}").status()).isEqualTo(200);
        }
    }

    @Test
    void appThatDiesIsARuntimeExit() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL)) {
            CompletableFuture<Lambda.Answer> call = later(() -> lambda.invoke("{\"do\":\"sleep\",\"ms\":30000}"));
            until(() -> running(lambda));
            lambda.send("POST", "/_emulator/environments/" + onlyEnvironment(lambda).id() + "/kill-app", "");

            Lambda.Answer answer = call.get(20, TimeUnit.SECONDS);
            assertThat(answer.json().text("errorType")).contains("Runtime.ExitError");
            assertThat(answer.json().text("errorMessage").orElse("")).endsWith("Runtime exited with error: signal: killed");
        }
    }

    @Test
    void environmentThatDiedWhileIdleIsReplacedWithoutAnError() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL)) {
            lambda.invoke("{}");
            Environment environment = onlyEnvironment(lambda);
            until(environment::frozen);
            environment.signal(Part.APP, lambdadispatch.emulator.process.Signal.KILL);
            ProcessHandle.of(environment.pid(Part.APP)).ifPresent(app -> app.onExit().join());

            assertThat(lambda.invoke("2").body()).isEqualTo("2");
            assertThat(lambda.emulator.bill().coldStarts()).isEqualTo(2);
        }
    }

    @Test
    void initThatTakesTooLongIsRunAgainUnderTheFunctionsTimeOut(@TempDir Path folder) throws Exception {
        Lambda.Setup setup = Lambda.Setup.USUAL.initLimit(Duration.ofSeconds(1)).fake("slow-first").variable("FAKE_FLAG",
                folder.resolve("flag").toString());
        try (Lambda lambda = new Lambda(setup)) {
            assertThat(lambda.invoke("3").body()).isEqualTo("3");
            assertThat(lambda.emulator.bill().billedMillis()).isGreaterThan(1_000);
            assertThat(lambda.emulator.environments()).hasSize(1);
        }
    }

    @Test
    void initThatNeverEndsTimesOut() throws Exception {
        Lambda.Setup setup = Lambda.Setup.USUAL.initLimit(Duration.ofMillis(700)).timeout(Duration.ofSeconds(1)).fake("never");
        try (Lambda lambda = new Lambda(setup)) {
            assertThat(lambda.invoke("{}").json().text("errorType")).contains("Sandbox.Timedout");
            until(() -> lambda.emulator.environments().isEmpty());
        }
    }

    @Test
    void extensionThatDiesInInitIsTriedTwice() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.fake("crash"))) {
            Lambda.Answer answer = lambda.invoke("{}");
            assertThat(answer.json().text("errorType")).contains("Extension.Crash");
            assertThat(answer.json().text("errorMessage").orElse("")).endsWith("exit status 7");
        }
    }

    @Test
    void appThatDiesInInitIsARuntimeExit() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.app("exit 3").fake("never"))) { // else init may be over before the shell is
            assertThat(lambda.invoke("{}").json().text("errorMessage").orElse("")).endsWith("Runtime exited with error: exit status 3");
        }
    }

    @Test
    void idleEnvironmentIsReclaimed() throws Exception {
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.idleLife(Duration.ofMillis(200)))) {
            lambda.invoke("{}");
            Environment environment = onlyEnvironment(lambda);
            until(() -> lambda.emulator.environments().isEmpty());
            assertThat(environment.output().since(0)).contains("\"shutdownReason\":\"spindown\"");
            assertThat(alive(environment)).isFalse();
        }
    }

    @Test
    void nothingOutlivesTheEmulatorNotEvenWhatIgnoresSignalsOrLeftItsGroup() throws Exception {
        Environment environment;
        ProcessHandle[] descendants;
        try (Lambda lambda = new Lambda(Lambda.Setup.USUAL.app("trap '' TERM; setsid sleep 1000 & sleep 1000; sleep 1000"))) {
            lambda.invoke("{}");
            environment = onlyEnvironment(lambda);
            until(environment::frozen);
            descendants = ProcessHandle.of(environment.pid(Part.APP)).orElseThrow().descendants().toArray(ProcessHandle[]::new);
            assertThat(descendants).hasSize(2);
        }
        assertThat(alive(environment)).isFalse();
        for (ProcessHandle descendant : descendants) {
            descendant.onExit().get(5, TimeUnit.SECONDS);
        }
    }

    private static boolean running(Lambda lambda) {
        return lambda.emulator.environments().stream().anyMatch(environment -> environment.output().since(0).contains("invoked"));
    }

    private static Environment onlyEnvironment(Lambda lambda) {
        assertThat(lambda.emulator.environments()).hasSize(1);
        return lambda.emulator.environments().getFirst();
    }

    private static boolean alive(Environment environment) {
        return ProcessHandle.of(environment.pid(Part.EXTENSION)).isPresent() || ProcessHandle.of(environment.pid(Part.APP)).isPresent();
    }

    /// The state letters of all processes, as /proc tells them.
    private static java.util.List<Character> states(Environment environment) {
        return java.util.stream.Stream.of(Part.values()).map(part -> ProcessHandle.of(environment.pid(part)).orElseThrow())
                .flatMap(process -> java.util.stream.Stream.concat(java.util.stream.Stream.of(process), process.descendants()))
                .map(process -> state(process.pid())).toList();
    }

    private static char state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return '?';
        }
    }

    private interface Call {
        Lambda.Answer make() throws IOException;
    }

    private static CompletableFuture<Lambda.Answer> later(Call call) {
        CompletableFuture<Lambda.Answer> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(call.make());
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /// Waits for what only other processes can bring about, and of which there is no event to wait for.
    private static void until(BooleanSupplier reached) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(deadline - System.nanoTime()).as("time left").isPositive();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
