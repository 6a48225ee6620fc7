// SPDX-License-Identifier: MIT
package lambdadispatch.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Each bound that the security page promises is held by a test that exists.
class SecurityPageTest {
    @Test
    void everyTestThatThePageNamesExists() {
        String page = String.join("\n", Sources.lines(Path.of("docs/security.md")));
        List<MatchResult> named = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`").matcher(page).results().toList();
        assertThat(named).hasSizeGreaterThan(10);
        List<Path> tests = Sources.files("Test.java", "test");
        for (MatchResult each : named) {
            String method = each.group(2) == null ? "class " + each.group(1) : "void " + each.group(2) + "(";
            assertThat(tests.stream().filter(file -> file.endsWith(each.group(1) + ".java"))
                    .anyMatch(file -> Sources.lines(file).stream().anyMatch(line -> line.contains(method)))).as(each.group()).isTrue();
        }
    }
}
