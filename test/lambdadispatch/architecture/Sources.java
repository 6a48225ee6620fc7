// SPDX-License-Identifier: MIT
package lambdadispatch.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The source files as text, and which package of ours names a type of which other.
final class Sources {
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);");
    private static final Pattern TYPE = Pattern.compile("\\b(lambdadispatch(?:\\.[a-z][a-z0-9]*)+)\\.[A-Z*]");

    private Sources() {}

    /// All files under these folders whose names end so. Run from the project's folder.
    static List<Path> files(String ending, String... folders) {
        return Stream.of(folders).map(Path::of).filter(Files::isDirectory).flatMap(Sources::walk)
                .filter(path -> path.toString().endsWith(ending)).sorted().toList();
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// For each package under the folder, the other packages of ours that its code names, in imports or in full; comments do not count.
    static Map<String, Set<String>> arrows(String folder) {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (Path file : files(".java", folder)) {
            String from = null;
            for (String line : lines(file)) {
                Matcher declared = PACKAGE.matcher(line);
                if (declared.find()) {
                    from = declared.group(1);
                    arrows.computeIfAbsent(from, _ -> new TreeSet<>());
                } else if (from != null && !line.strip().startsWith("//")) {
                    addNamed(line, from, arrows.get(from));
                }
            }
        }
        return arrows;
    }

    private static void addNamed(String line, String from, Set<String> to) {
        Matcher named = TYPE.matcher(line);
        while (named.find()) {
            if (!named.group(1).equals(from)) {
                to.add(named.group(1));
            }
        }
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
