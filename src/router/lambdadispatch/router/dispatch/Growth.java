// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import lambdadispatch.invoke.InvokeResult;

/// Decides how many instances of a pool to start and which to dismiss: what the scaler wants, what the cost guard allows, and rotation.
///
/// Rotation is nothing special here: an instance near its end is *expiring*, hence no longer counted on, hence one is missing and gets
/// started; once the fresh one is open there is one too many, and the expiring one goes. At most a quarter of the open ones (at least one)
/// expire at the same time.
final class Growth {
    /// What to do now.
    record Plan(int start, List<Instance> dismiss) {}

    /// A gap this long between two ticks means that this process stood still.
    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final double UNKNOWN_COLD_START_SECONDS = 4;
    private static final int WARMING_UP_AT_ONCE = 5;

    private final Steering steering;
    private final RandomGenerator random;
    private final Scaler scaler;
    private final InvokeBudget budget;
    private boolean everConnected;
    private long tickedNanos;
    private long faultNanos;
    private boolean anyFault;

    Growth(PoolSettings settings, Steering steering, RandomGenerator random, long now) {
        this.steering = steering;
        this.random = random;
        this.scaler = new Scaler(settings, steering, now);
        this.budget = new InvokeBudget(settings.invokes(), random, now);
        this.tickedNanos = now;
    }

    Plan plan(Census census, int pending, Load load, boolean draining, long now) {
        Demand demand = census.demand(pending, load);
        int desired = scaler.desired(demand, now);
        if (draining && pending == 0) {
            return new Plan(0, List.of());
        }
        int missing = desired - census.countedOn();
        if (missing > 0) {
            int start = scaler.stepOut(missing, demand, census.countedOn(), now);
            start = steering.invokesHeld() ? 0 : Math.min(start, budget.available(now, census.connecting()));
            return new Plan(Math.clamp(room(census), 0, start), replaced(census, now));
        }
        List<Instance> dismiss = replaced(census, now);
        if (dismiss.isEmpty() && census.expiring().isEmpty()) {
            dismiss = surplus(census, demand, now);
        }
        return new Plan(0, dismiss);
    }

    /// Everything that is paid for counts; but what is on its way out, or was given up for its silence while its invoke goes on, may
    /// overlap with its replacement.
    private int room(Census census) {
        int max = steering.bounds().max();
        int overlap = Math.min(census.expiring().size() + census.draining() + census.lingering(), Math.ceilDiv(max, 4));
        return max + overlap - census.paidFor();
    }

    /// All that may be there serve, and none is on its way: whatever waits waits for these.
    boolean canNotGrow(Census census) {
        return census.open() >= steering.bounds().max() && census.connecting() == 0;
    }

    private List<Instance> replaced(Census census, long now) {
        int spare = census.open() + census.expiring().size() - scaler.desiredLately(now);
        int count = Math.clamp(spare, 0, census.expiring().size());
        return count == 0 ? List.of() : census.expiring().subList(0, count);
    }

    private List<Instance> surplus(Census census, Demand demand, long now) {
        int count = scaler.stepIn(census.countedOn(), demand, now);
        if (count == 0) {
            return List.of();
        }
        List<Instance> candidates = new ArrayList<>(census.fresh());
        candidates.sort(Comparator.comparing((Instance instance) -> instance.purpose() == Instance.Purpose.STAY)
                .thenComparing(instance -> instance.busy.size())
                .thenComparing(instance -> instance.invokedNanos));
        return candidates.subList(0, Math.min(count, candidates.size()));
    }

    /// What the next instance is to be invoked for.
    Instance.Purpose purpose(Census census, int startedBefore) {
        boolean missing = census.staying() + startedBefore < steering.bounds().min();
        return missing ? Instance.Purpose.STAY : Instance.Purpose.SERVE;
    }

    void started() {
        budget.spend();
        scaler.started();
    }

    /// Sets when the instance is to be replaced: a cold start and some before it closes, spread out so that those that started together do
    /// not all go together. A deadline is fixed when the invoke begins: once known it never comes nearer, whatever a clock or a function
    /// says.
    void closesIn(Instance instance, long remainingNanos, Load load, long now) {
        long closesAt = now + remainingNanos;
        if (instance.closesAtNanos != Long.MAX_VALUE && closesAt - instance.closesAtNanos < 1_000_000_000L) {
            return;
        }
        double remaining = remainingNanos / 1e9;
        double lead = Math.min(remaining / 2, 2 * coldStartSeconds(load) + 1 + 0.1 * remaining * random.nextDouble());
        instance.closesAtNanos = closesAt;
        instance.rotateAtNanos = closesAt - (long) (lead * 1e9);
    }

    void age(Instance instance, Census census, Load load, long now) {
        if (instance.state != Instance.State.OPEN) {
            return;
        }
        if (!instance.settled && !instance.shortLived() && now - instance.openedNanos >= InvokeBudget.SETTLED_NANOS) {
            instance.settled = true;
            if (openedAfterLastFault(instance)) {
                budget.settled();
            }
        }
        boolean due =
                instance.outdated || instance.superseded || instance.rotateAtNanos != Long.MAX_VALUE && now - instance.rotateAtNanos >= 0;
        if (due && !instance.expiring && (census.mayExpireOneMore() || isUrgent(instance, load, now))) {
            instance.expiring = true;
            census.expires(instance);
        }
    }

    /// Whoever still has to wait for its turn now would close without a replacement.
    private static boolean isUrgent(Instance instance, Load load, long now) {
        return instance.closesAtNanos - now < (1.5 * coldStartSeconds(load) + 1) * 1e9;
    }

    private static double coldStartSeconds(Load load) {
        return load.coldStartSeconds() == 0 ? UNKNOWN_COLD_START_SECONDS : load.coldStartSeconds();
    }

    /// Whether one more environment may be warmed up now: they share the budget, and stand back for those that serve.
    boolean mayWarmUp(Census census, long now) {
        return !steering.invokesHeld() && census.connecting() < WARMING_UP_AT_ONCE && room(census) > 0
                && budget.available(now, census.connecting()) > 0;
    }

    void connected() {
        budget.connected();
        everConnected = true;
    }

    /// A request was served well.
    void served(Instance instance, long now) {
        budget.served(now);
        if (instance.servedWell == 1 && openedAfterLastFault(instance)) {
            budget.settled();
        }
    }

    /// Invoked before a fault but opened after it, an instance is as good a proof that invokes work as one of the time after.
    private boolean openedAfterLastFault(Instance instance) {
        return !anyFault || instance.openedNanos - faultNanos >= 0;
    }

    void failed(InvokeFault fault, InvokeResult result, long now) {
        anyFault = true;
        faultNanos = now;
        Duration atLeast = result instanceof InvokeResult.Throttled throttled ? throttled.retryAfter() : Duration.ZERO;
        budget.failed(fault, atLeast, now);
    }

    /// How long this process must have stood still since the last tick.
    long pauseNanos(long now) {
        long gap = now - tickedNanos;
        tickedNanos = now;
        return gap > PAUSE_NANOS ? gap : 0;
    }

    boolean hopeless(long now) {
        return budget.hopeless(now);
    }

    /// Lambda would not invoke it, and it never did before.
    boolean refusedFromTheStart() {
        return !everConnected && budget.lastFault() == InvokeFault.REFUSED;
    }

    InvokeBudget budget() {
        return budget;
    }

    int desiredLately(long now) {
        return scaler.desiredLately(now);
    }
}
