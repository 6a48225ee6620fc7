// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import lambdadispatch.base.json.Json;

/// The state of one environment, as a monitor between the processes (through the two APIs) and whoever drives it.
///
/// The processes ask for what is next and wait; the driver waits until all of them wait. Knows neither sockets nor processes.
final class Lifecycle {
    /// An invocation as handed to the runtime.
    record Delivery(EmulatedInvocation invocation, long deadlineMs) {}

    /// What runs here.
    ///
    /// @param extension the name of its file in /opt/extensions: the one that may register under it
    record Function(String name, String account, String extension) {}

    private static final int MOST_EXTENSIONS = 10;

    private final Function function;
    private final boolean severalAtOnce;
    private final Map<String, Extension> extensions = new HashMap<>();
    private final Deliveries deliveries;
    private boolean runtimeAsked;
    private Fault fault;
    private boolean closing;

    /// @param severalAtOnce as in environments of managed instances
    Lifecycle(Function function, boolean severalAtOnce) {
        this.function = function;
        this.severalAtOnce = severalAtOnce;
        this.deliveries = severalAtOnce ? new SeveralAtOnce() : new OneAtATime();
    }

    // --- what the processes call, through the APIs ---

    /// A name that is not the file's makes it an extension within the runtime's process: no SHUTDOWN for those. Where several invocations
    /// run at once nobody is told of one.
    synchronized String register(String name, Set<String> events) throws Refused {
        boolean external = name.equals(function.extension());
        for (String event : events) {
            if (severalAtOnce && !external) {
                throw new Refused(403, "Extension.InvalidEventType", "No events allowed for internal extensions");
            }
            if (!event.equals("SHUTDOWN") && (severalAtOnce || !event.equals("INVOKE"))) {
                throw new Refused(403, "Extension.InvalidEventType", event + ": ErrorInvalidEventType");
            }
            if (event.equals("SHUTDOWN") && !external) {
                throw new Refused(403, "Extension.InvalidEventType", event + ": ShutdownEventNotSupportedForInternalExtension");
            }
        }
        mayRegister(name, external);
        String identifier = UUID.randomUUID().toString();
        extensions.put(identifier, new Extension(identifier, name, events));
        notifyAll();
        return identifier;
    }

    private void mayRegister(String name, boolean external) throws Refused {
        Optional<Extension> same = extensions.values().stream().filter(extension -> extension.name().equals(name)).findAny();
        if (external && same.isPresent()) {
            throw same.get().notAllowed("Registered", name);
        }
        if (!external && runtimeAsked) {
            throw new Refused(403, "Extension.RegistrationClosed", "Extension registration closed already");
        }
        if (same.isPresent()) {
            throw new Refused(403, "Extension.InvalidExtensionState", "Extension with this name already registered");
        }
        if (!external && extensions.size() >= MOST_EXTENSIONS) {
            throw new Refused(403, "Extension.TooManyExtensions", "Extension limit (" + MOST_EXTENSIONS + ") reached");
        }
    }

    synchronized Optional<Extension> extension(String identifier) {
        return Optional.ofNullable(extensions.get(identifier));
    }

    /// Waits for the extension's next event. Returns null if whoever asked has gone.
    synchronized String nextEvent(Extension extension, Poll poll) throws InterruptedException, Refused {
        extension.asks(poll);
        notifyAll();
        while (!extension.told() && !poll.gone()) {
            wait();
        }
        return poll.gone() ? null : extension.take();
    }

    synchronized void initFailed(Extension extension, String error) throws Refused {
        extension.initFailed();
        broken(new Fault("Extension.InitError", error));
    }

    synchronized void exitFailed(Extension extension, String error) throws Refused {
        extension.exitFailed();
        broken(new Fault("Extension.ExitError", error));
    }

    synchronized void runtimeInitFailed(Fault what) throws Refused {
        deliveries.initFailed();
        runtimeAsked = true;
        broken(what);
    }

