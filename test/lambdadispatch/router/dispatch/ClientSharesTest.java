// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// What one client may have of a pool while others wait.
class ClientSharesTest {
    private static final String GREEDY = "192.0.2.1";
    private static final String OTHER = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";

    /// One instance at most.
    private static PoolBed bed(int slots, int queue, int share) {
        return new PoolBed(PoolBed.instances(PoolBed.settings(slots, slots), 0, 1)
                .with(new PoolSettings.Waiting(queue, Duration.ofSeconds(120), false, share)));
    }

    /// That one holds all slots, and has more requests that wait.
    private static PoolBed heldByOne(int slots, int queue, int waiting) {
        PoolBed bed = bed(slots, queue, 25);
        bed.ask(1, GREEDY);
        bed.connect(slots);
        bed.ask(slots - 1 + waiting, GREEDY);
        bed.passPinging(0.2, bed.invoked.getFirst());
        return bed;
    }

    private static void release(PoolBed bed, Line line) {
        bed.pool.slotReleased(line, 200);
        PoolAudit.checkDeeply(bed.pool);
    }

    private static long running(List<Client> clients) {
        return clients.stream().filter(client -> client.line != null).count();
    }

    @Test
    void clientThatIsAloneHasAllSlotsAndTheWholeQueue() {
        PoolBed bed = bed(8, 20, 25);
        List<Client> all = bed.ask(8, GREEDY);
        bed.connect(8);
        all.addAll(bed.ask(20, GREEDY));
        assertThat(all).noneMatch(client -> client.refusal != null);
        assertThat(running(all)).isEqualTo(8);
        assertThat(bed.ask(1, GREEDY).getFirst().refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
    }

    @Test
    void clientThatHasItsShareIsPassedByOnesThatHaveNot() {
        PoolBed bed = heldByOne(8, 20, 5);
        List<Client> others = bed.ask(2, OTHER);
        release(bed, bed.lines.get(0));
        release(bed, bed.lines.get(1));
        assertThat(running(others)).isEqualTo(2);
    }

    @Test
    void clientsOfManyAndOfFewRequestsTakeTurns() {
        PoolBed bed = bed(8, 100, 25);
        bed.ask(1, null);
        bed.connect(8);
        bed.ask(7, null);
        List<Client> many = bed.ask(20, GREEDY);
        List<Client> few = bed.ask(2, OTHER);
        for (int i = 0; i < 4; i++) {
            release(bed, bed.lines.get(i));
        }
        assertThat(running(many)).isEqualTo(2);
        assertThat(running(few)).isEqualTo(2);
        assertThat(many.get(0).line).isNotNull();
        assertThat(many.get(1).line).isNotNull();
    }

    @Test
    void inAFullQueueTheNewestOfWhoeverHasMostGivesWay() {
        PoolBed bed = bed(1, 6, 25);
        List<Client> greedy = bed.ask(6, GREEDY);
        Client other = bed.ask(1, OTHER).getFirst();
        assertThat(other.decisions).isZero();
        assertThat(greedy.getLast().refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
        assertThat(greedy.getLast().refusal.retryAfterSeconds()).isEqualTo(1);
        assertThat(greedy.subList(0, 5)).noneMatch(client -> client.refusal != null);
    }

    @Test
    void whoHasHalfAsMuchAsWhoeverHasMostIsRefused() {
        PoolBed bed = bed(1, 6, 25);
        bed.ask(4, GREEDY);
        List<Client> others = bed.ask(5, OTHER);
        assertThat(others.stream().filter(client -> client.refusal != null).count()).isEqualTo(3);
        assertThat(bed.ask(1, GREEDY).getFirst().refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
    }

    @Test
    void amongRequestsOfLowPriorityOnlySuchGiveWay() {
        PoolBed bed = bed(1, 4, 25);
        List<Client> usual = bed.ask(4, GREEDY);
        assertThat(bed.ask(new Client(true, OTHER)).refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
        assertThat(usual).noneMatch(client -> client.refusal != null);
    }

    @Test
    void onceSomebodyWaitedOneSlotInEightIsLeftForOthers() {
        PoolBed bed = heldByOne(16, 50, 20);
        Client other = bed.ask(1, OTHER).getFirst();
        release(bed, bed.lines.get(0));
        assertThat(other.line).isNotNull();
        release(bed, other.line);
        release(bed, bed.lines.get(1));
        assertThat(bed.pool.snapshot().freeSlots()).as("left free, though requests wait").isEqualTo(2);
        assertThat(bed.ask(2, OTHER)).as("they need not wait").allMatch(client -> client.line != null);
        release(bed, bed.lines.get(2));
        assertThat(bed.pool.snapshot().freeSlots()).isEqualTo(1);
    }

    @Test
    void whatIsLeftFreeIsTakenAgainOnceNobodyElseComesForAMinute() {
        PoolBed bed = heldByOne(16, 50, 20);
        Client other = bed.ask(1, OTHER).getFirst();
        release(bed, bed.lines.get(0));
        release(bed, other.line);
        release(bed, bed.lines.get(1));
        bed.passPinging(61, bed.invoked.getFirst());
        assertThat(bed.pool.snapshot().freeSlots()).isZero();
    }

    @Test
    void slowOnesOfWhoeverHoldsMoreThanItsShareMakeWayForOneThatWaits() {
        PoolBed bed = bed(8, 20, 25);
        List<Client> slow = bed.ask(8, GREEDY);
        slow.forEach(client -> client.slow(2));
        bed.connect(8);
        bed.passPinging(1, bed.invoked.getFirst());
        assertThat(slow).as("nobody waits").allMatch(client -> client.ended == 0);
        bed.ask(2, OTHER);
        bed.passPinging(0.2, bed.invoked.getFirst());
        assertThat(slow.stream().mapToInt(client -> client.ended).sum()).isEqualTo(2);
    }

    @Test
    void whoeverKeepsUpOrHasNoMoreThanItsShareIsLeftAlone() {
        PoolBed bed = bed(8, 20, 25);
        List<Client> quick = bed.ask(6, GREEDY);
        quick.forEach(client -> client.slow(1.9));
        Client slow = bed.ask(1, THIRD).getFirst().slow(60);
        bed.connect(8);
        bed.ask(4, OTHER);
        bed.passPinging(2, bed.invoked.getFirst());
        assertThat(quick).allMatch(client -> client.ended == 0);
        assertThat(slow.ended).isZero();
    }

    @Test
    void noMoreAreEndedThanLeaveAClientItsShare() {
        PoolBed bed = bed(8, 50, 50);
        List<Client> slow = bed.ask(8, GREEDY);
        slow.forEach(client -> client.slow(9));
        bed.connect(8);
        for (int i = 0; i < 20; i++) {
            bed.ask(1, "192.0.2." + (100 + i));
        }
        bed.passPinging(3, bed.invoked.getFirst());
        assertThat(slow.stream().mapToInt(client -> client.ended).sum()).isEqualTo(4);
    }

    @Test
    void whereAllComeFromOneAddressNobodyIsHeldBackOrEnded() {
        PoolBed bed = heldByOne(8, 20, 20);
        bed.lines.forEach(line -> bed.carriedBy(line).slow(50));
        bed.passPinging(5, bed.invoked.getFirst());
        assertThat(bed.lines).allMatch(line -> bed.carriedBy(line).ended == 0);
        for (int i = 0; i < 8; i++) {
            release(bed, bed.lines.get(i));
        }
        assertThat(bed.pool.snapshot().freeSlots()).isZero();
        assertThat(bed.pool.snapshot().pending()).isEqualTo(12);
    }

    @Test
    void aShareOf100PercentIsNoBound() {
        PoolBed bed = bed(8, 6, 100);
        bed.ask(1, GREEDY);
        bed.connect(8);
        List<Client> greedy = bed.ask(13, GREEDY);
        assertThat(bed.ask(1, OTHER).getFirst().refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
        release(bed, bed.lines.getFirst());
        List<Client> late = bed.ask(1, OTHER);
        release(bed, bed.lines.get(1));
        assertThat(late.getFirst().decisions).as("in the order in which they came").isZero();
        assertThat(running(greedy)).isEqualTo(9);
    }

    @Test
    void nothingIsKeptOfClientsThatHaveLeft() {
        PoolBed bed = bed(2, 3, 25);
        List<Client> all = bed.ask(1, GREEDY);
        bed.connect(2);
        for (int i = 0; i < 9; i++) {
            all.addAll(bed.ask(1, "192.0.2." + (100 + i)));
        }
        assertThat(all.stream().filter(client -> client.refusal != null).count()).as("refused").isPositive();
        release(bed, bed.lines.getFirst());
        all.stream().filter(client -> client.decisions == 0).forEach(client -> bed.pool.withdraw(client));
        bed.lines.forEach(line -> bed.pool.slotLost(line));
        assertThat(bed.pool.parts.fleet.slots.shares.size()).isZero();
    }
}
