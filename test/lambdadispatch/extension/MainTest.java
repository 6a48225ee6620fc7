// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Lambda insists on the name of the file that it started.
class MainTest {
    @Test
    void pathThatTheKernelPassesIsTheNameAndNoArgument() {
        assertThat(Main.Command.of("/opt/extensions/my-dispatch")).isEqualTo(new Main.Command("my-dispatch", List.of()));
        assertThat(Main.Command.of("./lambda-dispatch", "--version")).isEqualTo(new Main.Command("lambda-dispatch", List.of("--version")));
    }

    @Test
    void startedWithoutAFileItHasItsUsualName() {
        assertThat(Main.Command.of()).isEqualTo(new Main.Command("lambda-dispatch", List.of()));
        assertThat(Main.Command.of("--help")).isEqualTo(new Main.Command("lambda-dispatch", List.of("--help")));
    }

    /// HotSpot's end takes up to 300 ms, and Lambda kills who is not gone by the time that it said.
    @Test
    void requestsInFlightLeaveTimeForTheEndOfTheProcess() {
        assertThat(Main.patience(102_000, 100_000)).as("Lambda's two seconds").isBetween(Duration.ofMillis(1_200),
                Duration.ofMillis(1_450));
        assertThat(Main.patience(101_400, 100_000)).as("what a slow app leaves of them").isBetween(Duration.ofMillis(600),
                Duration.ofMillis(850));
        assertThat(Main.patience(100_300, 100_000)).isEqualTo(Duration.ZERO);
        assertThat(Main.patience(99_000, 100_000)).isEqualTo(Duration.ZERO);
        assertThat(Main.patience(0, 100_000)).as("a SIGTERM says no time").isLessThanOrEqualTo(Duration.ofMillis(1_550));
    }
}
