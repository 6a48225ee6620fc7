// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// More requests than all instances that there may be can serve.
class OverloadTest {
    private static PoolBed bed(int queue, boolean sheds) {
        return new PoolBed(
                PoolBed.instances(PoolBed.settings(1, 1), 0, 1).with(new PoolSettings.Waiting(queue, Duration.ofSeconds(120), sheds)));
    }

    /// One runs for ever on the only slot; two wait, the second for half a second less.
    private static List<Client> twoThatWait(PoolBed bed) {
        bed.ask();
        bed.connect(1);
        List<Client> waiting = new ArrayList<>(List.of(bed.ask()));
        bed.passPinging(0.7, bed.invoked.getFirst());
        waiting.add(bed.ask());
        return waiting;
    }

    @Test
    void onceTheQueueStandsTheNewestComesFirst() {
        PoolBed bed = bed(10, true);
        List<Client> waiting = twoThatWait(bed);
        bed.pool.slotReleased(bed.lines.getFirst(), 200);
        assertThat(waiting.getLast().line).isNotNull();
        assertThat(waiting.getFirst().line).isNull();
    }

    @Test
    void whatHasWaitedForFiveSecondsIsToldSo() {
        PoolBed bed = bed(10, true);
        List<Client> waiting = twoThatWait(bed);
        bed.passPinging(4.5, bed.invoked.getFirst());
        assertThat(waiting.getFirst().refusedAs()).isEqualTo(Refusal.Kind.OVERLOADED);
        assertThat(waiting.getFirst().refusal.kind().status()).isEqualTo(503);
        assertThat(waiting.getFirst().refusal.retryAfterSeconds()).isEqualTo(1);
        assertThat(waiting.getLast().decisions).isZero();
    }

    @Test
    void whoWantsAQueueInOrderGetsIt() {
        PoolBed bed = bed(10, false);
        List<Client> waiting = twoThatWait(bed);
        bed.passPinging(60, bed.invoked.getFirst());
        bed.pool.slotReleased(bed.lines.getFirst(), 200);
        assertThat(waiting.getFirst().line).isNotNull();
    }

    @Test
    void whileThePoolCanGrowOrAnInstanceStartsTheQueueIsInOrder() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 2));
        List<Client> waiting = twoThatWait(bed);
        bed.passPinging(8, bed.invoked.getFirst());
        assertThat(bed.invoked).as("the second starts").hasSize(2);
        assertThat(waiting).noneMatch(client -> client.refusal != null);
        bed.connect(1);
        assertThat(waiting.getFirst().line).isNotNull();
        assertThat(waiting.getLast().line).isNull();
    }

    /// A burst that waited for cold starts is served when the last instance comes, and not refused for having waited.
    @Test
    void whoWaitedForTheLastInstanceIsNotLateWhenItComes() {
        PoolBed bed = bed(10, true);
        Client first = bed.ask();
        Client second = bed.ask();
        bed.pass(7);
        bed.connect(1);
        assertThat(first.line).isNotNull();
        bed.passPinging(0.3, bed.invoked.getFirst());
        assertThat(second.refusal).isNull();
        bed.pool.slotReleased(bed.lines.getFirst(), 200);
        assertThat(second.line).isNotNull();
    }

    @Test
    void whoIsStillWaitingFiveSecondsAfterThatIsRefused() {
        PoolBed bed = bed(10, true);
        bed.ask();
        Client second = bed.ask();
        bed.pass(7);
        bed.connect(1);
        bed.passPinging(4.8, bed.invoked.getFirst());
        assertThat(second.refusal).isNull();
        bed.passPinging(0.5, bed.invoked.getFirst());
        assertThat(second.refusedAs()).isEqualTo(Refusal.Kind.OVERLOADED);
    }

    @Test
    void lowPriorityComesAfterAllOthersInAnOverload() {
        PoolBed bed = bed(10, true);
        bed.ask();
        Line line = bed.connect(1).getFirst();
        Client low = bed.ask(new Client(true));
        Client usual = bed.ask();
        bed.pool.slotReleased(line, 200);
        assertThat(usual.line).isSameAs(line);
        Client later = bed.ask();
        bed.pool.slotReleased(line, 200);
        assertThat(later.line).as("came last").isSameAs(line);
        bed.pool.slotReleased(line, 200);
        assertThat(low.line).isSameAs(line);
    }

    @Test
    void lowPriorityIsServedInOrderOtherwise() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 5));
        bed.ask();
        Client low = bed.ask(new Client(true));
        bed.pass(0.1);
        Client usual = bed.ask();
        Line line = bed.connect(1).getFirst();
        bed.pool.slotReleased(line, 200);
        assertThat(low.line).isSameAs(line);
        assertThat(usual.line).isNull();
    }

    @Test
    void inAFullQueueTheNewestOfLowPriorityGivesWay() {
        PoolBed bed = bed(3, true);
        bed.ask();
        bed.connect(1);
        bed.ask();
        Client low = bed.ask(new Client(true));
        Client lower = bed.ask(new Client(true));
        Client usual = bed.ask();
        assertThat(lower.refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
        assertThat(List.of(low.decisions, usual.decisions)).containsOnly(0);
        assertThat(bed.ask(new Client(true)).refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
    }
}
