// SPDX-License-Identifier: MIT
package lambdadispatch.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page that defines the words follows the code.
class WordsTest {
    private static final Pattern CODE = Pattern.compile("`([A-Za-z.]+)`");
    private static final Set<String> NOT_OURS = Set.of("SocketChannel");

    @Test
    void everyTypeThatThePageNamesExists() {
        Set<String> types = Sources.files(".java", "src").stream().map(WordsTest::type).collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        for (String line : Sources.lines(Path.of("docs/words.md"))) {
            CODE.matcher(line).results().map(found -> found.group(1)).filter(word -> !NOT_OURS.contains(word)).forEach(named::add);
        }
        assertThat(named).hasSizeGreaterThan(30)
                .allMatch(name -> types.stream().anyMatch(type -> type.endsWith("." + name) || type.startsWith(name + ".")));
    }

    /// `lambdadispatch.router.dispatch.Pool` of its file.
    private static String type(Path file) {
        String path = file.subpath(2, file.getNameCount()).toString();
        return path.substring(0, path.length() - ".java".length()).replace('/', '.');
    }
}
