// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An extension that makes odd calls is answered here as by AWS's own emulator, whose answers lie in `test/vectors/lambda/odd-calls.txt`.
@Timeout(120)
class AgainstAwsTest {
    private static final Path ANSWERS = Path.of("test/vectors/lambda/odd-calls.txt");

    @TempDir
    Path folder;

    @Test
    void oddCallsAreAnsweredAsAwsOwnEmulatorAnswersThem() throws Exception {
        Path found = folder.resolve("found");
        Lambda.Setup setup =
                Lambda.Setup.USUAL.initLimit(Duration.ofMinutes(1)).timeout(Duration.ofMinutes(1)).variable("PROBE_FILE", found.toString());
        try (Lambda lambda = new Lambda(setup, probe()); ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            executor.submit(() -> lambda.invoke("{}"));
            await(found, () -> "nothing was written");
            lambda.close();
            executor.shutdownNow();
        }
        assertThat(Files.readAllLines(found)).containsExactlyElementsOf(answers());
    }

    /// Should this fail where the other passes, it is AWS's answers that have changed.
    @Test
    void theAnswersAreThoseOfAwsOwnEmulator() throws Exception {
        Path found = folder.resolve("found");
        List<String> extension = List.of("/bin/sh", "-c", "exec '" + String.join("' '", probe()) + "'");
        Map<String, String> variables =
                Map.of("PROBE_FILE", found.toString(), "AWS_LAMBDA_FUNCTION_NAME", Lambda.FUNCTION, "_HANDLER", "app");
        try (RuntimeInterfaceEmulator rie = new RuntimeInterfaceEmulator(folder, extension, "sleep 100", variables);
                HttpClient client = HttpClient.newHttpClient()) {
            rie.awaitListening();
            CompletableFuture<?> invoked =
                    client.sendAsync(HttpRequest.newBuilder(URI.create(rie.endpoint() + "/2015-03-31/functions/function/invocations"))
                    .POST(HttpRequest.BodyPublishers.ofString("{}")).build(), BodyHandlers.ofString()); // makes the environment
            await(found, rie::output);
            invoked.cancel(true);
        }
        assertThat(Files.readAllLines(found)).containsExactlyElementsOf(answers());
    }

    private static List<String> answers() throws IOException {
        List<String> answers = Files.readAllLines(ANSWERS).stream().filter(line -> !line.startsWith("#")).toList();
        assertThat(answers).hasSizeGreaterThan(100);
        return answers;
    }

    private static List<String> probe() {
        List<String> command = new ArrayList<>(Lambda.fakeExtension());
        command.set(command.size() - 1, ApiProbe.class.getName());
        return command;
    }

    private static void await(Path file, Callable<String> said) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(80);
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).as(said.call()).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
