// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.protocol.ExitReason;

/// `lambda-dispatch`, the extension and at the same time the function's runtime: registers, waits for the app, then serves one invocation
/// after another until Lambda shuts the environment down.
public final class Main {
    private static final Log LOG = Log.of("extension");
    private static final Duration SHUTDOWN_PATIENCE = Duration.ofMillis(1_400);
    /// Between our last wait and the SIGKILL that Lambda has announced. HotSpot alone takes up to 300 ms at its end, which it gives to
    /// threads in native code; on 0.15 of a processor it has been seen to take 520 ms from the event to the end.
    private static final Duration BEFORE_SIGKILL = Duration.ofMillis(600);
    /// Lambda's init phase lasts 10 s at most.
    private static final Duration BEYOND_INIT = Duration.ofSeconds(11);

    private final ExtensionConfig config;
    private final String name;
    private final Http1Client http = new Http1Client(Http1Client.Options.DEFAULT.withResponse(Duration.ZERO));
    private final ExtensionsApi extensions;
    private final Invocations invocations;
    private final AtomicBoolean left = new AtomicBoolean();
    private final Readiness readiness;
    private final long startNanos = System.nanoTime();
    private volatile long killedAtMs;

    /// How it was started.
    ///
    /// @param name of the file that Lambda started, under which it insists that the extension registers
    record Command(String name, List<String> arguments) {
        /// Lambda starts a file whose first line names the JVM: the kernel then passes that file's path as the first argument.
        static Command of(String... arguments) {
            boolean file = arguments.length > 0 && arguments[0].contains("/");
            String name = file ? arguments[0].substring(arguments[0].lastIndexOf('/') + 1) : "lambda-dispatch";
            return new Command(name, List.of(arguments).subList(file ? 1 : 0, arguments.length));
        }
    }

    private Main(ExtensionConfig config, String name) {
        this.config = config;
        this.name = name;
        this.extensions = new ExtensionsApi(http, config.runtimeApi());
        this.readiness = new Readiness(config);
        this.invocations = new Invocations(config, new RuntimeApi(http, config.runtimeApi()), readiness);
    }

