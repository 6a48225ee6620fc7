// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.time.Instant;
import java.util.PriorityQueue;
import lambdadispatch.base.Clock;

/// Simulated time: the events to come, in order, and a clock that stands at the one being run. The same events in the same order give the
/// same run.
final class SimulatedTime implements Clock {
    private static final Instant EPOCH = Instant.parse("2025-01-01T00:00:00Z");

    private record Event(long nanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nanos;
    private long numbered;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Instant now() {
        return EPOCH.plusNanos(nanos);
    }

    double seconds() {
        return nanos / 1e9;
    }

    /// Rounded up, so that waiting for what is left of a time gets to its end.
    void after(double seconds, Runnable action) {
        events.add(new Event(nanos + Math.max(0, (long) Math.ceil(seconds * 1e9)), numbered++, action));
    }

    /// Runs the next event; false when there is none before `untilSeconds`.
    boolean step(double untilSeconds) {
        Event event = events.peek();
        if (event == null || event.nanos > untilSeconds * 1e9) {
            return false;
        }
        events.poll();
        nanos = event.nanos;
        event.action.run();
        return true;
    }
}
