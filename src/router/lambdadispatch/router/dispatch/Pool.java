// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import lambdadispatch.base.Clock;
import lambdadispatch.invoke.InvokeResult;

/// Owns one function's queue and instances, and decides which request goes to which slot, and when an instance is started or dismissed.
///
/// Driven by events from any thread and by [#tick]; holds one short lock, and tells the world ([Ticket], [Slot], [Actions]) what it decided after leaving it.
/// Every event ends in `settle`, which matches waiting requests with free slots until one of the two runs out: so none waits while a slot it may use is free,
/// and there is no wake-up to lose.
public final class Pool {
    private final Object lock = new Object();
    private final String function;
    private final PoolSettings settings;
    final Clock clock;
    private final RandomGenerator random;

    private final AppFault appFault = new AppFault();

    // All below is guarded by the lock.
    final Fleet fleet;
    final Matching matching;
    final Growth growth;
    final Load load;
    final Counts counts = new Counts();
    final Steering steering;
    private final Outbox outbox;
    final FailurePolicy failures;
    private final Health health;
    final Outliers outliers;
    final Advice advice;
    private boolean draining;
    private boolean retired;
    private long askedNanos;
    private int toWarmUp;

    /// @param random ids, tokens and jitter: a [java.security.SecureRandom] in production, seeded in a simulation
    public Pool(String function, PoolSettings settings, Clock clock, Actions actions, RandomGenerator random) {
        this.function = function;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
        long now = clock.nanoTime();
        this.askedNanos = now;
        this.load = new Load(now);
        this.fleet = new Fleet(settings);
        this.steering = new Steering(settings.scaling().instances());
        this.growth = new Growth(settings, steering, random, now);
        this.outbox = new Outbox(function, actions);
        this.matching = new Matching(settings, fleet, counts, outbox);
        this.failures = new FailurePolicy(fleet, growth, matching, counts, outbox, now);
        this.outliers = new Outliers(settings.maxConcurrentCount(), fleet, outbox);
        this.advice = new Advice(now);
        this.health = new Health(settings.liveness(), fleet, growth, failures, outbox, now);
    }

    public String function() {
        return function;
    }

    public PoolSettings settings() {
        return settings;
    }

    // ---- requests ----

    /// Grants a slot at once, or queues the ticket, or refuses it.
    public void submit(Ticket ticket) {
        submitAgain(ticket, null);
    }

    /// A retry: keeps the place in the queue, and the time-out, of the try before. If that one's slot was lost, the request may be what killed its instance: it
    /// runs beside no other such request, so that one bad request takes few others with it.
    public void submitAgain(Ticket ticket, Ticket earlier) {
        Effects told;
        synchronized (lock) {
            if (ticket.state != Ticket.State.NEW) {
                throw new IllegalStateException("a ticket is used once");
            }
            long now = clock.nanoTime();
            ticket.follow(earlier, now);
            counts.submitted++;
            askedNanos = now;
            load.arrived();
            if (matching.grantAtOnce(ticket, now)) {
                told = null;
            } else {
                queueOrRefuse(ticket, earlier != null, now);
                told = settle(now);
            }
        }
        if (told == null) {
            ticket.deliver();
        } else {
            told.run();
        }
    }

    private void queueOrRefuse(Ticket ticket, boolean again, long now) {
        if (retired || draining && !again) {
            matching.refuse(ticket, new Refusal(Refusal.Kind.DRAINING, "the router is shutting down", Duration.ofSeconds(1)), now);
        } else if (failures.nothingToWaitFor(now)) {
            matching.refuse(ticket, failures.notInvocable(now), now);
        } else {
            matching.enqueue(ticket, again, now);
        }
        if (matching.waiting() == 1) {
            scale(now);
        }
    }

    /// Whether an instance serves now. If not, one is asked for as by a request that waits: within the cost guard, and no more than that one.
    public boolean servesOrAsks() {
        if (locked(fleet::anybodyServes)) {
            return true;
        }
        event(now -> scale(Math.max(retired || draining ? 0 : 1, matching.waiting()), now));
        return false;
    }

    /// Whether a request that was there when two instances died may be tried on a third: environments die without it as well, and far more often.
    public boolean environmentsDieAnyway() {
        return locked(() -> failures.environmentsDieAnyway(clock.nanoTime()));
    }

    /// The client went away. True if the ticket was still queued: it will not be decided any more. If false, it was decided, and a granted slot must be handed back.
    public boolean withdraw(Ticket ticket) {
        return locked(() -> matching.withdraw(ticket));
    }

    // ---- slots ----

