// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// What operators change while the router runs.
class SteeringTest {
    private static PoolBed bed(int min, int max) {
        return new PoolBed(PoolBed.instances(PoolBed.settings(2, 2), min, max));
    }

    /// A bed with so many open, idle instances that `MinInstanceCount` holds.
    private static PoolBed open(int count) {
        PoolBed bed = bed(count, 20);
        bed.pass(30);
        bed.invoked.forEach(instance -> bed.connect(instance, 2));
        assertThat(bed.pool.snapshot().open()).isEqualTo(count);
        return bed;
    }

    private static Instance[] all(PoolBed bed) {
        return bed.invoked.toArray(Instance[]::new);
    }

    @Test
    void heldInvokesStartNothingWhileRequestsWaitAndResumedOnesStartAtOnce() {
        PoolBed bed = bed(0, 3);
        bed.pool.holdInvokes(true);
        Client client = bed.ask();
        bed.pass(5);
        assertThat(bed.invoked).isEmpty();
        assertThat(client.decisions).as("it waits").isZero();
        assertThat(bed.pool.view().invokesHeld()).isTrue();
        bed.pool.holdInvokes(false);
        assertThat(bed.invoked).hasSize(1);
        bed.connect(2);
        assertThat(client.line).isNotNull();
    }

    @Test
    void heldInvokesLeaveWhatRunsAlone() {
        PoolBed bed = open(1);
        bed.pool.holdInvokes(true);
        assertThat(bed.ask().line).isNotNull();
    }

    @Test
    void environmentsAreNotWarmedUpWhileInvokesAreHeld() {
        PoolBed bed = bed(0, 3);
        bed.pool.holdInvokes(true);
        bed.pool.warmUp(2);
        bed.pass(2);
        assertThat(bed.invoked).isEmpty();
        bed.pool.holdInvokes(false);
        bed.pass(2);
        assertThat(bed.invoked).hasSize(2);
    }

    @Test
    void raisedMinimumIsInvokedAndLoweredMaximumHoldsBack() {
        PoolBed bed = bed(0, 20);
        bed.pool.bounds(new PoolSettings.InstanceCounts(3, 20));
        bed.pass(1);
        assertThat(bed.invoked).hasSize(3);
        bed.pool.bounds(new PoolSettings.InstanceCounts(0, 3));
        for (int i = 0; i < 40; i++) {
            bed.ask();
        }
        bed.pass(10);
        assertThat(bed.invoked).hasSize(3);
        assertThat(bed.pool.view().bounds()).isEqualTo(new PoolSettings.InstanceCounts(0, 3));
    }

    @Test
    void rollReplacesEveryInstanceAQuarterAtATimeAndNeverOpensFewer() {
        PoolBed bed = open(8);
        List<Instance> old = new ArrayList<>(bed.invoked);
        assertThat(bed.pool.roll()).isEqualTo(8);
        assertThat(bed.pool.roll()).as("the same ones, asked for again").isEqualTo(8);
        for (int step = 0; step < 60 && old.stream().anyMatch(instance -> instance.state() == Instance.State.OPEN); step++) {
            bed.passPinging(1, all(bed));
            long serving = bed.invoked.stream().filter(instance -> instance.state() == Instance.State.OPEN).count();
            assertThat(serving).isGreaterThanOrEqualTo(8);
            long coming = bed.invoked.stream().filter(instance -> instance.state() == Instance.State.STARTING).count();
            assertThat(coming).as("replacements at once").isLessThanOrEqualTo(2);
            bed.invoked.stream().filter(instance -> instance.state() == Instance.State.STARTING).toList()
                    .forEach(instance -> bed.connect(instance, 2));
            old.stream().filter(instance -> instance.state() == Instance.State.DRAINING)
                    .forEach(instance -> bed.ends(instance, PoolBed.RETURNED, "RouterGoAway"));
        }
        assertThat(old).allMatch(instance -> instance.state() != Instance.State.OPEN);
        assertThat(bed.pool.snapshot().open()).isEqualTo(8);
        assertThat(bed.invoked).as("each replaced once").hasSize(16);
        assertThat(bed.pool.snapshot().lastFault()).isNull();
    }

    @Test
    void rolledInstanceFinishesWhatItRuns() {
        PoolBed bed = open(1);
        Client client = bed.ask();
        Line line = client.line;
        bed.pool.roll();
        bed.passPinging(1, all(bed));
        bed.connect(2);
        bed.passPinging(1, all(bed));
        assertThat(bed.invoked.getFirst().state()).isEqualTo(Instance.State.DRAINING);
        assertThat(line.reset + line.ended).as("its request goes on").isZero();
        bed.pool.slotReleased(line, 200);
        assertThat(client.decisions).isEqualTo(1);
    }

    @Test
    void drainedInstanceGetsNothingNewAndAnUnknownNameIsSaidToBeNone() {
        PoolBed bed = open(2);
        Instance drained = bed.invoked.getFirst();
        assertThat(bed.pool.drainInstance(drained.publicName())).isTrue();
        assertThat(drained.state()).isEqualTo(Instance.State.DRAINING);
        assertThat(bed.ask().line.instance()).isNotSameAs(drained);
        assertThat(bed.pool.drainInstance("ffffff")).isFalse();
    }

    @Test
    void viewShowsTheOldestWaitAndEachInstance() {
        PoolBed bed = bed(0, 1);
        bed.ask();
        bed.connect(1);
        bed.ask();
        bed.jump(0.25);
        PoolView view = bed.pool.view();
        assertThat(view.oldestWaitMillis()).isEqualTo(250);
        assertThat(view.instances()).singleElement().satisfies(instance -> {
            assertThat(instance.name()).isEqualTo(bed.invoked.getFirst().publicName());
            assertThat(instance.state()).isEqualTo("open");
            assertThat(instance.busy()).isEqualTo(1);
            assertThat(instance.closesInMillis()).isEqualTo(-1);
        });
    }
}
