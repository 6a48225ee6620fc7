// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lambdadispatch.net.Deadline;

/// The streams that were answered whole before their requests had ended, until [#PATIENCE] is over: then RST_STREAM asks the client to stop
/// sending (RFC 9113 §8.1). Guarded by itself; [Streams] calls it under its own lock, never the other way round.
final class EarlyAnswers implements AutoCloseable {
    /// Long enough for the two to be read apart, and short for clients that look at an answer only once they have sent all: the JDK's.
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final Streams streams;
    private Map<Integer, Long> until = Map.of(); // System.nanoTime() by stream id, in order of time
    private Deadline deadline; // most connections never need one, nor a map
    private boolean closed;

    EarlyAnswers(Streams streams) {
        this.streams = streams;
    }

    synchronized void add(int streamId) {
        if (closed) {
            return;
        }
        if (deadline == null) {
            deadline = new Deadline(this::resetThoseDue);
            until = new LinkedHashMap<>();
        }
        if (until.isEmpty()) {
            deadline.arm(PATIENCE);
        }
        until.put(streamId, System.nanoTime() + PATIENCE.toNanos());
    }

    synchronized void remove(int streamId) {
        if (!until.isEmpty()) {
            until.remove(streamId);
        }
    }

    private void resetThoseDue() {
        for (int id : takeThoseDue()) {
            Http2Stream stream = streams.get(id);
            if (stream != null) {
                stream.reset(ErrorCode.NO_ERROR);
            }
        }
    }

    private synchronized List<Integer> takeThoseDue() {
        List<Integer> due = new ArrayList<>();
        long now = System.nanoTime();
        Iterator<Map.Entry<Integer, Long>> all = until.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Integer, Long> next = all.next();
            if (next.getValue() - now > 0) {
                deadline.armNanos(next.getValue() - now);
                break;
            }
            due.add(next.getKey());
            all.remove();
        }
        return due;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (deadline != null) {
            deadline.close();
        }
    }
}
