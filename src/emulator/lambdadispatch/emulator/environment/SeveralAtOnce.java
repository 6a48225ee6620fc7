// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The way of Lambda's managed instances: each call of the runtime takes an invocation, in the order in which they asked, whatever has
/// become of those before. Source: AWS Lambda Developer Guide, "Understanding the Lambda Managed Instances execution environment", and the
/// statuses of AWS's Runtime Interface Emulator.
final class SeveralAtOnce implements Deliveries {
    private final Deque<Poll> asking = new ArrayDeque<>();
    private final Deque<Lifecycle.Delivery> waiting = new ArrayDeque<>();
    private final Set<String> running = new HashSet<>();
    private final Map<String, Outcome> outcomes = new HashMap<>();
    private final Set<String> tooLate = new HashSet<>();
    private boolean asked;
    private boolean initFailed;

    @Override
    public void asks(Poll poll) {
        asked = true;
        asking.add(poll);
    }

    @Override
    public Lifecycle.Delivery take(Poll poll) {
        asking.removeIf(Poll::gone);
        if (waiting.isEmpty() || asking.peek() != poll) {
            return null;
        }
        asking.remove();
        Lifecycle.Delivery delivery = waiting.remove();
        running.add(delivery.invocation().requestId());
        return delivery;
    }

    @Override
    public boolean ready() {
        return asking.stream().anyMatch(poll -> !poll.gone());
    }

    @Override
    public void begin(Lifecycle.Delivery delivery) {
        waiting.add(delivery);
    }

    @Override
    public void undelivered(Lifecycle.Delivery delivery) {
        if (running.remove(delivery.invocation().requestId())) {
            waiting.addFirst(delivery);
        }
    }

    @Override
    public void mayAnswer(String requestId, String kind) throws Refused {
        if (tooLate.remove(requestId)) {
            throw new Refused(410, "InvokeTimeout", "Invoke timeout");
        }
        if (!running.contains(requestId)) {
            throw Deliveries.unknown();
        }
    }

    @Override
    public void finish(String requestId, Outcome outcome) {
        running.remove(requestId);
        outcomes.put(requestId, outcome);
    }

    @Override
    public Outcome outcome(String requestId) {
        return outcomes.get(requestId);
    }

    @Override
    public void forget(String requestId) {
        outcomes.remove(requestId);
        waiting.removeIf(delivery -> delivery.invocation().requestId().equals(requestId));
        if (running.remove(requestId)) {
            tooLate.add(requestId);
        }
    }

    @Override
    public void initFailed() throws Refused {
        if (asked || initFailed) {
            throw new Refused(403, "InvalidStateTransition", "State transition from " + (asked ? "Ready" : "InitError")
                    + " to InitError failed for runtime. Error: State transition is not allowed");
        }
        initFailed = true;
    }

    @Override
    public void close() {
        waiting.clear();
    }
}