    /// Waits for the next invocation. Returns null if whoever asked has gone.
    synchronized Delivery nextInvocation(Poll poll) throws InterruptedException, Refused {
        deliveries.asks(poll);
        runtimeAsked = true;
        notifyAll();
        while (!poll.gone()) {
            Delivery delivery = deliveries.take(poll);
            if (delivery != null) {
                notifyAll(); // whoever asked after this one may be the next
                return delivery;
            }
            wait();
        }
        return null;
    }

    /// The invocation could not be written to whoever had asked for it.
    synchronized void undelivered(Delivery delivery) {
        deliveries.undelivered(delivery);
        notifyAll();
    }

    synchronized void gone(Poll poll) {
        poll.leave();
        notifyAll();
    }

    /// Refuses an answer that does not fit, before its body is read.
    /// @param kind of answer, as a state is named
    synchronized void mayAnswer(String requestId, String kind) throws Refused {
        deliveries.mayAnswer(requestId, kind);
    }

    /// The runtime's response or error for an invocation.
    synchronized void finish(String requestId, Outcome result) throws Refused {
        deliveries.mayAnswer(requestId, "InvocationResponse");
        deliveries.finish(requestId, result);
        notifyAll();
    }

    /// Something broke for good; the first such thing counts, and none once the environment is being closed.
    synchronized void broken(Fault what) {
        if (fault == null && !closing) {
            fault = what;
            notifyAll();
        }
    }

    // --- what the driver calls ---

    /// Waits until the extension has registered. Returns false if time ran out or it broke.
    synchronized boolean awaitRegistered(long deadlineNanos) throws InterruptedException {
        return await(() -> extensions.values().stream().anyMatch(extension -> extension.name().equals(function.extension())),
                deadlineNanos);
    }

    /// Waits until runtime and extensions all ask for what is next. Returns false if time ran out or it broke.
    synchronized boolean awaitReady(long deadlineNanos) throws InterruptedException {
        return await(() -> deliveries.ready() && extensions.values().stream().allMatch(Extension::waiting), deadlineNanos);
    }

    /// Gives the invocation to the runtime, and an event to each extension that wants one.
    synchronized void begin(EmulatedInvocation invocation, long deadlineMs) {
        deliveries.begin(new Delivery(invocation, deadlineMs));
        tell("INVOKE", Json.object("eventType", "INVOKE", "deadlineMs", deadlineMs, "requestId", invocation.requestId(),
                "invokedFunctionArn", invocation.arn(),
                "tracing", Json.object("type", "X-Amzn-Trace-Id", "value", invocation.traceId())).write());
    }

    /// Waits for the outcome. Returns null if time ran out or the environment broke before.
    synchronized Outcome awaitOutcome(String requestId, long deadlineNanos) throws InterruptedException {
        try {
            return await(() -> deliveries.outcome(requestId) != null, deadlineNanos) ? deliveries.outcome(requestId) : null;
        } finally {
            deliveries.forget(requestId);
        }
    }

    /// Tells the extensions that it is over. From here on processes may end. Returns whether one of them wanted to know.
    synchronized boolean shutDown(String reason, long deadlineMs) {
        closing = true;
        deliveries.close();
        return tell("SHUTDOWN", Json.object("eventType", "SHUTDOWN", "shutdownReason", reason, "deadlineMs", deadlineMs).write());
    }

    /// From here on an end of a process is no fault.
    synchronized void closing() {
        closing = true;
    }

    synchronized Fault fault() {
        return fault;
    }

    Function function() {
        return function;
    }

    private boolean tell(String kind, String event) {
        boolean told = false;
        for (Extension extension : extensions.values()) {
            if (extension.wants(kind)) {
                extension.tell(event);
                told = true;
            }
        }
        notifyAll();
        return told;
    }

    private boolean await(BooleanSupplier reached, long deadlineNanos) throws InterruptedException {
        while (!reached.getAsBoolean() && fault == null) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(Math.max(1, Duration.ofNanos(left).toMillis()));
        }
        return reached.getAsBoolean();
    }
}
