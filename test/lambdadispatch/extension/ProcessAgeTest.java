// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What the init phase has lasted already when the extension's first line runs.
class ProcessAgeTest {
    private static final String STAT = "4242 (%s) S 1 4242 4242 0 -1 4194560 11 12 13 14 15 16 17 18 20 0 9 0 123456 1 2 3";

    @Test
    void differenceOfStartAndUptime() {
        assertThat(ProcessAge.of(STAT.formatted("java"), "1236.10 9.87\n")).isEqualTo(Duration.ofMillis(1_540));
    }

    @Test
    void nameMayHoldBlanksAndBrackets() {
        assertThat(ProcessAge.of(STAT.formatted("a) S 1 (b"), "1234.56 9.87\n")).isZero();
    }

    @Test
    void thisProcessIsAsOldAsTheJvmSays() throws Exception {
        Path stat = Path.of("/proc/self/stat");
        assumeTrue(Files.exists(stat), "no /proc here");
        Duration atLeast = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime() - 20); // ticks of 10 ms
        assertThat(ProcessAge.of(Files.readString(stat), Files.readString(Path.of("/proc/uptime")))).isBetween(atLeast,
                atLeast.plusMinutes(1));
    }

    @Test
    void whatCanNotBeIsNotBelieved() {
        Duration sinceMain = Duration.ofNanos(1);
        assertThat(ProcessAge.now(Duration.ofDays(1_000))).as("a process is older than its main").isEqualTo(Duration.ofDays(1_000));
        assertThat(ProcessAge.now(sinceMain)).isLessThan(sinceMain.plusSeconds(10));
    }

    @Test
    void anAgeIsBelievedWithinTenSecondsOfWhatIsKnown() {
        Duration sinceMain = Duration.ofMillis(70);
        assertThat(ProcessAge.believed(Duration.ofMillis(69), sinceMain)).isEqualTo(sinceMain);
        assertThat(ProcessAge.believed(Duration.ofMillis(71), sinceMain)).isEqualTo(Duration.ofMillis(71));
        assertThat(ProcessAge.believed(Duration.ofMillis(10_069), sinceMain)).isEqualTo(Duration.ofMillis(10_069));
        assertThat(ProcessAge.believed(Duration.ofMillis(10_070), sinceMain)).as("a machine's uptime, say").isEqualTo(sinceMain);
    }

    @Test
    void ticksAreHundredthsAndUptimeIsSeconds() {
        assertThat(ProcessAge.of(STAT.formatted("java"), "2000.00 1.00 2.00\n")).isEqualTo(Duration.ofMillis(2_000_000 - 1_234_560));
    }
}
