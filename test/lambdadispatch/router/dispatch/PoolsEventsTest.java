// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// All pools together: who is found by an id, what the world hears, and how they end.
class PoolsEventsTest extends RecordedWorld {
    private final Pools pools = new Pools("usual", new AllowedFunctions("a,b"), PoolBed.instances(PoolBed.settings(1, 1), 0, 4),
            Pools.Allotment.NONE, this, this, new Random(1));

    private PoolBed.Client ask(Pool pool) {
        PoolBed.Client client = new PoolBed.Client();
        pool.submit(client);
        return client;
    }

    @Test
    void anInstanceIsFoundByItsIdFromItsInvokeUntilNothingIsLeftOfIt() {
        Pool pool = pools.named("a").orElseThrow();
        ask(pool);
        Instance instance = invoked.getLast();
        assertThat(pools.find(instance.id())).isSameAs(instance);
        PoolBed.Line line = new PoolBed.Line(instance);
        pool.slotOpened(line);
        assertThat(infos).singleElement().asString().startsWith("instanceOpened ");
        pool.slotReleased(line, 200);
        pool.invokeEnded(instance, PoolBed.RETURNED, "SelfLastActive");
        pools.tick();
        assertThat(pools.find(instance.id())).isNull();
        assertThat(forgotten).containsExactly(instance);
        pool.invokeEnded(invoked.getLast(), PoolBed.RETURNED, "");
        ask(pool);
        pool.invokeEnded(invoked.getLast(), PoolBed.RETURNED, "");
        assertThat(warnings).anyMatch(said -> said.startsWith("invokeFailed "));
    }

    @Test
    void allPoolsTickAndTheSoonestSaysWhenAgain() {
        Pool named = pools.named("a").orElseThrow();
        assertThat(pools.tick()).isEqualTo(500_000_000L);
        ask(named);
        assertThat(pools.tick()).isEqualTo(100_000_000L);
        nanos += 121_000_000_000L;
        PoolBed.Client late = ask(pools.defaultPool());
        nanos += 121_000_000_000L;
        pools.tick();
        assertThat(late.refusal).as("the default pool's time passes, too").isNotNull();
        assertThat(pools.all()).containsExactly(pools.defaultPool(), named);
        assertThat(pools.snapshots()).extracting(PoolSnapshot::function).containsExactly("usual", "a");
    }

    @Test
    void theyAreDrainedWhenEachOfThemIsAndOpenNoOtherMeanwhile() {
        Pool named = pools.named("a").orElseThrow();
        ask(named);
        assertThat(pools.drained()).as("nobody asked for it").isFalse();
        pools.drain();
        assertThat(pools.named("b")).isEmpty();
        assertThat(ask(pools.defaultPool()).refusedAs()).isEqualTo(Refusal.Kind.DRAINING);
        assertThat(pools.defaultPool().drained()).isTrue();
        assertThat(pools.drained()).as("a request of the other still waits").isFalse();
        PoolBed.Line line = new PoolBed.Line(invoked.getLast());
        named.slotOpened(line);
        named.slotReleased(line, 200);
        assertThat(invoked.getLast().state()).isEqualTo(Instance.State.DRAINING);
        named.invokeEnded(invoked.getLast(), PoolBed.RETURNED, "RouterGoAway");
        pools.tick();
        assertThat(pools.drained()).isTrue();
    }

    @Test
    void theDefaultPoolKeepsThemFromBeingDrained() {
        pools.named("a");
        ask(pools.defaultPool());
        pools.drain();
        assertThat(pools.drained()).isFalse();
    }

    @Test
    void withoutALimitForAllEachMayHaveItsMaximumAndWithOneItIsDivided() {
        pools.tick();
        assertThat(pools.defaultPool().view().bounds().max()).isEqualTo(4);
        Pools limited = new Pools("usual", new AllowedFunctions("a"), PoolBed.instances(PoolBed.settings(1, 1), 0, 4),
                new Pools.Allotment(Schedule.NONE, 3), this, this,
                new Random(1));
        limited.tick();
        assertThat(limited.defaultPool().view().bounds().max()).isLessThanOrEqualTo(3);
    }

    @Test
    void onlyAListWithNamesAllowsAny() {
        assertThat(new AllowedFunctions("").none()).isTrue();
        assertThat(new AllowedFunctions(" , ").none()).isTrue();
        AllowedFunctions some = new AllowedFunctions("a,, b");
        assertThat(some.none()).isFalse();
        assertThat(some.allows("b")).isTrue();
        assertThat(some.allows("")).isFalse();
        assertThatThrownBy(() -> new AllowedFunctions("a/b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsAreChangedOneByOne() {
        PoolSettings d = PoolSettings.DEFAULTS;
        PoolSettings.InvokeLimits invokes = new PoolSettings.InvokeLimits(1, 2, Duration.ofSeconds(3), Duration.ofSeconds(4));
        PoolSettings.Liveness liveness = new PoolSettings.Liveness(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(d.with(invokes).invokes()).isEqualTo(invokes);
        assertThat(d.with(invokes).with(d.invokes())).as("and nothing else has changed").isEqualTo(d);
        assertThat(d.with(liveness).liveness()).isEqualTo(liveness);
        assertThat(d.with(liveness).with(d.liveness())).isEqualTo(d);
        assertThat(PoolBed.instances(PoolBed.settings(4, 3), 0, 5).mostSlots()).as("five and two that overlap").isEqualTo(21);
        assertThat(PoolBed.settings(3, 3).channelCount()).isEqualTo(3);
        assertThatThrownBy(() -> PoolBed.settings(2, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PoolBed.settings(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
