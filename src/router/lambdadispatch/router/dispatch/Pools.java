// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import lambdadispatch.base.Clock;

/// Owns the pools, one for each function that is asked for, and the table of all instances by their secret id. An idle pool goes away.
public final class Pools {
    private static final long IDLE_NANOS = Duration.ofMinutes(5).toNanos();
    /// A pool that Lambda has refused goes at once; this long it remembers not to ask again for every request.
    private static final long REFUSED_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST = 100;

    private final PoolSettings settings;
    private final AllowedFunctions allowed;
    private final Allotment allotment;
    private final Clock clock;
    private final Actions actions;
    private final RandomGenerator random;
    private final Pool defaultPool;
    private final Canary canary;
    private final Map<String, Pool> named = new ConcurrentHashMap<>();
    private final Map<String, Instance> instances = new ConcurrentHashMap<>();
    private volatile boolean draining;

    /// What all pools have in common.
    /// @param schedule when at least so many instances are kept
    /// @param totalInstances that all pools may have together; 0 if there is no such limit
    public record Allotment(Schedule schedule, int totalInstances) {
        public static final Allotment NONE = new Allotment(Schedule.NONE, 0);
    }

    /// @param defaultFunction `LAMBDA_DISPATCH_FunctionName`
    public Pools(String defaultFunction, AllowedFunctions allowed, PoolSettings settings, Allotment allotment, Clock clock, Actions actions,
            RandomGenerator random) {
        this.allotment = allotment;
        this.settings = settings;
        this.allowed = allowed;
        this.clock = clock;
        this.actions = new Registering(actions);
        this.random = random;
        this.defaultPool = pool(defaultFunction);
        this.canary = new Canary(defaultFunction);
    }

    private Pool pool(String function) {
        return new Pool(function, settings, clock, actions, random);
    }

    public Pool defaultPool() {
        return defaultPool;
    }

    public Canary canary() {
        return canary;
    }

    /// Gives that alias so much of the requests; see [Canary#set]. The pool of one that gets nothing any more holds no instance open,
    /// whatever `MinInstanceCount` says.
    public Canary.Setting setCanary(String alias, int hundredths) {
        String before = canary.setting().function();
        Canary.Setting now = canary.set(alias, hundredths);
        for (Pool pool : named.values()) {
            boolean served = pool.function().equals(now.function()) && hundredths > 0;
            if (served || pool.function().equals(now.function()) || pool.function().equals(before)) {
                int max = pool.view().bounds().max();
                pool.bounds(new PoolSettings.InstanceCounts(served ? Math.min(settings.scaling().instances().min(), max) : 0, max));
            }
        }
        return now;
    }

    /// The pool of the canary's alias, which nobody needs to be allowed to name; empty once the router drains.
    public Optional<Pool> canaryPool() {
        String function = canary.setting().function();
        return function == null ? Optional.empty() : open(function, 1);
    }

    /// The pool of a function that a request named; empty if that is not allowed, or there are too many pools already.
    public Optional<Pool> named(String function) {
        if (function.equals(defaultPool.function())) {
            return Optional.of(defaultPool);
        }
        if (!allowed.allows(function)) {
            return Optional.empty();
        }
        return open(function, 0);
    }

    /// @param more pools that there may be beyond the most that requests may ask for
    private Optional<Pool> open(String function, int more) {
        synchronized (named) {
            Pool pool = named.get(function);
            if (pool == null && !draining && hasRoom(more)) {
                pool = pool(function);
                named.put(function, pool);
            } else if (pool != null) {
                pool.asked(); // or it might retire before the request gets there
            }
            return Optional.ofNullable(pool);
        }
    }

    /// Names that were made up do not keep out those that there are.
    private boolean hasRoom(int more) {
        if (named.size() >= MOST + more) {
            named.values().removeIf(pool -> retireRefused(pool, 0));
        }
        return named.size() < MOST + more;
    }

    /// The canary was named by an operator, who is told how it does.
    private boolean retireRefused(Pool pool, long idleNanos) {
        return !pool.function().equals(canary.setting().function()) && pool.retire(idleNanos, true);
    }

    /// The instance of that id, whichever pool it belongs to; null when unknown or over.
    public Instance find(String instanceId) {
        return instances.get(instanceId);
    }

    /// See [Pool#tick].
    public long tick() {
        allot();
        long again = defaultPool.tick();
        for (Pool pool : named.values()) {
            again = Math.min(again, pool.tick());
            synchronized (named) {
                if (pool.retire(IDLE_NANOS, false) || retireRefused(pool, REFUSED_NANOS)) {
                    named.remove(pool.function(), pool);
                }
            }
        }
        return again;
    }

    private void allot() {
        int least = allotment.schedule().least(clock.now());
        List<Pool> all = all();
        List<Integer> most = new ArrayList<>();
        if (allotment.totalInstances() > 0) {
            most = Shares.divide(allotment.totalInstances(), all.stream().map(Pool::snapshot).map(Pools::claim).toList());
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).allot(least, most.isEmpty() ? Integer.MAX_VALUE : most.get(i));
        }
    }

    /// A pool that has nothing to do now reserves nothing, though it may have wanted something lately.
    private static Shares.Claim claim(PoolSnapshot pool) {
        return new Shares.Claim(pool.invokesUnderWay(), pool.running() + pool.pending() == 0 ? 0 : pool.desired());
    }

    public void drain() {
        synchronized (named) {
            draining = true;
        }
        defaultPool.drain();
        named.values().forEach(Pool::drain);
    }

    public boolean drained() {
        return defaultPool.drained() && named.values().stream().allMatch(Pool::drained);
    }

    /// All pools, the default one first.
    public List<Pool> all() {
        List<Pool> all = new ArrayList<>();
        all.add(defaultPool);
        all.addAll(named.values());
        return all;
    }

    public List<PoolSnapshot> snapshots() {
        List<PoolSnapshot> all = new ArrayList<>();
        all.add(defaultPool.snapshot());
        named.values().forEach(pool -> all.add(pool.snapshot()));
        return all;
    }

    /// Keeps the table of instances beside the world's own doings.
    private final class Registering implements Actions {
        private final Actions world;

        Registering(Actions world) {
            this.world = world;
        }

        @Override
        public void invoke(Instance instance) {
            instances.put(instance.id(), instance);
            world.invoke(instance);
        }

        @Override
        public void forgotten(Instance instance) {
            instances.remove(instance.id());
            world.forgotten(instance);
        }

        @Override
        public void info(String event, Object... keysAndValues) {
            world.info(event, keysAndValues);
        }

        @Override
        public void warn(String event, Object... keysAndValues) {
            world.warn(event, keysAndValues);
        }
    }
}
