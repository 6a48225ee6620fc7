// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import lambdadispatch.base.Bytes;

/// Reads the tables under `test/vectors/http1`. The format is described in the README there.
public final class Vectors {
    private static final Path FOLDER = Path.of("test/vectors/http1");

    private final List<Vector> rows = new ArrayList<>();
    private final Path file;
    private String name;
    private String source;
    private String method;
    private Bytes input;
    private List<String> verdict;

    private Vectors(Path file) {
        this.file = file;
    }

    /// All rows for the server's side.
    public static List<Vector> requests() {
        return folder("request");
    }

    /// All rows for the client's side.
    public static List<Vector> responses() {
        return folder("response");
    }

    private static List<Vector> folder(String folder) {
        List<Vector> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
            for (Path file : files.sorted().toList()) {
                Vectors vectors = new Vectors(file);
                for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                    vectors.line(line);
                }
                vectors.endRow();
                all.addAll(vectors.rows);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<String> names = new HashSet<>();
        for (Vector row : all) {
            if (!names.add(row.name())) {
                throw new IllegalStateException("two rows are called \"" + row.name() + "\"");
            }
        }
        return all;
    }

    private void line(String line) {
        if (line.startsWith("== ")) {
            endRow();
            name = line.substring(3);
            source = "";
            method = "GET";
            input = new Bytes();
            verdict = new ArrayList<>();
        } else if (line.equals(">") || line.startsWith("> ")) {
            unescape(line.substring(Math.min(2, line.length())), input);
            input.append('\r').append('\n');
        } else if (line.startsWith(">> ")) {
            unescape(line.substring(3), input);
        } else if (line.startsWith("source: ")) {
            source = line.substring(8);
        } else if (line.startsWith("to: ")) {
            method = line.substring(4);
        } else if (!line.isEmpty() && !line.startsWith("# ") && !line.startsWith("differs: ")) {
            verdict.add(unescaped(line));
        }
    }

    private void endRow() {
        if (name == null) {
            return;
        }
        if (source.isEmpty() || verdict.isEmpty()) {
            throw new IllegalStateException(file + ": no source or no verdict for \"" + name + "\"");
        }
        rows.add(new Vector(name, source, method, input.toArray(), List.copyOf(verdict)));
        name = null;
    }

    private static String unescaped(String text) {
        Bytes out = new Bytes();
        unescape(text, out);
        return out.toString();
    }

    /// Understands `\r \n \t \0 \\ \xNN` and `\{COUNT*TEXT}`, which repeats the text.
    private static void unescape(String text, Bytes out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            c = text.charAt(++i);
            switch (c) {
                case 'r' -> out.append('\r');
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case '0' -> out.append(0);
                case '\\' -> out.append('\\');
                case 'x' -> {
                    out.append(Integer.parseInt(text, i + 1, i + 3, 16));
                    i += 2;
                }
                case '{' -> {
                    int star = text.indexOf('*', i);
                    int end = text.indexOf('}', star);
                    String part = unescaped(text.substring(star + 1, end));
                    out.append(part.repeat(Integer.parseInt(text, i + 1, star, 10)));
                    i = end;
                }
                default -> throw new IllegalArgumentException("unknown escape in: " + text);
            }
        }
    }
}
