// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Pools come with the first request that names their function, do not disturb each other, and go when nobody asks.
class PoolsTest extends RecordedWorld {
    private final Pools pools = new Pools("usual", new AllowedFunctions("team-*,other"), PoolBed.settings(1, 1), Pools.Allotment.NONE, this,
            this, new Random(1));

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nanos += 1_000_000_000L;
            pools.tick();
        }
    }

    @Test
    void onlyAllowedFunctionsGetAPool() {
        assertThat(pools.named("team-a")).isPresent();
        assertThat(pools.named("other")).isPresent();
        assertThat(pools.named("others")).isEmpty();
        assertThat(pools.named("team-a/../x")).isEmpty();
        assertThat(pools.named("usual")).containsSame(pools.defaultPool());
    }

    @Test
    void canaryThatIsTakenBackHoldsNoInstanceAndItsPoolGoes() {
        PoolSettings kept = PoolBed.instances(PoolBed.settings(1, 1), 1, 5);
        Pools some = new Pools("usual", new AllowedFunctions(""), kept, Pools.Allotment.NONE, this, this, new Random(1));
        some.setCanary("next", 500);
        Pool pool = some.canaryPool().orElseThrow();
        assertThat(pool.view().bounds().min()).isEqualTo(1);
        some.setCanary("next", 0);
        assertThat(pool.view().bounds().min()).isZero();
        some.setCanary("next", 100);
        assertThat(pool.view().bounds().min()).isEqualTo(1);
        some.setCanary("other", 100);
        assertThat(pool.view().bounds().min()).as("another alias took its place").isZero();
        invoked.stream().filter(each -> each.pool() == pool).toList()
                .forEach(each -> pool.invokeEnded(each, PoolBed.RETURNED, "SelfLastActive"));
        for (int i = 0; i < 301; i++) {
            nanos += 1_000_000_000L;
            some.tick();
        }
        assertThat(some.snapshots()).extracting(PoolSnapshot::function).containsExactly("usual");
    }

    @Test
    void drawsForACanaryWithoutAnInstanceAskForOneWithinTheCostGuard() {
        pools.setCanary("next", 500);
        Pool pool = pools.canaryPool().orElseThrow();
        for (int i = 0; i < 100; i++) {
            assertThat(pool.servesOrAsks()).isFalse();
        }
        assertThat(invoked).as("one for all").hasSize(1);
        for (int i = 0; i < 120; i++) { // Lambda refuses, and a draw comes each second
            invoked.stream().filter(each -> !each.invokeEnded).toList()
                    .forEach(each -> pool.invokeEnded(each,
                            new lambdadispatch.invoke.InvokeResult.Refused(404, "ResourceNotFoundException", "no"), ""));
            pass(1);
            assertThat(pools.canaryPool().orElseThrow().servesOrAsks()).isFalse();
        }
        assertThat(invoked.size()).as("half a minute and more between two").isBetween(2, 5);
        assertThat(pool.snapshot().lastFault()).isEqualTo(InvokeFault.REFUSED);
        assertThat(pool.snapshot().totals().submitted()).isZero();
        int before = invoked.size();
        pass(240);
        assertThat(invoked).as("nobody draws: nothing is asked for").hasSize(before);
    }

    @Test
    void canaryServesFromItsFirstChannelToTheLossOfItsLast() {
        pools.setCanary("next", 500);
        Pool pool = pools.canaryPool().orElseThrow();
        assertThat(pool.servesOrAsks()).isFalse();
        PoolBed.Line line = new PoolBed.Line(invoked.getFirst());
        pool.slotOpened(line);
        assertThat(pool.servesOrAsks()).isTrue();
        pool.submit(new PoolBed.Client());
        assertThat(pool.servesOrAsks()).as("all that it has are busy").isTrue();
        pool.slotLost(line);
        assertThat(pool.servesOrAsks()).isFalse();
        pool.slotOpened(new PoolBed.Line(invoked.getFirst()));
        assertThat(pool.servesOrAsks()).isTrue();
        pool.closeRequested(invoked.getFirst());
        assertThat(pool.servesOrAsks()).isFalse();
        assertThat(invoked).as("the next one").hasSize(2);
    }

    @Test
    void drawsAskForNothingOnceTheRouterDrains() {
        pools.setCanary("next", 500);
        Pool pool = pools.canaryPool().orElseThrow();
        pools.drain();
        assertThat(pool.servesOrAsks()).isFalse();
        assertThat(invoked).isEmpty();
    }

    @Test
    void namesMadeUpByClientsDoNotFillTheMemory() {
        for (int i = 0; i < 1_000; i++) {
            pools.named("team-" + i);
        }
        assertThat(pools.snapshots()).hasSizeLessThanOrEqualTo(101);
        pass(301);
        assertThat(pools.snapshots()).as("only the default one stays").hasSize(1);
    }

    @Test
    void anIdlePoolGoesOnlyWhenItsInstancesHaveGone() {
        Pool pool = pools.named("other").orElseThrow();
        PoolBed.Client client = new PoolBed.Client();
        pool.submit(client);
        Instance instance = invoked.getFirst();
        assertThat(pools.find(instance.id())).isSameAs(instance);
        pool.slotOpened(new PoolBed.Line(instance));
        pool.slotReleased(client.line, 200);
        for (int i = 0; i < 400; i++) {
            pool.pinged(instance);
            pass(1);
        }
        assertThat(pools.named("other")).containsSame(pool);
        pool.closeRequested(instance);
        pool.invokeEnded(instance, PoolBed.RETURNED, "SelfLastActive");
        pass(299);
        assertThat(pools.snapshots()).as("asked for 299 s ago").hasSize(2);
        pass(2);
        assertThat(pools.snapshots()).hasSize(1);
        assertThat(pools.find(instance.id())).isNull();
    }

    @Test
    void aPoolThatARequestHasJustBeenGivenDoesNotRetireBeforeTheRequestGetsThere() {
        pools.named("other").orElseThrow();
        pass(299);
        Pool pool = pools.named("other").orElseThrow();
        pass(2);
        PoolBed.Client client = new PoolBed.Client();
        pool.submit(client);
        assertThat(client.refusal).isNull();
        assertThat(invoked).hasSize(1);
    }

    @Test
    void starsCrossNoColon() {
        AllowedFunctions allowed = new AllowedFunctions("shop*,pay:*,arn:aws:lambda:eu-west-1:123456789012:function:*");
        assertThat(List.of("shop", "shop-2", "pay:live", "arn:aws:lambda:eu-west-1:123456789012:function:any")).allMatch(allowed::allows);
        assertThat(List.of("shop:$LATEST", "shop-2:7", "pay:live:x", "arn:aws:lambda:eu-west-1:999999999999:function:shop",
                "arn:aws:lambda:eu-west-1:123456789012:function:any:1"))
                .noneMatch(allowed::allows);
        assertThat(new AllowedFunctions("*shop").allows("arn:aws:lambda:eu-west-1:999999999999:function:shop")).as("another account")
                .isFalse();
    }

    private void refuse(Pool pool) {
        pool.submit(new PoolBed.Client());
        pool.invokeEnded(invoked.getLast(), new lambdadispatch.invoke.InvokeResult.Refused(404, "ResourceNotFoundException", "no"), "");
        pools.tick();
    }

    @Test
    void aPoolWhoseFunctionLambdaRefusesFromTheStartGoesAtOnce() {
        refuse(pools.named("team-made-up").orElseThrow());
        assertThat(pools.snapshots()).as("it remembers for a moment, so that not every request is an invoke").hasSize(2);
        pass(2);
        assertThat(pools.snapshots()).hasSize(1);
    }

    @Test
    void madeUpNamesDoNotKeepOutAFunctionThatThereIs() {
        for (int i = 0; i < 100; i++) {
            refuse(pools.named("team-" + i).orElseThrow());
        }
        assertThat(pools.snapshots()).hasSize(101);
        assertThat(pools.named("other")).isPresent();
    }

    @Test
    void aPoolThatHasServedStaysWhenLambdaRefusesOnce() {
        Pool pool = pools.named("other").orElseThrow();
        PoolBed.Client client = new PoolBed.Client();
        pool.submit(client);
        Instance first = invoked.getLast();
        pool.slotOpened(new PoolBed.Line(first));
        pool.slotReleased(client.line, 200);
        pool.closeRequested(first);
        pool.invokeEnded(first, PoolBed.RETURNED, "SelfLastActive");
        refuse(pool);
        pass(5);
        assertThat(pools.named("other")).containsSame(pool);
    }

    @Test
    void onePoolWithoutHopeDoesNotStopAnother() {
        Pool broken = pools.named("team-broken").orElseThrow();
        Pool fine = pools.named("other").orElseThrow();
        broken.submit(new PoolBed.Client());
        broken.invokeEnded(invoked.getLast(), new lambdadispatch.invoke.InvokeResult.Refused(403, "AccessDeniedException", "no"), "");
        PoolBed.Client refused = new PoolBed.Client();
        broken.submit(refused);
        assertThat(refused.refusedAs()).isEqualTo(Refusal.Kind.NOT_INVOCABLE);
        PoolBed.Client served = new PoolBed.Client();
        fine.submit(served);
        PoolBed.Line line = new PoolBed.Line(invoked.getLast());
        fine.slotOpened(line);
        assertThat(served.line).isSameAs(line);
    }
}
