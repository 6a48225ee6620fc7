// SPDX-License-Identifier: MIT
package lambdadispatch.base.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Reads settings from environment variables, collecting every fault and documenting every variable in one place.
///
/// A program reads all of its settings through one instance, then looks at [#faults()]. Reading never throws: a value that does not
/// parse is noted and the fallback returned, so that one start shows every fault there is. `--help` runs the same reading code over an
/// empty environment and prints [#table()], which can therefore not go out of date. A variable set to nothing counts as not set.
public final class Settings {
    private static final String PREFIX = "LAMBDA_DISPATCH_";
    private static final int LONGEST_VALUE_SHOWN = 120;

    private record Entry(String fallback, String description) {}

    private final Map<String, String> environment;
    private final Map<String, Entry> known = new LinkedHashMap<>();
    private final Set<String> secrets = new HashSet<>();
    private final List<String> faults = new ArrayList<>();

    public Settings(Map<String, String> environment) {
        this.environment = environment;
    }

    /// Any text; leading and trailing blanks go.
    /// @param fallback may be null
    public String text(String name, String fallback, String description) {
        document(name, fallback, description);
        String value = value(name);
        return value == null ? fallback : value;
    }

    /// As [#text], of a value that is never shown.
    public String secret(String name, String description) {
        secrets.add(name);
        return text(name, null, description);
    }

    /// A whole number from `min` to `max`.
    public int integer(String name, int fallback, int min, int max, String description) {
        String range = range(Integer.toString(min), Integer.toString(max), max == Integer.MAX_VALUE);
        document(name, Integer.toString(fallback), description + " [" + range + "]");
        return read(name, fallback, "a whole number, " + range, text -> within(Integer.parseInt(text), min, max));
    }

    /// A number of bytes from `min` to `max`: plain, or with `KiB`, `MiB` or `GiB`. If `min` is -1, then -1 stands for "unlimited".
    public long bytes(String name, long fallback, long min, long max, String description) {
        String range = range(Units.writeBytes(Math.max(0, min)), Units.writeBytes(max), max == Long.MAX_VALUE)
                + (min == -1 ? ", -1 for unlimited" : "");
        document(name, Units.writeBytes(fallback), description + " [" + range + "]");
        return read(name, fallback, "a number of bytes as 65536, 64KiB or 1MiB, " + range,
                text -> within(Units.parseBytes(text), min, max));
    }

