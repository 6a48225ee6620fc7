// SPDX-License-Identifier: MIT
package lambdadispatch.base.log;

import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;

/// One line per event of one topic: `2026-11-24T04:10:47.123Z INFO  dispatch instance opened instance=ab12 channels=10`.
///
/// `LAMBDA_DISPATCH_Debug` (or the system property `lambdadispatch.debug`) names the topics whose debug lines are wanted, between commas.
/// The system property `lambdadispatch.log` says where lines go: `stdout` (default), `stderr`, `none`, or else the file to append to.
///
/// Events are fixed words; whatever varies is a value. Never log a token, key, cookie or credential.
public final class Log {
    /// The variable that names the topics to debug.
    public static final String DEBUG_VARIABLE = "LAMBDA_DISPATCH_Debug";

    /// The variable that says how lines are written: `text` (default) or `json`.
    public static final String FORMAT_VARIABLE = "LAMBDA_DISPATCH_LogFormat";

    /// All topics that there are, of all programs: which names the variable may hold.
    public static final Set<String> TOPICS =
            Set.of("admin", "callback", "channels", "credentials", "dispatch", "emulator", "extension", "frames", "http1", "http2",
            "invocation", "metrics", "readiness", "relay", "router", "server", "sigv4", "traces");

    private static final Duration FLUSH_PATIENCE = Duration.ofSeconds(2);
    private static final List<Log> ALL = new CopyOnWriteArrayList<>();
    private static volatile Set<String> debugged = topics(System.getProperty("lambdadispatch.debug", System.getenv(DEBUG_VARIABLE)));
    private static final LogLine.Format FORMAT = format(System.getProperty("lambdadispatch.logformat", System.getenv(FORMAT_VARIABLE)));
    private static volatile Level threshold = Level.INFO;
    private static final LogWriter WRITER = new LogWriter(output(System.getProperty("lambdadispatch.log", "stdout")));

    static {
        try {
            // the last words of a program are the ones that matter
            Runtime.getRuntime().addShutdownHook(Threads.shutdownHook("log flush", Log::flush));
        } catch (IllegalStateException shuttingDown) {
            // The first line of all is logged by a shutdown hook; that hook has to flush.
        }
    }

    /// How much a line matters; `DEBUG` lines are written of debugged topics only, or of all where the threshold is `DEBUG`.
    private enum Level {
        DEBUG, INFO, WARN, ERROR;

        /// In five columns.
        private final String column = (name() + ' ').substring(0, 5);
    }

    private final String topic;
    private volatile boolean debugging;
    private final LogWriter writer;
    private final Clock clock;
    private final LogLine.Format format;

    Log(String topic, boolean debugging, LogWriter writer, Clock clock) {
        this(topic, debugging, writer, clock, FORMAT);
    }

    Log(String topic, boolean debugging, LogWriter writer, Clock clock, LogLine.Format format) {
        this.format = format;
        this.topic = topic;
        this.debugging = debugging;
        this.writer = writer;
        this.clock = clock;
    }

    public static Log of(String topic) {
        Log log = new Log(topic, false, WRITER, Clock.SYSTEM);
        ALL.add(log);
        log.debugging = isDebugged(topic);
        return log;
    }

    private static boolean isDebugged(String topic) {
        return threshold == Level.DEBUG || debugged.contains(topic);
    }

    /// The least that is written: `debug` (of every topic), `info`, `warn` or `error`.
    public static String level() {
        return threshold.name().toLowerCase(Locale.ROOT);
    }

    /// @throws IllegalArgumentException not one of the four
    public static void level(String level) {
        threshold = Stream.of(Level.values()).filter(each -> each.name().equalsIgnoreCase(level)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("level must be debug, info, warn or error"));
        ALL.forEach(log -> log.debugging = isDebugged(log.topic));
    }

    /// The topics whose debug lines are written, between commas.
    public static String debugTopics() {
        return String.join(",", new TreeSet<>(debugged));
    }

    /// Names the topics whose debug lines are written from now on, between commas; an empty text for none.
    public static void debugTopics(String topics) {
        debugged = topics(topics);
        ALL.forEach(log -> log.debugging = isDebugged(log.topic));
    }

    public void info(String event, Object... keysAndValues) {
        write(Level.INFO, event, null, keysAndValues);
    }

    /// A value may be a throwable: its chain of causes is then on the line.
    public void warn(String event, Object... keysAndValues) {
        write(Level.WARN, event, null, keysAndValues);
    }

    /// @param failure null for none; its classes and messages are on the line, its stack trace only where the topic is debugged
    public void error(String event, Throwable failure, Object... keysAndValues) {
        write(Level.ERROR, event, failure, keysAndValues);
    }

    /// Whether debug lines of this topic are wanted; ask before computing values for one.
    public boolean debugging() {
        return debugging;
    }

    public void debug(String event, Object... keysAndValues) {
        if (debugging) {
            write(Level.DEBUG, event, null, keysAndValues);
        }
    }

    /// How lines are written; for those that are made elsewhere.
    public static LogLine.Format format() {
        return FORMAT;
    }

    /// Anything but `json` is text: a wrong value is a fault of the configuration, which is said there.
    static LogLine.Format format(String name) {
        return "json".equalsIgnoreCase(Objects.requireNonNullElse(name, "").strip()) ? LogLine.Format.JSON : LogLine.Format.TEXT;
    }

    /// Writes a ready line (the access log's) that ends in a line feed; the bytes are copied.
    public static void line(Bytes line) {
        WRITER.append(line, false);
    }

    /// Writes a ready line that is made in its place: no copy of it, and no object.
    /// @param line appends what it has to say, and a line feed; must not log
    /// @param longest octets that it may have
    public static void line(Consumer<Bytes> line, int longest) {
        WRITER.append(line, longest, false);
    }

    /// Waits until everything logged so far is written, a little while at most; for the end of the program.
    public static void flush() {
        WRITER.flush(FLUSH_PATIENCE);
    }

    private void write(Level level, String event, Throwable failure, Object... keysAndValues) {
        if (level != Level.DEBUG && level.compareTo(threshold) < 0) {
            return;
        }
        Bytes line = new Bytes(192);
        LogLine text = new LogLine(format, line).begin(clock.now().toEpochMilli(), level.column, topic, event);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            text.pair(String.valueOf(keysAndValues[i]), i + 1 < keysAndValues.length ? keysAndValues[i + 1] : "?");
        }
        if (failure != null) {
            text.pair("error", failure);
        }
        text.end(debugging ? failure : null);
        writer.append(line, level.compareTo(Level.WARN) >= 0);
    }

    static Set<String> topics(String list) {
        return Arrays.stream(Objects.requireNonNullElse(list, "").split(",")).map(String::strip).filter(topic -> !topic.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static OutputStream output(String target) {
        try {
            return switch (target) {
                case "stdout" -> new FileOutputStream(FileDescriptor.out);
                case "stderr" -> new FileOutputStream(FileDescriptor.err);
                case "none" -> OutputStream.nullOutputStream();
                default -> new FileOutputStream(target, true);
            };
        } catch (FileNotFoundException cannotBeWritten) {
            throw new UncheckedIOException("lambdadispatch.log=" + target, cannotBeWritten);
        }
    }
}
