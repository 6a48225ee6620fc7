// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Nobody gets another's answer, whatever the app does on its kept connections and wherever clients leave. `test/fuzz/chain.py` is both; by
/// hand it runs for longer.
@Timeout(180)
class ChainFuzzTest {
    private static final String SCRIPT = Path.of("test", "fuzz", "chain.py").toAbsolutePath().toString();

    @Test
    void noAnswerIsForeign() throws Exception {
        Tool python = Tool.need("python3");
        try (Stack stack = new Stack().instances(2).app("exec '" + python.path() + "' '" + SCRIPT + "' app").start()) {
            String said = python.run(SCRIPT, "clients", stack.url("/").toString(), "2000", "1").success();
            assertThat(said).contains("foreign: 0").contains("200: ");
        }
    }
}
