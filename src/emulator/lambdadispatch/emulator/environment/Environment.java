// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.log.Log;
import lambdadispatch.emulator.process.Guardian;
import lambdadispatch.emulator.process.ListeningPorts;
import lambdadispatch.emulator.process.Output;
import lambdadispatch.emulator.process.ProcessGroup;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// One execution environment: its extension and its app as process groups, and the server that both APIs are on.
///
/// Driven by one thread at a time (init, then invocations, then the shutdown), but for invocations where several run at once; signals and
/// looks at it may come from others.
public final class Environment {
    /// The two processes.
    public enum Part { EXTENSION, APP }

    private static final Log LOG = Log.of("emulator");
    /// SIGTERM goes to the app first, and this share of the time until the extension's SHUTDOWN event (as in AWS's runtime interface
    /// emulator).
    private static final double SHARE_OF_APP = 0.3;
    // A call may stay open as long as its environment is frozen.
    private static final Limits API_LIMITS =
            Limits.DEFAULT.with().headFields(100).everyTimeout(Duration.ofDays(1)).leastRate(LeastRate.NONE)
            .maxStreams(100).maxConnections(100).limits();

    private final String id;
    private final String function;
    private final String version;
    private final FunctionSettings settings;
    private final Guardian guardian;
    private final Lifecycle lifecycle;
    private final MetadataApi metadata = new MetadataApi(UUID.randomUUID().toString());
    private final Output output = new Output();
    private final AppStart appStart;
    private Server api;
    private int appPort;
    private final Map<Part, ProcessGroup> parts = new EnumMap<>(Part.class); // this and the next two guarded by this
    private boolean frozen;
    private boolean closed;

    Environment(String id, String function, String version, FunctionSettings settings, Guardian guardian) {
        this.id = id;
        this.function = function;
        this.version = version;
        this.settings = settings;
        this.guardian = guardian;
        this.lifecycle = new Lifecycle(new Lifecycle.Function(function, settings.account(), settings.extensionName()), settings.managed());
        this.appStart = new AppStart(id, settings.rule());
    }

    public String id() {
        return id;
    }

    /// Of the function: a number or `$LATEST`.
    public String version() {
        return version;
    }

    public Output output() {
        return output;
    }

    public int appPort() {
        return appPort;
    }

    /// The process id of a part, or 0 while it has not been started.
    public long pid(Part part) {
        ProcessGroup group = group(part);
        return group == null ? 0 : group.pid();
    }

    public synchronized boolean frozen() {
        return frozen;
    }

    public long residentBytes() {
        return groups().stream().mapToLong(ProcessGroup::residentBytes).sum();
    }

    /// Signals one part, as `kill` from outside would: for faults.
    public void signal(Part part, Signal signal) {
        ProcessGroup group = group(part);
        if (group != null) {
            group.signal(signal);
        }
    }

