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
/// This is the door to all that: events come from any thread and by [#tick]. Each is a change under one short lock, and what was decided is
/// told to the world ([Ticket], [Slot], [Actions]) after leaving it. Every event ends in `matchAndTake`, which matches waiting requests
/// with free slots until one of the two runs out: so none waits while a slot it may use is free, and there is no wake-up to lose. What an
/// event changes stands in the class of its concern: [Admission] for requests, [SlotEvents] and [Slots] for slots, [Fleet] for instances,
/// [FailurePolicy] for invokes that end, [Autoscaler] for their number, [Steering] for what operators want.
public final class Pool {
    private final Object lock = new Object();
    private final String function;
    private final PoolSettings settings;
    final Clock clock;
    private final AppFault appFault = new AppFault();

    // All below is guarded by the lock.
    final PoolParts parts;
    private final Autoscaler autoscaler;
    private final Admission admission;
    private final SlotEvents slots;

    /// @param random ids, tokens and jitter: a [java.security.SecureRandom] in production, seeded in a simulation
    public Pool(String function, PoolSettings settings, Clock clock, Actions actions, RandomGenerator random) {
        this.function = function;
        this.settings = settings;
        this.clock = clock;
        long now = clock.nanoTime();
        this.parts = new PoolParts(settings, new Outbox(function, actions), random, now);
        this.autoscaler = new Autoscaler(parts, purpose -> new Instance(this, purpose, clock.nanoTime(), random));
        this.admission = new Admission(parts, autoscaler, now);
        this.slots = new SlotEvents(parts, appFault);
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

    /// A retry: keeps the place in the queue, and the time-out, of the try before. If that one's slot was lost, the request may be what
    /// killed its instance: it runs beside no other such request, so that one bad request takes few others with it.
    public void submitAgain(Ticket ticket, Ticket earlier) {
        Effects told;
        synchronized (lock) {
            long now = clock.nanoTime();
            told = admission.submit(ticket, earlier, now) ? null : matchAndTake(now);
        }
        if (told == null) {
            ticket.deliver();
        } else {
            told.run();
        }
    }

    /// Whether an instance serves now. If not, one is asked for as by a request that waits: within the cost guard, and no more than that
    /// one.
    public boolean servesOrAsks() {
        if (locked(parts.fleet::anybodyServes)) {
            return true;
        }
        event(admission::askForInstance);
        return false;
    }

    /// Whether a request that was there when two instances died may be tried on a third: environments die without it as well, and far more
    /// often.
    public boolean environmentsDieAnyway() {
        return locked(() -> parts.failures.environmentsDieAnyway(clock.nanoTime()));
    }

    /// The client went away. True if the ticket was still queued: it will not be decided any more. If false, it was decided, and a granted
    /// slot must be handed back.
    public boolean withdraw(Ticket ticket) {
        return locked(() -> parts.matching.withdraw(ticket));
    }

    // ---- slots ----

    /// A channel of this instance has both halves open and is idle. One that is not wanted (the instance is draining or closed) is ended.
    public void slotOpened(Slot slot) {
        event(now -> slots.opened(slot, now));
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
            slots.released(slot, status, now);
            told = matchAndTake(now);
        }
        told.run();
    }

    /// The channel died, idle or in use. An instance that broke an exchange gets no other until it is heard from again: a retry does not
    /// run into the same dead instance.
    public void slotLost(Slot slot) {
        event(now -> parts.fleet.slots.gone(slot, true, now));
    }

    /// This side reset the channel in an exchange, since its client went away: no mark against the instance, unless one that waited for
    /// long had got nothing, and this goes on and on.
    /// @param answered whether the client had got a part of its answer
    public void slotGivenUp(Slot slot, boolean answered) {
        event(now -> slots.givenUp(slot, answered, now));
    }

    // ---- instances ----

    public void pinged(Instance instance) {
        event(now -> parts.fleet.heard(instance, now));
    }

    /// How the environment feels, by its own word. One that is hot is chosen after the others.
    public void feels(Instance instance, Reading reading) {
        event(now -> parts.outliers.feels(instance, reading, parts.advice, now));
    }

    /// The instance refused a request before anything was done about it: others come first for a moment.
    public void refused(Instance instance) {
        event(now -> parts.outliers.refused(instance, now));
    }

