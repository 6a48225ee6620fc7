// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lambdadispatch.emulator.environment.Environment.Part;

/// Explains to whoever sits at the terminal why an app does not become ready, in lines that can be read: by what it listens on, by what the
/// extension found, and by its own last words.
final class AppStart {
    /// So long nobody wonders; an app that takes longer has a reason.
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final int LINES_KEPT = 10;
    private static final int LONGEST_LINE = 200;
    private static final String NOT_READY = "app not ready yet why=";

    private final String environment;
    private final AppRule rule;
    private final Map<Part, Deque<String>> lines = new EnumMap<>(Part.class); // this and the next guarded by this
    private String whyNotReady = "";

    AppStart(String environment, AppRule rule) {
        this.environment = environment;
        this.rule = rule;
        for (Part part : Part.values()) {
            lines.put(part, new ArrayDeque<>());
        }
    }

    /// Takes note of a line that a process printed.
    synchronized void printed(Part part, String line) {
        int why = part == Part.EXTENSION ? line.indexOf(NOT_READY) : -1;
        if (why >= 0) {
            whyNotReady = line.substring(why + NOT_READY.length());
        }
        Deque<String> kept = lines.get(part);
        kept.addLast(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "...");
        if (kept.size() > LINES_KEPT) {
            kept.removeFirst();
        }
    }

    /// What keeps a running app from being ready.
    /// @param listening the ports that it listens on
    synchronized String slow(int port, Set<Integer> listening) {
        String what = "The app in " + environment + " is not ready: ";
        if (listening.contains(port)) {
            return what + "it listens on port " + port + ", but is ready only when it " + rule.ready()
                    + ", here as on Lambda (the extension saw: " + whyNotReady
                    + ").\nLAMBDA_DISPATCH_HEALTH_PATH, _HEALTH_MIN_STATUS, _HEALTH_MAX_STATUS and _HEALTH_TCP_ONLY change the rule."
                    + lastLines(Part.APP);
        }
        String elsewhere = listening.isEmpty() ? ""
                : "\nIt listens on port " + listening.stream().map(String::valueOf).collect(Collectors.joining(", "))
                        + " instead. Does it read PORT? Here that is " + port + "; on Lambda the extension looks at LAMBDA_DISPATCH_PORT, "
                        + rule.port() + " now.";
        return what + "nothing listens on port " + port + ", which it got as PORT." + elsewhere + lastLines(Part.APP);
    }

    /// What ended a start.
    synchronized String failed(String errorType, String why) {
        Part part = errorType.startsWith("Extension.") ? Part.EXTENSION : Part.APP;
        return (part == Part.APP ? "The app in " : "The extension in ") + environment + " did not start: " + why + "." + lastLines(part);
    }

    private String lastLines(Part part) {
        Deque<String> kept = lines.get(part);
        return kept.isEmpty() ? "\nIt has printed nothing." : "\nIts last lines:\n  | " + String.join("\n  | ", kept);
    }
}