    /// A channel of this instance has both halves open and is idle. One that is not wanted (the instance is draining or closed) is ended.
    public void slotOpened(Slot slot) {
        Effects told;
        synchronized (lock) {
            if (slot.state != Slot.State.UNKNOWN) {
                throw new IllegalStateException("a slot is opened once");
            }
            long now = clock.nanoTime();
            boolean first = slot.instance().state == Instance.State.STARTING;
            boolean wanted = fleet.opened(slot, now);
            if (!wanted) {
                outbox.end(slot);
            }
            if (first && wanted) {
                appFault.mended();
                load.started(now - slot.instance().invokedNanos);
                growth.connected();
                health.opened(slot.instance(), now);
                outbox.info("instanceOpened", slot.instance(), "millis", (now - slot.instance().invokedNanos) / 1_000_000);
            }
            told = settle(now);
        }
        told.run();
    }

    /// The exchange is over and the channel is fine: it goes to the head of the queue at once. One that is not wanted any more is ended.
    /// @param status of the answer; 0 if the request was not sent
    public void slotReleased(Slot slot, int status) {
        Effects told;
        synchronized (lock) {
            if (slot.state == Slot.State.GONE) {
                return;
            }
            long now = clock.nanoTime();
            load.finished(now - slot.grantedNanos);
            if (status > 0) {
                outliers.answered(slot.instance(), status, now - slot.grantedNanos, now);
            }
            if (status > 0 && status < 500) {
                slot.instance().servedWell++;
                growth.served(slot.instance(), now);
            }
            if (!fleet.released(slot, now)) {
                outbox.end(slot);
            }
            told = settle(now);
        }
        told.run();
    }

    /// The channel died, idle or in use. An instance that broke an exchange gets no other until it is heard from again: a retry does not run into the same dead instance.
    public void slotLost(Slot slot) {
        event(now -> fleet.lost(slot, true, now));
    }

    /// This side reset the channel in an exchange, since its client went away: no mark against the instance, unless one that waited for long had got
    /// nothing, and this goes on and on.
    /// @param answered whether the client had got a part of its answer
    public void slotGivenUp(Slot slot, boolean answered) {
        event(now -> {
            if (!answered) {
                fleet.unanswered(slot, now);
            }
            if (slot.state == Slot.State.BUSY) {
                load.finished(now - slot.grantedNanos);
            }
            fleet.lost(slot, false, now);
        });
    }

    // ---- instances ----

    public void pinged(Instance instance) {
        event(now -> fleet.heard(instance, now));
    }

    /// How the environment feels, by its own word. One that is hot is chosen after the others.
    public void feels(Instance instance, Reading reading) {
        event(now -> outliers.feels(instance, reading, advice, now));
    }

    /// The instance refused a request before anything was done about it: others come first for a moment.
    public void refused(Instance instance) {
        event(now -> outliers.refused(instance, now));
    }

    /// The environment runs, but its app is not ready.
    /// @param why in words for people, no secret among them: clients are told
    public void appNotReady(Instance instance, String why) {
        event(now -> {
            if (appFault.is(why)) {
                outbox.warn("appNotReady", instance, "why", why);
            }
        });
    }

    /// What a client whose request was refused is told: the reason, and what the environments wait for if that is what it comes from.
    public String explained(Refusal refusal) {
        return appFault.explain(refusal);
    }

    /// How long the instance will go on before it asks to close, by its own reckoning: so that a replacement can be there in time.
    public void closesIn(Instance instance, Duration remaining) {
        synchronized (lock) {
            growth.closesIn(instance, remaining.toNanos(), load, clock.nanoTime());
        }
    }

    /// The extension asks to drain its instance: the deadline is near, it is idle, or its app is broken.
    public void closeRequested(Instance instance) {
        event(now -> {
            fleet.heard(instance, now);
            fleet.drain(instance, now, outbox);
            scale(now);
        });
    }

    /// The invoke is over.
    /// @param result a failure without any answer is [InvokeResult.Unavailable] with status 0
    /// @param exitReason `ExitReason` of the function's answer, or an empty string
    public void invokeEnded(Instance instance, InvokeResult result, String exitReason) {
        Effects told;
        synchronized (lock) {
            if (instance.invokeEnded) {
                return;
            }
            long now = clock.nanoTime();
            instance.invokeEnded = true;
            failures.ended(instance, result, exitReason, now);
            scale(now);
            told = settle(now);
        }
        told.run();
    }

    /// Has so many environments start their app and return, so that later instances need not: `InitOnly`. A few at a time, as the cost guard allows.
    public void warmUp(int environments) {
        synchronized (lock) {
            toWarmUp += environments;
        }
    }

    // ---- time ----

    /// See [Steering#allot].
    void allot(int least, int most) {
        synchronized (lock) {
            steering.allot(least, most);
        }
    }

