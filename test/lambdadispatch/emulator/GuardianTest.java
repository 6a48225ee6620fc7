// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.process.Guardian;
import lambdadispatch.emulator.process.ProcessGroup;
import lambdadispatch.emulator.process.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Process groups, and that they do not outlive whoever started them.
@Timeout(30)
class GuardianTest {
    private static final java.util.Map<String, String> ENVIRONMENT = java.util.Map.of("PATH", System.getenv("PATH"));

    @Test
    void outputComesLineByLineAndTheStatusAtTheEnd() throws Exception {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        try (Guardian guardian = new Guardian()) {
            ProcessGroup group = ProcessGroup.start(guardian, List.of("/bin/sh", "-c", "echo one; echo two >&2; printf three; exit 5"),
                    ENVIRONMENT, lines::add);
            assertThat(group.exit().get(10, TimeUnit.SECONDS)).isEqualTo(5);
            List<String> printed = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                printed.add(lines.poll(10, TimeUnit.SECONDS));
            }
            assertThat(printed).containsExactly("one", "two", "three");
            group.destroy();
        }
    }

    @Test
    void closingKillsWhatIsStillThereEvenIfFrozen() throws Exception {
        ProcessGroup group;
        try (Guardian guardian = new Guardian()) {
            group = ProcessGroup.start(guardian, List.of("sleep", "1000"), ENVIRONMENT, line -> {});
            group.signal(Signal.STOP);
        }
        assertThat(group.exit().get(10, TimeUnit.SECONDS)).isEqualTo(128 + 9);
    }

    @Test
    void killedEmulatorLeavesNothingBehind() throws Exception {
        List<String> command =
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), Parent.class.getName());
        Process parent = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader output = parent.inputReader()) {
            ProcessHandle child = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
            assertThat(child.isAlive()).isTrue();
            parent.destroyForcibly().waitFor(); // SIGKILL: no shutdown hook runs
            child.onExit().get(10, TimeUnit.SECONDS);
        }
    }

    /// Starts a frozen child, tells its process id, and waits to be killed.
    public static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            ProcessGroup group =
                    ProcessGroup.start(new Guardian(), List.of("/bin/sh", "-c", "trap '' TERM; sleep 1000"), ENVIRONMENT, line -> {});
            group.signal(Signal.STOP);
            System.out.println(group.pid());
            group.exit().join();
        }
    }
}
