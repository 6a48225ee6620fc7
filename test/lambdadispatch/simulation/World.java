// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolAudit;
import lambdadispatch.router.dispatch.Refusal;
import lambdadispatch.router.dispatch.Slot;
import lambdadispatch.router.dispatch.Ticket;

/// The real dispatch core in a made-up world: clients, a router that ticks, and a Lambda that starts, freezes, throttles and kills. Every
/// rule of the pool is checked after every event, against books the world keeps for itself; a broken one ends the run with an
/// [AssertionError] that names the seed.
final class World {
    private static final double TICK = 0.1;
    /// After the last arrival: long enough for every time-out.
    private static final double AFTERMATH = 400;

    final SimulatedTime timeline;
    final Measured measured = new Measured();
    final Scenario scenario;
    /// Everything but arrivals and service times, which must not depend on what dispatch does: another dispatch gets the same.
    final RandomGenerator random;
    private final RandomGenerator arrivals;
    private final RandomGenerator services;
    final Pool pool;
    final FunctionModel function;
    final OutlierWatch outliers;
    private final boolean audited;
    /// Who waits, in the order in which they must be served.
    private final TreeSet<Try> waiting =
            new TreeSet<>(Comparator.comparingLong((Try t) -> t.request.arrivedNanos).thenComparingLong(t -> t.number));
    /// Those whose last instance died under them: others may pass them for [#APART].
    private static final double APART = 5;
    private static final int MOST_RETRIES = 3;
    private static final int MOST_REFUSALS = 2;
    private long tries;
    private long undecided;

    World(Scenario scenario, boolean audited) {
        this(scenario, audited, new SimulatedTime());
    }

    /// One of several that share their time.
    World(Scenario scenario, boolean audited, SimulatedTime timeline) {
        this(scenario, audited, timeline, world -> new Pool("simulated", scenario.settings(), timeline, world.function, world.random));
    }

    /// @param made its pool, where that is one of several
    World(Scenario scenario, boolean audited, SimulatedTime timeline, Function<World, Pool> made) {
        this.timeline = timeline;
        this.scenario = scenario;
        this.audited = audited;
        this.arrivals = scenario.arrivals();
        this.services = scenario.services();
        this.random = new Random(scenario.seed());
        this.function = new FunctionModel(this);
        this.pool = made.apply(this);
        this.outliers = new OutlierWatch(pool, timeline);
    }