    /// The init phase: the extension starts and registers, the app starts, all of it asks for what is next.
    /// Returns what went wrong, or null; after a failure the environment is only good for closing.
    Outcome.Failure init(String requestId, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            appPort = EnvironmentPorts.take(settings.rule().port());
            api = new Server("environment " + id, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, API_LIMITS,
                    new ApiCalls(lifecycle, metadata));
            api.start();
            Map<String, String> variables = Variables.ofExtension(settings, function, version,
                    new Variables.Addresses(api.address().getPort(), metadata.token(), appPort));
            add(Part.EXTENSION, settings.extension(), variables);
            if (!lifecycle.awaitRegistered(deadline)) {
                return startFailure(requestId, limit);
            }
            add(Part.APP, List.of("/bin/sh", "-c", settings.app()), Variables.ofApp(variables, settings.folder(), function, id));
            return awaitReady(deadline) ? null : startFailure(requestId, limit);
        } catch (IOException e) {
            return Outcome.Failure.of("Extension.LaunchError", requestId, e.getMessage());
        }
    }

    /// Says once what keeps the app, should it take long.
    private boolean awaitReady(long deadline) throws InterruptedException {
        long wonder = System.nanoTime() + AppStart.PATIENCE.toNanos();
        if (deadline - wonder > 0) {
            if (lifecycle.awaitReady(wonder)) {
                return true;
            }
            if (lifecycle.fault() == null) {
                settings.told().accept(appStart.slow(appPort, ListeningPorts.of(pid(Part.APP))));
            }
        }
        return lifecycle.awaitReady(deadline);
    }

    private ProcessGroup start(Part part, List<String> command, Map<String, String> variables) throws IOException {
        String name = part.name().toLowerCase(Locale.ROOT);
        ProcessGroup group = ProcessGroup.start(guardian, command, variables, part == Part.APP ? settings.folder() : null, line -> {
            output.line(line);
            appStart.printed(part, line);
            settings.printed().accept("[" + id + " " + name + "] " + line);
        });
        LOG.debug("process started", "environment", id, "part", name, "pid", group.pid());
        group.exit().thenAccept(status -> {
            LOG.debug("process ended", "environment", id, "part", name, "pid", group.pid(), "status", status);
            lifecycle.broken(part == Part.APP ? Fault.runtimeExited(status) : Fault.extensionExited(status));
        });
        return group;
    }

    /// Adds a process unless it is being killed: then the new one goes as well.
    private void add(Part part, List<String> command, Map<String, String> variables) throws IOException {
        ProcessGroup group = start(part, command, variables);
        synchronized (this) {
            if (!closed) {
                parts.put(part, group);
                return;
            }
        }
        group.destroy();
        throw new IOException("the environment was closed during its init");
    }

    /// Hands it the invocation and waits for its outcome, which is there even if processes die or time runs out.
    Outcome run(EmulatedInvocation invocation, long deadlineNanos) throws InterruptedException {
        thaw();
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        lifecycle.begin(invocation, System.currentTimeMillis() + left);
        Outcome outcome = lifecycle.awaitOutcome(invocation.requestId(), deadlineNanos);
        return outcome == null ? failure(invocation.requestId(), settings.timeout()) : outcome;
    }

    /// Waits until all of it asks for what is next. Returns whether it can be used again.
    boolean settle(long deadlineNanos) throws InterruptedException {
        return lifecycle.awaitReady(deadlineNanos);
    }

    /// Whether a process of it has died, say while nobody used it.
    boolean broken() {
        return lifecycle.fault() != null;
    }

    private Outcome.Failure failure(String requestId, Duration limit) {
        Fault fault = lifecycle.fault();
        return fault == null ? Outcome.Failure.timedOut(requestId, limit) : Outcome.Failure.of(fault.errorType(), requestId, fault.error());
    }

    private Outcome.Failure startFailure(String requestId, Duration limit) {
        Outcome.Failure failure = failure(requestId, limit);
        Fault fault = lifecycle.fault();
        settings.told().accept(appStart.failed(failure.errorType(),
                fault == null ? "it was not ready within " + limit.toSeconds() + " s" : fault.error()));
        return failure;
    }

    /// Stops all of its processes until [#thaw()].
    public synchronized void freeze() {
        if (!frozen && !closed) {
            frozen = true;
            groups().forEach(group -> group.signal(Signal.STOP));
        }
    }

    public synchronized void thaw() {
        if (frozen) {
            frozen = false;
            groups().forEach(group -> group.signal(Signal.CONT));
        }
    }

    /// The shutdown phase: SIGTERM to the app, the SHUTDOWN event to the extension, and SIGKILL to what is left when time is up.
    /// @param reason `spindown`, `timeout` or `failure`
    void shutDown(String reason, Duration limit) throws InterruptedException {
        thaw();
        lifecycle.closing();
        long deadline = System.nanoTime() + limit.toNanos();
        ProcessGroup app = group(Part.APP);
        if (app != null && app.alive()) {
            app.signal(Signal.TERM);
            app.awaitExit(Duration.ofNanos((long) (limit.toNanos() * SHARE_OF_APP)));
            app.signal(Signal.KILL);
        }
        ProcessGroup extension = group(Part.EXTENSION);
        if (extension != null && extension.alive() && lifecycle.shutDown(reason, System.currentTimeMillis() + limit.toMillis())) {
            extension.awaitExit(Duration.ofNanos(deadline - System.nanoTime()));
        }
        kill();
    }

    /// Ends it at once. May be called at any time and more than once.
    void kill() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        lifecycle.closing();
        groups().forEach(ProcessGroup::destroy);
        if (api != null) {
            api.close();
        }
        EnvironmentPorts.release(appPort);
    }

    private synchronized ProcessGroup group(Part part) {
        return parts.get(part);
    }

    private synchronized List<ProcessGroup> groups() {
        return List.copyOf(parts.values());
    }
}