    /// `true`, `false`, `1`, `0`, `yes` or `no`, in any case.
    public boolean flag(String name, boolean fallback, String description) {
        document(name, Boolean.toString(fallback), description);
        return read(name, fallback, "true or false", text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    /// A duration from `min` to `max` with its unit, `ms`, `s`, `min` (or `m`) or `h`, or as `hh:mm:ss`. A plain number only means
    /// something where the variable's name says what: milliseconds after `_MS`.
    public Duration millis(String name, Duration fallback, Duration min, Duration max, String description) {
        String range = range(Units.writeDuration(min), Units.writeDuration(max), false);
        document(name, Units.writeDuration(fallback), description + " [" + range + "]");
        return read(name, fallback, "a duration with its unit, as 250 ms, 5 s, 2 min, 1 h or 00:02:00, " + range, text -> {
            Duration duration = Units.parseDuration(name.endsWith("_MS") && text.matches("\\d+") ? text + "ms" : text);
            within(duration.toMillis(), min.toMillis(), max.toMillis());
            return duration;
        });
    }

    /// One of an enum's constants by its name in lower case, in any case.
    public <E extends Enum<E>> E choice(String name, E fallback, Class<E> type, String description) {
        Map<String, E> choices = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) {
            choices.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        String allowed = String.join(", ", choices.keySet());
        document(name, fallback == null ? null : fallback.name().toLowerCase(Locale.ROOT), description + " [" + allowed + "]");
        return read(name, fallback, "one of " + allowed, text -> {
            E chosen = choices.get(text.toLowerCase(Locale.ROOT));
            if (chosen == null) {
                throw new IllegalArgumentException();
            }
            return chosen;
        });
    }

    /// Items between commas, stripped, blank ones left out; empty if not set.
    public List<String> list(String name, String description) {
        document(name, null, description);
        String value = value(name);
        return value == null ? List.of() : Arrays.stream(value.split(",")).map(String::strip).filter(item -> !item.isEmpty()).toList();
    }

    /// Text of a form; what has another is a fault, and the fallback is returned.
    /// @param fallback may be null
    /// @param allowed completes "must be …"
    public String formed(String name, String fallback, Predicate<String> form, String allowed, String description) {
        document(name, fallback, description);
        return read(name, fallback, allowed, text -> {
            if (!form.test(text)) {
                throw new IllegalArgumentException();
            }
            return text;
        });
    }

    /// Text of a form that has to be there: nothing at all is a fault as well.
    public String required(String name, Predicate<String> form, String allowed, String description) {
        String value = formed(name, null, form, allowed, description + " (required)");
        if (value(name) == null) {
            fault(name, "", allowed);
        }
        return value;
    }

    /// A path as it stands in a request line: it begins with a slash, and has neither blanks nor characters that would have to be escaped.
    /// @param query whether a query may follow
    public String path(String name, String fallback, boolean query, String description) {
        return formed(name, fallback,
                text -> text.startsWith("/") && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#' && (query || c != '?')),
                "a path that begins with /, without blanks" + (query ? "" : " and query"), description);
    }

    /// A host name or an IP address.
    public String host(String name, String description) {
        return formed(name, null, Settings::isHost, "a host name or an IP address, without scheme and port", description);
    }

    /// Whether a URL can have it for a host; IPv6 addresses with or without brackets.
    public static boolean isHost(String text) {
        try {
            URI uri = new URI("http://" + (text.contains(":") && !text.startsWith("[") ? "[" + text + "]" : text) + ":1/");
            return uri.getHost() != null && uri.getUserInfo() == null && uri.getPort() == 1; // a path would have taken the port
        } catch (URISyntaxException notOne) {
            return false;
        }
    }

    /// A file that can be read; null if not set.
    public String file(String name, String description) {
        return formed(name, null, text -> Files.isReadable(Path.of(text)) && !Files.isDirectory(Path.of(text)),
                "a file that is there and can be read", description);
    }

    /// The topics whose debug lines are wanted, for the help and the check: the log reads the variable itself.
    /// @param name of the variable that the log reads
    public void topics(String name, Collection<String> topics) {
        formed(name, null,
                text -> Arrays.stream(text.split(",")).map(String::strip).allMatch(topic -> topic.isEmpty() || topics.contains(topic)),
                "topics between commas, of " + String.join(", ", new TreeSet<>(topics)),
                "topics for debug lines: frames,channels,dispatch,sigv4 and so on");
    }

    /// Makes a name known that is read elsewhere (by another program in the same environment, say): no warning, no line in the table.
    public void tolerate(String... names) {
        for (String name : names) {
            known.putIfAbsent(name, new Entry(null, null));
        }
    }

    /// Notes a fault that only the caller can see: values that contradict each other, a file that is not there.
    public void fault(String name, String value, String allowed) {
        faults.add(name + "=" + (secrets.contains(name) ? "(set)" : shown(value)) + ": must be " + allowed);
    }

    /// One line for each fault so far: the variable, the value, what is allowed.
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /// One line for each variable that starts with `LAMBDA_DISPATCH_` and that nothing has read. Call it after everything was read.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !known.containsKey(name)) {
                warnings.add(shown(name) + " is not a known variable"
                        + nearest(name).map(nearest -> "; did you mean " + PREFIX + nearest + "?").orElse(""));
            }
        }
        return warnings;
    }

    /// What all names have in common would make any two of them near to each other.
    private Optional<String> nearest(String name) {
        List<String> ours =
                known.keySet().stream().filter(each -> each.startsWith(PREFIX)).map(each -> each.substring(PREFIX.length())).toList();
        return NearestName.find(name.substring(PREFIX.length()), ours);
    }

    /// Every documented variable with the value that counts, in the order they were read; what a variable of a secret holds is not shown.
    public Map<String, String> effective() {
        Map<String, String> values = new LinkedHashMap<>();
        known.forEach((name, entry) -> {
            if (entry.description != null) {
                String set = value(name);
                values.put(name, set == null ? entry.fallback : secrets.contains(name) ? "(set)" : shown(set));
            }
        });
        return values;
    }

    /// The variables in the order they were read, one line each, in columns: name, default, description.
    public String table() {
        int name = "Variable".length();
        int fallback = "Default".length();
        for (Map.Entry<String, Entry> line : known.entrySet()) {
            if (line.getValue().description != null) {
                name = Math.max(name, line.getKey().length());
                fallback = Math.max(fallback, line.getValue().fallback.length());
            }
        }
        String format = "%-" + name + "s  %-" + fallback + "s  %s%n";
        return format.formatted("Variable", "Default", "Description") + known.entrySet().stream()
                .filter(line -> line.getValue().description != null)
                .map(line -> format.formatted(line.getKey(), line.getValue().fallback, line.getValue().description))
                .collect(Collectors.joining());
    }

    private <T> T read(String name, T fallback, String allowed, Function<String, T> parse) {
        String value = value(name);
        if (value == null) {
            return fallback;
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException doesNotParse) {
            fault(name, value, allowed);
            return fallback;
        }
    }

    private String value(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private void document(String name, String fallback, String description) {
        known.put(name, new Entry(fallback == null || fallback.isEmpty() ? "-" : fallback, description));
    }

    private static int within(int value, int min, int max) {
        within((long) value, min, max);
        return value;
    }

    private static long within(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static String range(String min, String max, boolean open) {
        return open ? min + " or more" : min + " to " + max;
    }

    /// The value on one line whatever it holds: a fault must not be able to forge another line.
    private static String shown(String value) {
        String text = (value == null ? "" : value).replaceAll("\\p{Cntrl}", "?");
        return text.length() <= LONGEST_VALUE_SHOWN ? text : text.substring(0, LONGEST_VALUE_SHOWN) + "...";
    }
}