    /// Exit codes: 0 after SHUTDOWN or SIGTERM, 1 if Lambda's APIs or the app fail, 2 for faults in the configuration.
    public static void main(String[] arguments) {
        Settings settings = new Settings(System.getenv());
        ExtensionConfig config = ExtensionConfig.read(settings);
        Command command = Command.of(arguments);
        if (!command.arguments().isEmpty()) {
            System.exit(explain(command.arguments().getFirst()));
        }
        settings.warnings().forEach(System.err::println);
        if (!settings.faults().isEmpty()) {
            settings.faults().forEach(System.err::println);
            System.exit(2);
        }
        tune(config);
        Main main = new Main(config, command.name());
        Runtime.getRuntime().addShutdownHook(Threads.shutdownHook("shutdown", main::stop));
        try {
            main.run();
        } catch (IOException e) {
            main.leave(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Before the first virtual thread and the first HTTP client, or it has no effect.
    private static void tune(ExtensionConfig config) {
        if (config.runtime() == ExtensionConfig.Runtime.CURRENT_THREAD) {
            Threads.carriersUnlessGiven(1);
        }
        // One unread channel must not starve the others: the connection's window holds what all streams' windows may.
        setUnlessGiven("jdk.httpclient.windowsize", Integer.toString(256 << 10));
        setUnlessGiven("jdk.httpclient.connectionWindowSize", Integer.toString(256 << 20));
        setUnlessGiven("jdk.httpclient.maxframesize", Integer.toString(16 << 10));
    }

    private static void setUnlessGiven(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    private static int explain(String argument) {
        switch (argument) {
            case "--version" -> {
                Module module = Main.class.getModule();
                System.out.println("lambda-dispatch "
                        + (module.getDescriptor() == null ? "unknown" : module.getDescriptor().rawVersion().orElse("unknown")));
                return 0;
            }
            case "--help", "-h" -> {
                Settings table = new Settings(Map.of());
                ExtensionConfig.read(table);
                System.out.println("lambda-dispatch: AWS Lambda extension that relays requests from the router to the app\n");
                System.out.println(table.table());
                return 0;
            }
            default -> {
                System.err.println("unknown argument " + argument + "; it is configured by environment variables, see --help");
                return 2;
            }
        }
    }

    private void run() throws IOException, InterruptedException {
        extensions.register(name);
        if (config.holding().port() > 0) {
            HoldPort.open(config.holding().port(), readiness.app().hold());
        }
        Threads.virtual("readiness").start(readiness::run);
        awaitInit();
        Threads.virtual("events").start(this::awaitShutdown);
        invocations.serve(this::leave);
        TimeUnit.SECONDS.sleep(3); // the shutdown hook ends the process
    }

    /// The init phase lasts until the app is ready, or for as long as `ASYNC_INIT` allows, counted from when Lambda started the process.
    /// Lambda ends it at 10 s by starting over within the invocation: who lives longer than that takes the invocation, so that the router
    /// hears what its clients wait for. Where environments are provisioned ahead, init has no such end.
    private void awaitInit() throws InterruptedException {
        String kind = System.getenv().getOrDefault("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        Duration limit = kind.equals("on-demand") ? BEYOND_INIT : Duration.ofDays(1);
        if (config.asyncInit()) {
            Duration left = config.asyncInitTimeout().minus(ProcessAge.now(sinceMain()));
            limit = left.isNegative() ? Duration.ZERO : left;
        }
        if (!readiness.await(limit)) {
            LOG.info("init goes on in the first invocation", "afterMs", limit.toMillis());
        }
    }

    private Duration sinceMain() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /// This environment is of no use any more: says so to whoever can hear it, and ends. Unless it is ending already.
    private void leave(IOException why) {
        if (invocations.ending() || !left.compareAndSet(false, true)) {
            return;
        }
        try {
            if (why instanceof AppGone) {
                LOG.warn("leaving this environment: the app is gone");
                invocations.end(ExitReason.AppConnectionClosed, SHUTDOWN_PATIENCE);
                extensions.exitError("Extension.AppGone", why.getMessage());
            } else {
                LOG.error("Lambda's API failed", why);
            }
        } catch (IOException e) {
            LOG.error("Lambda's API failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Log.flush();
        Runtime.getRuntime().halt(1);
    }

    private void awaitShutdown() {
        try {
            ExtensionsApi.Event event = extensions.next();
            LOG.info("event", "type", event.type());
            killedAtMs = event.deadlineMs();
            System.exit(0); // runs the shutdown hook
        } catch (IOException e) {
            LOG.warn("event/next failed", "why", e.getMessage());
        }
    }

    /// SHUTDOWN or SIGTERM: Lambda kills the process two seconds later; requests in flight and the invocation's answer get most of that.
    private void stop() {
        try {
            if (!invocations.end(ExitReason.SelfDeadline, patience(killedAtMs, System.currentTimeMillis()))) {
                LOG.warn("shut down with requests in flight");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Log.flush();
        Runtime.getRuntime().halt(0);
    }

    /// How long requests in flight may still take.
    ///
    /// @param killedAtMs as the SHUTDOWN event says; 0 after a SIGTERM, which says nothing
    static Duration patience(long killedAtMs, long nowMs) {
        Duration untilKilled = Duration.ofMillis(killedAtMs - nowMs).minus(BEFORE_SIGKILL);
        if (killedAtMs == 0 || untilKilled.compareTo(SHUTDOWN_PATIENCE) > 0) {
            return SHUTDOWN_PATIENCE;
        }
        return untilKilled.isNegative() ? Duration.ZERO : untilKilled;
    }
}
