// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static lambdadispatch.router.dispatch.Instances.SECOND;
import static lambdadispatch.router.dispatch.Instances.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lambdadispatch.router.dispatch.Instance.Purpose;
import lambdadispatch.router.dispatch.Instance.State;
import org.junit.jupiter.api.Test;

/// What counts as what among the instances of a pool.
class CensusTest {
    private final Instances all = new Instances();

    private Instance late() {
        Instance late = all.in(State.STARTING);
        late.late = true;
        return late;
    }

    private Instance expiring() {
        Instance expiring = all.in(State.OPEN);
        expiring.expiring = true;
        return expiring;
    }

    private Instance ended() {
        Instance ended = all.in(State.CLOSED);
        ended.invokeEnded = true;
        return ended;
    }

    @Test
    void eachInstanceCountsForWhatItIs() {
        Census census = new Census(List.of(all.in(State.STARTING), late(), all.in(State.STARTING, Purpose.INIT_ONLY, 0),
                all.in(State.STARTING, Purpose.STAY, 0),
                with(all.in(State.OPEN), 2, 1), all.in(State.OPEN, Purpose.STAY, 0), with(expiring(), 1, 1),
                with(all.in(State.DRAINING), 0, 1),
                all.in(State.CLOSED), ended()));
        assertThat(census.starting()).as("neither the late one nor a warm-up is counted on").isEqualTo(2);
        assertThat(census.connecting()).isEqualTo(3);
        assertThat(census.open()).isEqualTo(2);
        assertThat(census.countedOn()).isEqualTo(4);
        assertThat(census.expiring()).hasSize(1);
        assertThat(census.draining()).isEqualTo(1);
        assertThat(census.lingering()).as("its invoke goes on").isEqualTo(1);
        assertThat(census.paidFor()).as("all but the one whose invoke has ended").isEqualTo(9);
        assertThat(census.staying()).isEqualTo(2);
        assertThat(census.running()).isEqualTo(3);
        assertThat(census.freeSlots()).isEqualTo(3);
        Demand demand = census.demand(7, new Load(0));
        assertThat(demand.open()).as("those that are about to go serve, too").isEqualTo(3);
        assertThat(demand.pending()).isEqualTo(7);
        assertThat(demand.running()).isEqualTo(3);
    }

    @Test
    void whatWillEndAsSoonAsItHasOpenedIsStillConnectingUntilItServes() {
        Instance shortLived = all.in(State.OPEN);
        shortLived.openedNanos = 3 * SECOND;
        shortLived.closesAtNanos = 13 * SECOND - 1;
        assertThat(new Census(List.of(shortLived)).connecting()).isEqualTo(1);
        shortLived.servedWell = 1;
        assertThat(new Census(List.of(shortLived)).connecting()).isZero();
        shortLived.servedWell = 0;
        shortLived.invokeEnded = true;
        assertThat(new Census(List.of(shortLived)).connecting()).isZero();
        shortLived.invokeEnded = false;
        shortLived.closesAtNanos = 13 * SECOND;
        assertThat(new Census(List.of(shortLived)).connecting()).as("ten seconds are long enough").isZero();
    }

    @Test
    void aQuarterOfTheOpenOnesMayExpireAtOnceAndOneInAnyCase() {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            instances.add(all.in(State.OPEN));
        }
        Census census = new Census(instances);
        assertThat(census.mayExpireOneMore()).isTrue();
        census.expires(instances.getFirst());
        assertThat(census.open()).isEqualTo(6);
        assertThat(census.expiring()).containsExactly(instances.getFirst());
        assertThat(census.mayExpireOneMore()).as("one of seven").isFalse();
        instances.add(all.in(State.OPEN));
        instances.getFirst().expiring = true;
        census = new Census(instances);
        assertThat(census.mayExpireOneMore()).as("one of eight").isTrue();
        census.expires(instances.get(1));
        assertThat(census.mayExpireOneMore()).as("two of eight").isFalse();
    }

    @Test
    void versionsAreCountedOfTheOpenOnesThatHaveSaidTheirs() {
        Instance silent = all.in(State.OPEN);
        Instance old = all.in(State.OPEN);
        old.describes(new Description("3", 128, false));
        Instance fresh = all.in(State.OPEN);
        fresh.describes(new Description("4", 128, false));
        fresh.describes(new Description("5", 128, false)); // the first word counts
        Instance drains = all.in(State.DRAINING);
        drains.describes(new Description("4", 128, false));
        assertThat(new Census(List.of(silent, old, fresh, drains)).versions()).isEqualTo(Map.of("3", 1, "4", 1));
    }
}
