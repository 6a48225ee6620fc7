// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One shared file's grammar: `[section]`, `name = value`, indented lines that belong to the name above, `#` and `;` for comments.
/// Source: AWS SDKs and Tools Reference Guide, "Format of the config and credentials files". Pure.
final class SharedFile {
    private final Path file; // for messages
    private final List<String> lines;
    private final Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    private Map<String, String> section;
    private String lastName;

    SharedFile(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    /// Each section's settings, by its title with single blanks; a section that comes twice is one.
    /// @throws IllegalArgumentException the first line that is none of these, by number: it may hold a secret
    Map<String, Map<String, String>> sections() {
        for (int i = 0; i < lines.size(); i++) {
            try {
                line(lines.get(i));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return sections;
    }

    private void line(String line) {
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#") || text.startsWith(";")) {
            return;
        }
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw new IllegalArgumentException("a section's title without ]");
            }
            String title = text.substring(1, end).strip().replaceAll("\\s+", " ");
            section = sections.computeIfAbsent(title, _ -> new HashMap<>());
            lastName = null;
        } else if (Character.isWhitespace(line.charAt(0))) {
            continued(text);
        } else {
            setting(text);
        }
    }

    private void setting(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("neither a section nor name = value");
        }
        if (section == null) {
            throw new IllegalArgumentException("a setting before the first section");
        }
        lastName = text.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        section.put(lastName, value(text.substring(equals + 1)));
    }

    /// Below a name without value, settings of their own; below another, more of its value, which nothing here has a use for.
    private void continued(String text) {
        if (lastName == null) {
            throw new IllegalArgumentException("an indented line without a setting above it");
        }
        int equals = text.indexOf('=');
        if (section.get(lastName).isEmpty() && equals > 0) {
            section.put(lastName + "." + text.substring(0, equals).strip().toLowerCase(Locale.ROOT), value(text.substring(equals + 1)));
        }
    }

    /// A comment in a line begins after a blank.
    private static String value(String raw) {
        return raw.replaceFirst("\\s[#;].*$", "").strip();
    }
}
