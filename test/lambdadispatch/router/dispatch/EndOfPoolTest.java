// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// What a pool still does, and does no more, while the router drains it, after it was retired, and when an end comes twice.
class EndOfPoolTest {
    private static final InvokeResult CRASHED = new InvokeResult.FunctionError("Unhandled", new byte[0]);

    private final PoolBed bed = new PoolBed(PoolBed.settings(2, 2));

    @Test
    void retryIsTakenWhileDrainingAndANewRequestIsNot() {
        Client first = bed.ask();
        bed.connect(2);
        bed.pool.drain();
        bed.pool.slotLost(first.line);
        Client again = new Client();
        bed.pool.submitAgain(again, first);
        assertThat(again.refusal).isNull();
        assertThat(bed.ask().refusedAs()).isEqualTo(Refusal.Kind.DRAINING);
    }

    @Test
    void nothingIsWarmedUpWhileDraining() {
        bed.pool.warmUp(5);
        bed.pool.drain();
        bed.pass(5);
        assertThat(bed.invoked).isEmpty();
    }

    @Test
    void retiredPoolTakesNothingAnyMore() {
        assertThat(bed.pool.retire(Duration.ZERO.toNanos(), false)).isTrue();
        assertThat(bed.ask().refusedAs()).isEqualTo(Refusal.Kind.DRAINING);
    }

    @Test
    void invokeThatEndsTwiceCountsOnce() {
        bed.ask();
        Instance instance = bed.invoked.getLast();
        bed.ends(instance, CRASHED, "");
        var faults = bed.pool.snapshot().totals().faults();
        assertThat(faults).isNotEmpty();
        bed.ends(instance, CRASHED, "");
        assertThat(bed.pool.snapshot().totals().faults()).isEqualTo(faults);
    }

    @Test
    void channelThatIsLostBeforeItOpensIsNeverGranted() {
        bed.ask();
        Line lost = new Line(bed.invoked.getLast());
        bed.pool.slotLost(lost);
        bed.pool.slotOpened(lost);
        assertThat(lost.carried).isNull();
        assertThat(bed.pool.snapshot().freeSlots()).isZero();
    }

    @Test
    void startingInstanceIsClosedWhenNobodyWaitsForItWhileDraining() {
        Client client = bed.ask();
        bed.pool.drain();
        bed.pool.withdraw(client);
        bed.pass(1);
        assertThat(bed.invoked.getLast().state()).isEqualTo(Instance.State.CLOSED);
    }
}