    /// The environment runs, but its app is not ready.
    /// @param why in words for people, no secret among them: clients are told
    public void appNotReady(Instance instance, String why) {
        event(now -> {
            if (appFault.is(why)) {
                parts.outbox.warn("appNotReady", instance, "why", why);
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
            parts.growth.closesIn(instance, remaining.toNanos(), parts.load, clock.nanoTime());
        }
    }

    /// The extension asks to drain its instance: the deadline is near, it is idle, or its app is broken.
    public void closeRequested(Instance instance) {
        event(now -> {
            parts.fleet.heard(instance, now);
            parts.fleet.drain(instance, now, parts.outbox);
            autoscaler.scale(now);
        });
    }

    /// The invoke is over.
    /// @param result a failure without any answer is [InvokeResult.Unavailable] with status 0
    /// @param exitReason `ExitReason` of the function's answer, or an empty string
    public void invokeEnded(Instance instance, InvokeResult result, String exitReason) {
        event(now -> {
            if (!instance.invokeEnded) {
                instance.invokeEnded = true;
                parts.failures.ended(instance, result, exitReason, now);
                autoscaler.scale(now);
            }
        });
    }

    /// Has so many environments start their app and return, so that later instances need not: `InitOnly`. A few at a time, as the cost
    /// guard allows.
    public void warmUp(int environments) {
        synchronized (lock) {
            autoscaler.warmUp(environments);
        }
    }

    // ---- time ----

    /// See [Steering#allot].
    void allot(int least, int most) {
        synchronized (lock) {
            parts.steering.allot(least, most);
        }
    }

    /// To be called when it itself said so last time.
    /// @return nanoseconds until it should be called again
    public long tick() {
        Effects told;
        long again;
        synchronized (lock) {
            long now = clock.nanoTime();
            parts.load.update(parts.fleet.running(), now);
            parts.health.age(parts.load, now);
            parts.outliers.review(now);
            parts.matching.expire(now);
            parts.failures.refuseInVain(now);
            autoscaler.scale(now);
            autoscaler.startWarmingUp(now);
            parts.fleet.forgetOver(now, parts.outbox);
            again = parts.matching.nobodyWaits() && parts.fleet.running() == 0 ? 500_000_000L : 100_000_000L;
            told = matchAndTake(now);
        }
        told.run();
        return again;
    }

    /// Ends this pool's life if nothing has been asked of it for so long and no instance is left: it refuses whatever may still come.
    /// @param madeUp only if its function is one that Lambda would not invoke, from the first time on
    boolean retire(long idleNanos, boolean madeUp) {
        synchronized (lock) {
            return admission.retire(idleNanos, madeUp, clock.nanoTime());
        }
    }

    /// Somebody is about to submit a request: the pool does not retire now.
    void asked() {
        synchronized (lock) {
            admission.asked(clock.nanoTime());
        }
    }

    /// Router shutdown: new requests are refused, queued ones and those in flight finish, then the instances are dismissed.
    public void drain() {
        event(_ -> parts.steering.drain());
    }

    /// After [#drain]: nothing waits, nothing runs, every invoke has ended.
    public boolean drained() {
        return locked(() -> parts.steering.draining() && parts.matching.nobodyWaits() && parts.fleet.all().isEmpty());
    }

    /// Requests wait that only more instances than there may be could serve.
    public boolean full() {
        return locked(() -> parts.matching.full());
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
            parts.steering.holdInvokes(hold);
            autoscaler.scale(now);
        });
    }

    /// Sets `MinInstanceCount` and `MaxInstanceCount` for as long as this router lives.
    public void bounds(PoolSettings.InstanceCounts counts) {
        event(now -> {
            parts.steering.bounds(counts);
            autoscaler.scale(now);
        });
    }

    /// Has every instance that there is replaced by a fresh one, a quarter at a time, as at the end of its time: requests notice nothing.
    /// @return how many, those included whose replacement was under way already
    public int roll() {
        int[] count = new int[1];
        event(now -> {
            count[0] = parts.fleet.outdateAll();
            autoscaler.scale(now);
        });
        return count[0];
    }

    /// Sends an instance home once what runs on it has ended.
    /// @return false if there is none of that public name
    public boolean drainInstance(String publicName) {
        boolean[] found = new boolean[1];
        event(now -> {
            found[0] = parts.fleet.dismiss(publicName, now, parts.outbox);
            autoscaler.scale(now);
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
            told = matchAndTake(now);
        }
        told.run();
    }

    // ---- under the lock ----

    /// Ends every event: hands free slots to those who wait, and takes out what the world must be told.
    private Effects matchAndTake(long now) {
        parts.matching.match(now);
        if (parts.steering.draining() && parts.matching.nobodyWaits()) {
            parts.fleet.dismissAll(now, parts.outbox);
        }
        return parts.outbox.take();
    }
}