    /// To be called when it itself said so last time.
    /// @return nanoseconds until it should be called again
    public long tick() {
        Effects told;
        long again;
        synchronized (lock) {
            long now = clock.nanoTime();
            load.update(fleet.running(), now);
            health.age(load, now);
            outliers.review(now);
            matching.expire(now);
            failures.refuseInVain(now);
            scale(now);
            startWarmingUp(now);
            fleet.bury(now, outbox);
            again = matching.nobodyWaits() && fleet.running() == 0 ? 500_000_000L : 100_000_000L;
            told = settle(now);
        }
        told.run();
        return again;
    }

    /// Ends this pool's life if nothing has been asked of it for so long and no instance is left: it refuses whatever may still come.
    /// @param madeUp only if its function is one that Lambda would not invoke, from the first time on
    boolean retire(long idleNanos, boolean madeUp) {
        synchronized (lock) {
            retired = (!madeUp || growth.refusedFromTheStart()) && fleet.all().isEmpty() && matching.nobodyWaits() && clock.nanoTime() - askedNanos >= idleNanos;
            return retired;
        }
    }

    /// Somebody is about to submit a request: the pool does not retire now.
    void asked() {
        synchronized (lock) {
            askedNanos = clock.nanoTime();
        }
    }

    /// Router shutdown: new requests are refused, queued ones and those in flight finish, then the instances are sent home.
    public void drain() {
        event(_ -> draining = true);
    }

    /// After [#drain]: nothing waits, nothing runs, every invoke has ended.
    public boolean drained() {
        return locked(() -> draining && matching.nobodyWaits() && fleet.all().isEmpty());
    }

    /// Requests wait that only more instances than there may be could serve.
    public boolean full() {
        return locked(() -> matching.full());
    }

    public PoolSnapshot snapshot() {
        return locked(() -> PoolSnapshot.of(this, clock.nanoTime()));
    }

    /// The pool with all of its instances, for operators.
    public PoolView view() {
        return locked(() -> PoolView.of(this, clock.nanoTime()));
    }

    // ---- operators ----

    /// Starts no environment until told otherwise; what runs goes on, and requests wait as long as they may.
    public void holdInvokes(boolean hold) {
        event(now -> {
            steering.holdInvokes(hold);
            scale(now);
        });
    }

    /// Sets `MinInstanceCount` and `MaxInstanceCount` for as long as this router lives.
    public void bounds(PoolSettings.InstanceCounts counts) {
        event(now -> {
            steering.bounds(counts);
            scale(now);
        });
    }

    /// Has every instance that there is replaced by a fresh one, a quarter at a time, as at the end of its time: requests notice nothing.
    /// @return how many, those included whose replacement was under way already
    public int roll() {
        int[] count = new int[1];
        event(now -> {
            count[0] = fleet.outdateAll();
            scale(now);
        });
        return count[0];
    }

    /// Sends an instance home once what runs on it has ended.
    /// @return false if there is none of that public name
    public boolean drainInstance(String publicName) {
        boolean[] found = new boolean[1];
        event(now -> {
            found[0] = fleet.dismiss(publicName, now, outbox);
            scale(now);
        });
        return found[0];
    }

    private <T> T locked(Supplier<T> look) {
        synchronized (lock) {
            return look.get();
        }
    }

    /// Changes something under the lock, and tells whoever it concerns after it. For what does not happen with every request.
    private void event(LongConsumer change) {
        Effects told;
        synchronized (lock) {
            long now = clock.nanoTime();
            change.accept(now);
            told = settle(now);
        }
        told.run();
    }

    // ---- under the lock ----

    /// Ends every event: hands free slots to those who wait, and takes out what the world must be told.
    private Effects settle(long now) {
        matching.match(now);
        if (draining && matching.nobodyWaits()) {
            fleet.sendHome(now, outbox);
        }
        return outbox.take();
    }

    private void scale(long now) {
        scale(matching.waiting(), now);
    }

    private void scale(int pending, long now) {
        Census census = new Census(fleet.all());
        matching.overloaded(growth.canNotGrow(census), now);
        Growth.Plan plan = growth.plan(census, pending, load, draining, now);
        for (int i = 0; i < plan.start(); i++) {
            start(growth.purpose(census, i), now);
        }
        for (Instance instance : plan.dismiss()) {
            fleet.dismiss(instance, now, outbox);
        }
    }

    private void startWarmingUp(long now) {
        while (toWarmUp > 0 && !draining && growth.mayWarmUp(new Census(fleet.all()), now)) {
            toWarmUp--;
            start(Instance.Purpose.INIT_ONLY, now);
        }
    }

    private void start(Instance.Purpose purpose, long now) {
        Instance instance = new Instance(this, purpose, now, random);
        fleet.add(instance);
        growth.started();
        counts.invokes++;
        outbox.invoke(instance);
    }
}
