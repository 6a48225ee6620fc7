// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// Who gets which slot, and when: requests, the queue, its bounds.
class PoolTest {
    @Test
    void oneRequestInvokesOneInstanceAndIsServedByItsFirstChannel() {
        PoolBed bed = new PoolBed(PoolBed.settings(10, 10));
        Client client = bed.ask();
        assertThat(bed.invoked).hasSize(1);
        Line line = bed.connect(2).getFirst();
        assertThat(client.line).isSameAs(line);
        bed.pool.slotReleased(line, 200);
        assertThat(line.ended).isZero();
        bed.passPinging(3, bed.invoked.getFirst());
        assertThat(bed.invoked).as("no second invoke for one request").hasSize(1);
    }

    @Test
    void aFreedSlotGoesToTheHeadOfTheQueueAtOnceWithoutATick() {
        PoolBed bed = new PoolBed(PoolBed.settings(1, 1));
        Client first = bed.ask();
        Line line = bed.connect(1).getFirst();
        List<Client> waiting = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            waiting.add(bed.ask());
        }
        assertThat(first.line).isSameAs(line);
        for (Client next : waiting) {
            assertThat(next.decisions).isZero();
            bed.pool.slotReleased(line, 200);
            assertThat(next.line).as("in order, on release, at concurrency 1").isSameAs(line);
        }
    }

    @Test
    void aRequestTakesTheNextSlotWhicheverInstanceItBelongsTo() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 2));
        bed.ask();
        bed.ask();
        bed.pass(2);
        assertThat(bed.invoked).hasSize(2);
        Line fast = bed.connect(bed.invoked.get(1), 1).getFirst();
        Client third = bed.ask();
        bed.pool.slotReleased(fast, 200);
        Line slow = bed.connect(bed.invoked.get(0), 1).getFirst();
        assertThat(third.line).as("not bound to the instance that was started for it").isIn(fast, slow);
    }

    @Test
    void anInstanceNeverRunsMoreThanMaxConcurrentCountThoughItHasMoreChannels() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(20, 3), 0, 1));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(bed.ask());
        }
        bed.connect(20);
        assertThat(clients.stream().filter(client -> client.line != null)).hasSize(3);
    }

    @Test
    void aFullQueueRefusesAndSaysWhenToComeAgain() {
        PoolBed bed = new PoolBed(PoolBed.settings(1, 1).with(new PoolSettings.Waiting(3, Duration.ofSeconds(120))));
        bed.ask();
        bed.ask();
        bed.ask();
        Client tooMany = bed.ask();
        assertThat(tooMany.refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
        assertThat(tooMany.refusal.kind().status()).isEqualTo(503);
        assertThat(tooMany.refusal.retryAfterSeconds()).isPositive();
    }

    @Test
    void whoWaitsLongerThanIncomingRequestTimeoutIsTold504() {
        PoolBed bed = new PoolBed(PoolBed.settings(1, 1).with(new PoolSettings.Waiting(10, Duration.ofSeconds(3))));
        Client client = bed.ask();
        bed.pass(2.8);
        assertThat(client.decisions).isZero();
        bed.pass(0.4);
        assertThat(client.refusedAs()).isEqualTo(Refusal.Kind.TIMED_OUT);
        assertThat(client.refusal.kind().status()).isEqualTo(504);
        Line late = bed.connect(1).getFirst();
        assertThat(bed.ask().line).as("the slot is there for the next").isSameAs(late);
    }

    @Test
    void aClientThatLeavesTheQueueIsNotServed() {
        PoolBed bed = new PoolBed(PoolBed.settings(1, 1));
        Client leaves = bed.ask();
        Client stays = bed.ask();
        assertThat(bed.pool.withdraw(leaves)).isTrue();
        assertThat(bed.pool.withdraw(leaves)).isFalse();
        Line line = bed.connect(1).getFirst();
        assertThat(leaves.decisions).isZero();
        assertThat(stays.line).isSameAs(line);
        assertThat(bed.pool.withdraw(stays)).as("too late: it has a slot to give back").isFalse();
    }

    @Test
    void aRetryKeepsItsPlaceBeforeThoseWhoCameLater() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(2, 2), 2, 2));
        bed.pass(1);
        Line dying = bed.connect(bed.invoked.get(0), 1).getFirst();
        Client unlucky = bed.ask();
        assertThat(unlucky.line).isSameAs(dying);
        Line idleOfTheSame = bed.connect(bed.invoked.get(0), 1).getFirst();
        Client other = bed.ask();
        assertThat(other.line).isSameAs(idleOfTheSame);
        Client queued = bed.ask();
        bed.pool.slotLost(dying);
        Client again = new Client();
        bed.pool.submitAgain(again, unlucky);
        assertThat(again.line).as("nothing on an instance that lost a channel, before a sign of life").isNull();
        bed.pool.slotReleased(idleOfTheSame, 200);
        assertThat(again.line).as("before those who came later").isSameAs(idleOfTheSame);
        assertThat(queued.decisions).isZero();
        Line fresh = bed.connect(bed.invoked.get(1), 1).getFirst();
        assertThat(queued.line).isSameAs(fresh);
    }

    @Test
    void eventsOfASlotThatIsGoneChangeNothing() {
        PoolBed bed = new PoolBed(PoolBed.settings(2, 2));
        bed.ask();
        List<Line> lines = bed.connect(2);
        bed.pool.slotLost(lines.getFirst());
        bed.pool.slotLost(lines.getFirst());
        bed.pool.slotGivenUp(lines.getFirst(), false);
        bed.pool.slotReleased(lines.getFirst(), 200);
        assertThat(lines.getFirst().ended + lines.getFirst().reset).isZero();
        PoolSnapshot after = bed.pool.snapshot();
        assertThat(after.running()).isZero();
        assertThat(after.freeSlots()).isEqualTo(1);
    }

    @Test
    void aLostChannelIsMadeUpForByAFreshOne() {
        PoolBed bed = new PoolBed(PoolBed.settings(3, 3));
        bed.ask();
        List<Line> lines = bed.connect(3);
        for (int i = 0; i < 50; i++) {
            bed.pool.slotLost(lines.get(i % 3));
            lines.set(i % 3, bed.connect(1).getFirst());
        }
        PoolSnapshot after = bed.pool.snapshot();
        assertThat(after.freeSlots() + after.running()).as("channels").isEqualTo(3);
    }

    @Test
    void drainingServesWhatWaitsAndThenSendsEverybodyHome() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 1));
        bed.ask();
        Line line = bed.connect(1).getFirst();
        Client queued = bed.ask();
        bed.pool.drain();
        assertThat(bed.ask().refusedAs()).isEqualTo(Refusal.Kind.DRAINING);
        bed.pool.slotReleased(line, 200);
        assertThat(queued.line).isSameAs(line);
        bed.pool.slotReleased(line, 200);
        assertThat(line.ended).as("go away").isEqualTo(1);
        assertThat(bed.pool.drained()).as("its invoke goes on").isFalse();
        bed.ends(bed.invoked.getFirst(), PoolBed.RETURNED, "RouterGoAway");
        bed.pass(0.5);
        assertThat(bed.pool.drained()).isTrue();
        assertThat(bed.forgotten).containsExactly(bed.invoked.getFirst());
    }
}
