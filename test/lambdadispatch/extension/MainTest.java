// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

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
}