    static Measured run(Scenario scenario, boolean audited) {
        try {
            return new World(scenario, audited).run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + scenario.seed() + ", trace " + scenario.trace().name() + ": " + e, e);
        }
    }

    /// As [#run], and at one moment so many requests come one after another within a hundredth of a second.
    static Measured runWithCrowd(Scenario scenario, double atSeconds, int requests) {
        World world = new World(scenario, true);
        for (int i = 0; i < requests; i++) {
            world.timeline.after(atSeconds + 0.01 * i / requests, world::arrive);
        }
        return world.run();
    }

    private Measured run() {
        scheduleArrival(0);
        tick();
        double end = scenario.trace().seconds();
        advance(end);
        advance(end + scenario.settings().waiting().incomingRequestTimeout().toSeconds() + 60);
        for (double until = timeline.seconds(); undecided > 0 && until < end + 4 * scenario.functionTimeout(); until += 10) {
            advance(until); // streams
        }
        that(undecided == 0, undecided + " requests lost");
        pool.drain();
        advance(end + scenario.functionTimeout() + AFTERMATH);
        that(pool.drained(), "instances are left after draining: " + pool.snapshot());
        that(waiting.isEmpty(), "somebody still waits");
        measured.ejections = outliers.ejections;
        return measured;
    }

    private void advance(double until) {
        while (timeline.step(until)) {
            measured.events++;
            if (audited) {
                PoolAudit.check(pool);
                if ((measured.events & 255) == 0) {
                    PoolAudit.checkDeeply(pool);
                }
            }
        }
    }

    /// Requests that wait or run.
    long underWay() {
        return undecided;
    }

    void tick() {
        double wait = pool.tick() / 1e9;
        outliers.ticked();
        measured.environments(timeline.seconds(), function.underWay(), function.existing());
        if (!pool.drained()) {
            timeline.after(Math.min(1, Math.max(TICK, wait)), this::tick);
        }
    }

    void scheduleArrival(double from) {
        double at = scenario.trace().next(from, arrivals);
        if (at < Double.POSITIVE_INFINITY) {
            timeline.after(at - timeline.seconds(), () -> {
                scheduleArrival(at);
                arrive();
            });
        }
    }

    /// What never happens takes no random number: it leaves the rest of the run as it is.
    boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    void arrive() {
        Request request = new Request();
        measured.requests++;
        measured.poison += request.job.kills() ? 1 : 0;
        undecided++;
        Try first = new Try(request, 0);
        request.latest = first;
        waiting.add(first);
        pool.submit(first);
        if (random.nextDouble() < scenario.faults().clientLeaves()) {
            timeline.after(10 * random.nextDouble(), request::leave);
        }
    }

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /// One client's request, whatever number of tries it takes.
    final class Request {
        final long arrivedNanos = timeline.nanoTime();
        final Job job = scenario.work().next(services);
        final int low = job.low() ? 1 : 0;
        Try latest;
        ChannelModel channel;
        private int refusals;
        private int losses;
        /// Its last environment died under it.
        private boolean apart;
        boolean over;

        private void end() {
            that(!over, "answered twice");
            over = true;
            undecided--;
        }

        void served(boolean failed) {
            end();
            measured.served++;
            measured.failed += failed ? 1 : 0;
            measured.took(arrivedNanos / 1e9, (timeline.nanoTime() - arrivedNanos) / 1e9);
        }

        void refused() {
            end();
            measured.refused++;
            measured.refusedOthers += job.kills() ? 0 : 1;
        }

        /// Its channel died under it: a second try, or 502.
        void broken() {
            channel = null;
            losses++;
            apart = true;
            if (losses > 1 && (losses > MOST_RETRIES || !pool.environmentsDieAnyway())) {
                end();
                measured.broken++;
                measured.brokenOthers += job.kills() ? 0 : 1;
                return;
            }
            measured.retried++;
            again();
        }

        /// An environment would not have it, and nothing was done about it: elsewhere, twice at most; then the refusal is the client's
        /// answer.
        void turnedAway(ChannelModel by) {
            measured.turnedAway++;
            if (refusals == MOST_REFUSALS) {
                served(true);
                outliers.answers(by.instance(), true);
                pool.slotReleased(by, 503);
                outliers.answered(by.instance());
                return;
            }
            refusals++;
            pool.slotReleased(by, 0);
            pool.refused(by.instance());
            outliers.refused(by.instance());
            if (!over) {
                again();
            }
        }

        private void again() {
            Try earlier = latest;
            latest = new Try(this, earlier.ordinal + 1);
            waiting.add(latest);
            pool.submitAgain(latest, earlier);
        }

        private void leave() {
            if (over) {
                return;
            }
            boolean queued = waiting.contains(latest);
            that(pool.withdraw(latest) == queued, "withdraw disagrees on whether it waited");
            end();
            measured.left++;
            if (queued) {
                waiting.remove(latest);
            } else {
                ChannelModel abandoned = channel;
                channel = null;
                abandoned.givenUp();
            }
        }
    }

    final class Try extends Ticket {
        final Request request;
        final int ordinal;
        final long number = tries++;
        final double submitted = timeline.seconds();

        Try(Request request, int ordinal) {
            super(request.job.low());
            this.request = request;
            this.ordinal = ordinal;
        }

        @Override
        protected void granted(Slot slot) {
            that(!request.over, "granted after it was over");
            checkTurn(slot);
            outliers.chosen(slot.instance(), PoolAudit.isSuspect(this));
            that(request.refusals <= MOST_REFUSALS, "tried again after the last refusal that is allowed");
            waiting.remove(this);
            if (ordinal == 0) {
                measured.waited(request.arrivedNanos / 1e9, waitedNanos() / 1e9);
            }
            request.channel = (ChannelModel) slot;
            request.channel.carry(request);
        }

        private void checkTurn(Slot slot) {
            double waited = timeline.seconds() - submitted;
            boolean suspect = PoolAudit.isSuspect(this);
            that(!suspect || request.losses > 0, "suspected for nothing");
            that(suspect || !request.apart || waited >= APART, "a suspect is treated as any other too soon");
            request.apart = suspect;
            that(!suspect || PoolAudit.suspects(slot.instance()) == 1, "two suspects run on the same instance");
            if (PoolAudit.overloaded(pool) && !suspect) {
                checkTurnInOverload();
                return;
            }
            for (Try before : waiting.headSet(this)) {
                that(PoolAudit.isSuspect(before) != suspect, "served out of turn");
            }
        }

        private void checkTurnInOverload() {
            List<Try> alike = new ArrayList<>();
            for (Try each : waiting) {
                if (!PoolAudit.isSuspect(each) && each.request.low == request.low) {
                    alike.add(each);
                }
                that(request.low <= each.request.low || PoolAudit.isSuspect(each), "low priority comes before others in an overload");
            }
            boolean stands = PoolAudit.stands(pool, alike.getFirst().request.arrivedNanos, timeline.nanoTime());
            long rightOne = (stands ? alike.getLast() : alike.getFirst()).request.arrivedNanos;
            that(request.arrivedNanos == rightOne, "served out of turn in an overload");
        }

        @Override
        protected void refused(Refusal why) {
            that(waiting.remove(this), "refused though it did not wait");
            if (ordinal == 0) {
                measured.waited(request.arrivedNanos / 1e9, waitedNanos() / 1e9);
            }
            request.refused();
        }
    }
}
