// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.base.log.LogLine;

/// Everything the extension can be told, read from the environment once. The README has the table; `--help` prints it.
record ExtensionConfig(
        Runtime runtime,
        boolean compression,
        boolean appKeepAlive,
        int port,
        boolean asyncInit,
        Duration asyncInitTimeout,
        Health health,
        Duration idleGrace,
        Holding holding,
        int invocationsAtOnce,
        String runtimeApi) {
    private static final String P = "LAMBDA_DISPATCH_";

    /// How many carrier threads: one, or as many as there are processors.
    enum Runtime { CURRENT_THREAD, MULTI_THREAD }

    /// @param path checked until it answers with a status in the range; "" to be content with a TCP connection
    /// @param probed whether it is asked while the app serves, too
    record Health(String path, int minStatus, int maxStatus, boolean probed) {}

    /// For work that the app does after its answers.
    /// @param most that it is kept after a request; zero: not at all
    /// @param port at which it may ask for that, 0 for none
    record Holding(Duration most, int port) {}

    static ExtensionConfig read(Settings s) {
        ExtensionConfig config = new ExtensionConfig(
                s.choice(P + "RUNTIME", Runtime.CURRENT_THREAD, Runtime.class,
                        "current_thread: one carrier thread; multi_thread: one per processor"),
                s.flag(P + "ENABLE_COMPRESSION", true, "gzip response bodies for clients that accept it"),
                s.flag(P + "APP_KEEP_ALIVE", true,
                        "uses a connection to the app for one request after another; false: a fresh one for each"),
                s.integer(P + "PORT", 3001, 1, 65535, "port that the app listens on, on 127.0.0.1 or ::1"),
                s.flag(P + "ASYNC_INIT", false,
                        "lets the app's start go on in the first invocation when it takes longer than Lambda's init phase"),
                s.millis(P + "ASYNC_INIT_TIMEOUT", Duration.ofMillis(9_500), Duration.ofMillis(100), Duration.ofMinutes(15),
                        "how long init waits for the app when ASYNC_INIT is set, counted from the start of the process; Lambda's own limit is 10 s"),
                health(s),
                s.millis(P + "LAST_ACTIVE_GRACE_PERIOD_MS", Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofMinutes(15),
                        "an invocation without a request for so long returns"),
                holding(s),
                s.integer("AWS_LAMBDA_MAX_CONCURRENCY", 1, 1, 10_000,
                        "invocations that Lambda hands out at once; set by Lambda's managed instances"),
                s.required("AWS_LAMBDA_RUNTIME_API", text -> text.matches("(\\[[0-9a-fA-F:.]+]|[^:/\\s]+):\\d{1,5}"),
                        "host:port; Lambda sets it",
                        "host and port of Lambda's APIs; set by Lambda"));
        s.choice(Log.FORMAT_VARIABLE, LogLine.Format.TEXT, LogLine.Format.class, "how lines of the log are written"); // the log reads it
        s.topics(Log.DEBUG_VARIABLE, Log.TOPICS);
        s.tolerate(P + "JAVA_OPTIONS"); // the launcher does
        return config;
    }

    private static Holding holding(Settings s) {
        return new Holding(
                s.millis(P + "MAX_WAIT_UNTIL_MS", Duration.ofSeconds(60), Duration.ZERO, Duration.ofMinutes(15),
                        "an app may ask to be kept for so long after a request, by x-lambda-wait-until or at HOLD_PORT; 0: not at all"),
                s.integer(P + "HOLD_PORT", 0, 0, 65535,
                        "port on 127.0.0.1 where the app asks to be kept: PUT and DELETE /holds/NAME; 0: none"));
    }

    private static Health health(Settings s) {
        boolean tcpOnly = s.flag(P + "HEALTH_TCP_ONLY", false, "the app is ready as soon as it accepts connections");
        String path = s.path(P + "HEALTH_PATH", "/health", true, "path that is asked until the app is ready");
        int min = s.integer(P + "HEALTH_MIN_STATUS", 200, 100, 599, "lowest status that means ready");
        int max = s.integer(P + "HEALTH_MAX_STATUS", 200, 100, 599, "highest status that means ready");
        if (max < min) {
            s.fault(P + "HEALTH_MAX_STATUS", Integer.toString(max), "at least " + P + "HEALTH_MIN_STATUS");
        }
        boolean probed =
                s.flag(P + "HEALTH_PROBES", true, "asks that path while the app serves, too, and tells the router how long it takes");
        return new Health(tcpOnly ? "" : path, min, max, probed);
    }
}
