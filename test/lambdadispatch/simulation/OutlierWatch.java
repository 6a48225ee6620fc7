// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.LinkedHashMap;
import java.util.Map;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolAudit;

/// Keeps its own book of how instances answer: who may be ejected and for how long, that no more than half of the open ones are out, and
/// that one that has refused a request comes after the others.
final class OutlierWatch {
    private static final int IN_A_ROW = 5;
    private static final double OTHERS_FAIL = 0.2;
    private static final double WEIGHT = 0.1;
    private static final long SECOND = 1_000_000_000L;
    /// The pool looks at what time alone changes when it ticks: so late, and no later.
    private static final long LATE = 11 * SECOND / 10;

    private static final class Book {
        private int failuresInRow;
        private double failureShare;
        private int ejections;
        private long ejectedUntil = Long.MIN_VALUE;
        private long refused = Long.MIN_VALUE / 2;

        private boolean ejected(long now) {
            return ejectedUntil > now;
        }
    }

    private final Pool pool;
    private final SimulatedTime timeline;
    private final Map<Instance, Book> books = new LinkedHashMap<>();
    private long brakesSince = Long.MAX_VALUE;
    private boolean brakesAtTick;
    long ejections;

    OutlierWatch(Pool pool, SimulatedTime timeline) {
        this.pool = pool;
        this.timeline = timeline;
    }

    void opened(Instance instance) {
        books.computeIfAbsent(instance, each -> new Book());
    }

    /// About to be told of an answer.
    void answers(Instance instance, boolean failed) {
        long now = timeline.nanoTime();
        Book book = books.get(instance);
        book.failureShare += WEIGHT * ((failed ? 1 : 0) - book.failureShare);
        if (!failed) {
            book.failuresInRow = 0;
            book.ejections = 0;
            return;
        }
        book.failuresInRow++;
        if (book.failuresInRow >= IN_A_ROW && !book.ejected(now) && othersAnswerWell(instance)) {
            book.ejectedUntil = now + Math.min(60, 5L << Math.min(10, book.ejections)) * SECOND;
            book.ejections++;
            book.failuresInRow = IN_A_ROW - 1;
            ejections++;
        }
    }

    private boolean othersAnswerWell(Instance but) {
        return books.entrySet().stream().filter(each -> each.getKey() != but && each.getKey().state() == Instance.State.OPEN)
                .mapToDouble(each -> each.getValue().failureShare).average().orElse(1) < OTHERS_FAIL;
    }

    /// The pool was told.
    void answered(Instance instance) {
        long now = timeline.nanoTime();
        long until = Math.max(now, books.get(instance).ejectedUntil);
        World.that(PoolAudit.ejectedUntilNanos(instance, now) == until, "an instance is ejected wrongly, or not, or for a wrong time");
    }

    void refused(Instance instance) {
        books.get(instance).refused = timeline.nanoTime();
    }

    /// A request went to this one.
    void chosen(Instance instance, boolean suspect) {
        long now = timeline.nanoTime();
        boolean mayBeOut = books.get(instance).ejected(now) && !brakes() && !brakesAtTick;
        World.that(!mayBeOut, "a request for an ejected instance");
        if (suspect || now - books.get(instance).refused >= SECOND || now - books.get(instance).refused == 0) {
            return; // it has refused nothing, or that is not told yet
        }
        books.forEach((other, book) -> {
            boolean better = PoolAudit.hasRoom(other) && !PoolAudit.isEjected(other) && now - book.refused > LATE + SECOND;
            World.that(!better, "an instance that refuses comes before another");
        });
    }

    void ticked() {
        long now = timeline.nanoTime();
        brakesAtTick = brakes();
        brakesSince = brakesAtTick ? Math.min(brakesSince, now) : Long.MAX_VALUE;
        long out = books.keySet().stream().filter(each -> each.state() == Instance.State.OPEN && PoolAudit.isEjected(each)).count();
        World.that(now - brakesSince < LATE || out == 0, "more than half of the open ones are ejected");
        books.forEach((each, book) -> World.that(
                each.state() != Instance.State.OPEN || !PoolAudit.isEjected(each) || book.ejectedUntil > now - LATE,
                "ejected for longer than it should be"));
    }

    private boolean brakes() {
        long now = timeline.nanoTime();
        long open = books.keySet().stream().filter(each -> each.state() == Instance.State.OPEN).count();
        return 2 * books.entrySet().stream().filter(each -> each.getKey().state() == Instance.State.OPEN && each.getValue().ejected(now))
                .count() > open;
    }
}
