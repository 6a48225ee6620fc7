// SPDX-License-Identifier: MIT
package lambdadispatch.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.base.log.Log;
import org.junit.jupiter.api.Test;

/// Rules that every source file keeps.
class HouseRulesTest {
    private static final int LONGEST_FILE = 450;
    private static final int LONGEST_LINE = 140;
    private static final Pattern DATA = Pattern.compile("\\s*([+?:] )?\"|\\s*/// \\|");
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"{3}");
    private static final String LICENCE = "// SPDX-License-Identifier: MIT";
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");
    private static final Pattern MAKES_A_THREAD =
            Pattern.compile("Thread\\.(of|start)(Virtual|Platform)|new Thread\\(|\\bExecutors\\.|CompletableFuture\\.(run|supply)Async");
    private static final Set<String> SAME_EVERYWHERE = Set.of("Main.java", "module-info.java", "package-info.java");
    private static final Pattern EMPTY_NAME = Pattern.compile("(Impl|Utils?|Helpers?|Manager)\\.java$");

    @Test
    void everyFileNamesItsLicence() {
        assertThat(faults(java(), (file, lines) -> !lines.isEmpty() && lines.getFirst().equals(LICENCE))).isEmpty();
        assertThat(
                faults(scripts(), (file, lines) -> lines.stream().limit(3).anyMatch(line -> line.contains("SPDX-License-Identifier: MIT"))))
                .isEmpty();
    }

    @Test
    void noFileIsTooLongToRead() {
        assertThat(faults(Sources.files(".java", "src", "tools"), (file, lines) -> lines.size() <= LONGEST_FILE)).isEmpty();
    }

    /// Rows of data stay whole: literals on a line of their own, text blocks, tables in comments.
    @Test
    void noLineIsTooLongToRead() {
        List<Path> files = Stream.concat(java().stream(), Sources.files(".java", "tools", "docker").stream()).distinct().toList();
        assertThat(files.stream().flatMap(file -> tooLong(Sources.lines(file)).map(line -> file + ": " + line))).isEmpty();
    }

    private static Stream<String> tooLong(List<String> lines) {
        List<String> found = new ArrayList<>();
        boolean text = false;
        for (String line : lines) {
            boolean data = text || DATA.matcher(line).lookingAt();
            text ^= TEXT_BLOCK.matcher(line).results().count() % 2 == 1;
            if (line.length() > LONGEST_LINE && !data) {
                found.add(line);
            }
        }
        return found.stream();
    }

    @Test
    void everyPackageSaysWhatItIs() {
        assertThat(faults(Sources.files(".java", "src"),
                (file, lines) -> file.endsWith("module-info.java") || Files.isRegularFile(file.resolveSibling("package-info.java"))))
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        List<Path> files = Stream.concat(java().stream(), scripts().stream()).toList();
        assertThat(faults(files, (file, lines) -> lines.stream().noneMatch(line -> UNFINISHED.matcher(line).find()))).isEmpty();
    }

    @Test
    void namesSayWhatATypeOwns() {
        assertThat(faults(java(), (file, lines) -> !EMPTY_NAME.matcher(file.toString()).find())).isEmpty();
    }

    /// A reader who has met a name knows what it is: no other package uses it for something else.
    @Test
    void noTwoClassesHaveOneName() {
        Map<String, List<Path>> byName = java().stream()
                .filter(file -> !SAME_EVERYWHERE.contains(file.getFileName().toString()))
                .collect(Collectors.groupingBy(file -> file.getFileName().toString()));
        assertThat(byName).isNotEmpty();
        assertThat(byName.values().stream().filter(files -> files.size() > 1)).isEmpty();
    }

    @Test
    void everyTopicOfTheLogCanBeDebugged() {
        Pattern made = Pattern.compile("\\bLog\\.of\\(\"(\\w+)\"\\)");
        Set<String> topics = new TreeSet<>();
        Sources.files(".java", "src").forEach(
                file -> Sources.lines(file).forEach(line -> made.matcher(line).results().forEach(found -> topics.add(found.group(1)))));
        assertThat(topics).isNotEmpty().isEqualTo(new TreeSet<>(Log.TOPICS));
    }

    /// An instance's id is half of what lets a peer in, and stands in the control port's targets; log lines name its public name.
    @Test
    void noLineOfTheLogHoldsAnIdATokenOrATarget() {
        Pattern secret = Pattern
                .compile("instance(\\(\\))?\\.id\\(|\\binstanceId\\b|[tT]oken\\(\\)|\\btoken\\b(?!\")|\\.target\\(\\)|\\.authorization");
        assertThat(faults(Sources.files(".java", "src"),
                (file, lines) -> statements(lines).stream().noneMatch(line -> secret.matcher(line).find()))).isEmpty();
    }

    /// Statements that write to the log, each on one line, without the words that they say.
    private static List<String> statements(List<String> lines) {
        Matcher statement =
                Pattern.compile("\\b(LOG|log|outbox)\\.(error|warn|info|debug)\\((?s:.*?)\\);\n").matcher(String.join("\n", lines) + "\n");
        return statement.results().map(found -> found.group().replaceAll("\"[^\"\n]*\"", "\"\"")).toList();
    }

    @Test
    void threadsAreMadeInOnePlace() {
        List<Path> others = Sources.files(".java", "src").stream()
                .filter(file -> !file.startsWith("src/common/lambdadispatch/carrier") && !file.startsWith("src/aws-sdk")).toList();
        assertThat(faults(others, (file, lines) -> lines.stream().noneMatch(line -> MAKES_A_THREAD.matcher(line).find()))).isEmpty();
    }

    /// Of many values in a row two time-outs would be swapped in silence: such records are changed by name, or read from their variables.
    @Test
    void whatHasManyValuesIsNotBuiltByPosition() {
        String names = "(Limits|PoolSettings|RouterConfig|ExtensionConfig|Condition|Reading|Http1Client\\.Options)\\(";
        Pattern byPosition = Pattern.compile("\\bnew " + names);
        Pattern declared = Pattern.compile("\\brecord " + names);
        assertThat(faults(Sources.files(".java", "src", "test"), (file, lines) -> {
            List<String> own = found(declared, lines);
            return own.containsAll(found(byPosition, lines));
        })).isEmpty();
    }

    private static List<String> found(Pattern pattern, List<String> lines) {
        return lines.stream().flatMap(line -> pattern.matcher(line).results()).map(found -> found.group(1)).toList();
    }

    private static List<Path> java() {
        return Sources.files(".java", "src", "test", "tools");
    }

    private static List<Path> scripts() {
        Stream<Path> atTheTop = Stream.of("build.sh", "Makefile", ".ci/run").map(Path::of);
        return Stream.concat(Sources.files(".sh", "src", "test", "docker").stream(), atTheTop).toList();
    }

    private static List<Path> faults(List<Path> files, BiFunction<Path, List<String>, Boolean> rule) {
        List<Path> faults = new ArrayList<>();
        for (Path file : files) {
            if (!rule.apply(file, Sources.lines(file))) {
                faults.add(file);
            }
        }
        return faults;
    }
}
