// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import lambdadispatch.json.Json;

/// The state of one environment, as a monitor between the processes (through the two APIs) and whoever drives it.
///
/// The processes ask for what is next and wait; the driver waits until all of them wait. Knows neither sockets nor processes.
final class Lifecycle {
    /// An invocation as handed to the runtime.
    record Delivery(Invocation invocation, long deadlineMs) {}

    private final String function;
    private final Map<String, Extension> extensions = new HashMap<>();
    private boolean registrationClosed;
    private boolean runtimeAsked;
    private Poll runtimePoll;
    private Delivery current; // until its outcome is there
    private boolean delivered;
    private Outcome outcome;
    private Fault fault;
    private boolean closing;

    Lifecycle(String function) {
        this.function = function;
    }

    // --- what the processes call, through the APIs ---

    synchronized String register(String name, Set<String> events) throws Refused {
        if (registrationClosed) {
            throw new Refused(403, "Extension.RegistrationClosed", "Extension registration closed already");
        }
        if (extensions.values().stream().anyMatch(extension -> extension.name().equals(name))) {
            throw new Refused(403, "Extension.AlreadyRegistered", "Extension " + name + " is already registered");
        }
        if (!Set.of("INVOKE", "SHUTDOWN").containsAll(events)) {
            throw new Refused(403, "Extension.InvalidEventType", "Event type must be INVOKE or SHUTDOWN: " + events);
        }
        String identifier = UUID.randomUUID().toString();
        extensions.put(identifier, new Extension(name, events));
        notifyAll();
        return identifier;
    }

    synchronized Extension extension(String identifier) throws Refused {
        if (identifier == null) {
            throw new Refused(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
        }
        Extension extension = extensions.get(identifier);
        if (extension == null) {
            throw new Refused(403, "Extension.UnknownExtensionIdentifier", "Unknown extension " + identifier);
        }
        return extension;
    }

    /// Waits for the extension's next event. Returns null if whoever asked has gone.
    synchronized String nextEvent(Extension extension, Poll poll) throws InterruptedException {
        if (extension.poll() != null) {
            extension.poll().leave();
        }
        extension.poll(poll);
        notifyAll();
        while (extension.pending().isEmpty() && !poll.gone()) {
            wait();
        }
        if (poll.gone()) {
            return null;
        }
        extension.poll(null);
        return extension.pending().remove();
    }

    /// Waits for the next invocation. Returns null if whoever asked has gone.
    synchronized Delivery nextInvocation(Poll poll) throws InterruptedException {
        if (runtimePoll != null) {
            runtimePoll.leave();
        }
        runtimePoll = poll;
        runtimeAsked = true;
        notifyAll();
        while ((current == null || delivered) && !poll.gone()) {
            wait();
        }
        if (poll.gone()) {
            return null;
        }
        runtimePoll = null;
        delivered = true;
        return current;
    }

    /// The invocation could not be written to whoever had asked for it; the next to ask gets it.
    synchronized void undelivered(Delivery delivery) {
        if (current == delivery) {
            delivered = false;
            notifyAll();
        }
    }

    synchronized void gone(Poll poll) {
        poll.leave();
        notifyAll();
    }

    /// The runtime's response or error for an invocation.
    synchronized void finish(String requestId, Outcome result) throws Refused {
        if (current == null || !delivered || !current.invocation().requestId().equals(requestId)) {
            throw new Refused(400, "InvalidRequestID", "Invalid request ID");
        }
        current = null;
        outcome = result;
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

    /// Waits until an extension has registered; no more may then. Returns false if time ran out or it broke.
    synchronized boolean awaitRegistered(long deadlineNanos) throws InterruptedException {
        boolean registered = await(() -> !extensions.isEmpty(), deadlineNanos);
        registrationClosed = registered;
        return registered;
    }

    /// Waits until runtime and extensions all ask for what is next. Returns false if time ran out or it broke.
    synchronized boolean awaitReady(long deadlineNanos) throws InterruptedException {
        return await(() -> current == null && runtimeWaiting() && extensions.values().stream().allMatch(Extension::waiting), deadlineNanos);
    }

    private boolean runtimeWaiting() {
        return runtimeAsked && runtimePoll != null && !runtimePoll.gone();
    }

    /// Gives the invocation to the runtime, and an event to each extension that wants one.
    synchronized void begin(Invocation invocation, long deadlineMs) {
        outcome = null;
        delivered = false;
        current = new Delivery(invocation, deadlineMs);
        tell("INVOKE", Json.object("eventType", "INVOKE", "deadlineMs", deadlineMs, "requestId", invocation.requestId(),
                "invokedFunctionArn", invocation.arn(),
                "tracing", Json.object("type", "X-Amzn-Trace-Id", "value", invocation.traceId())).write());
    }

    /// Waits for the outcome. Returns null if time ran out or the environment broke before.
    synchronized Outcome awaitOutcome(long deadlineNanos) throws InterruptedException {
        return await(() -> outcome != null, deadlineNanos) ? outcome : null;
    }

    /// Tells the extensions that it is over. From here on processes may end. Returns whether one of them wanted to know.
    synchronized boolean shutDown(String reason, long deadlineMs) {
        closing = true;
        current = null;
        return tell("SHUTDOWN", Json.object("eventType", "SHUTDOWN", "shutdownReason", reason, "deadlineMs", deadlineMs).write());
    }

    /// From here on an end of a process is no fault.
    synchronized void closing() {
        closing = true;
    }

    synchronized Fault fault() {
        return fault;
    }

    String function() {
        return function;
    }

    private boolean tell(String kind, String event) {
        boolean told = false;
        for (Extension extension : extensions.values()) {
            if (extension.wants(kind)) {
                extension.pending().add(event);
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
