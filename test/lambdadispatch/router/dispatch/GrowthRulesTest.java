// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static lambdadispatch.router.dispatch.Instances.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.Instance.Purpose;
import lambdadispatch.router.dispatch.Instance.State;
import org.junit.jupiter.api.Test;

/// When instances are due, proven, dismissed or warmed up; each rule by itself, without a pool.
class GrowthRulesTest {
    private static final RandomGenerator HALF = () -> Long.MIN_VALUE; // nextDouble() is 0.5
    private static final long START = 1_000 * SECOND;

    private final Instances all = new Instances();
    private final Load load = new Load(START);
    private Steering steering = new Steering(new PoolSettings.InstanceCounts(0, 8));
    private Growth growth = growth();

    private Growth growth() {
        return new Growth(PoolBed.instances(PoolBed.settings(4, 4), steering.bounds().min(), steering.bounds().max()), steering, HALF,
                START);
    }

    private Instance open(long openedNanos) {
        Instance instance = all.in(State.OPEN);
        instance.openedNanos = openedNanos;
        return instance;
    }

    // ---- deadlines

    @Test
    void anInstanceIsReplacedTwoColdStartsAndASecondBeforeItClosesAndATenthEarlierByChance() {
        Instance unknown = open(START);
        growth.closesIn(unknown, 100 * SECOND, load, START);
        assertThat(unknown.closesAtNanos).isEqualTo(START + 100 * SECOND);
        assertThat(unknown.rotateAtNanos).as("a cold start of four seconds is assumed").isEqualTo(START + (100 - 14) * SECOND);
        load.started(SECOND);
        Instance known = open(START);
        growth.closesIn(known, 100 * SECOND, load, START);
        assertThat(known.rotateAtNanos).isEqualTo(START + (100 - 8) * SECOND);
        Instance soon = open(START);
        growth.closesIn(soon, 4 * SECOND, load, START);
        assertThat(soon.rotateAtNanos).as("not before half of its time").isEqualTo(START + 2 * SECOND);
    }

    @Test
    void aDeadlineMovesAwayByASecondOrMoreAndNeverNearer() {
        Instance instance = open(START);
        growth.closesIn(instance, 100 * SECOND, load, START);
        growth.closesIn(instance, 101 * SECOND - 1, load, START);
        growth.closesIn(instance, 10 * SECOND, load, START);
        assertThat(instance.closesAtNanos).isEqualTo(START + 100 * SECOND);
        growth.closesIn(instance, 101 * SECOND, load, START);
        assertThat(instance.closesAtNanos).isEqualTo(START + 101 * SECOND);
    }

    private boolean expires(Instance instance, Census census, long now) {
        growth.age(instance, census, load, now);
        return instance.expiring;
    }

    @Test
    void itExpiresAtThatMomentUnlessAnotherDoes() {
        Instance instance = open(START);
        instance.settled = true;
        instance.rotateAtNanos = START + 60 * SECOND;
        instance.closesAtNanos = START + 100 * SECOND;
        assertThat(expires(instance, new Census(List.of(instance)), START + 60 * SECOND - 1)).isFalse();
        Instance other = open(START);
        other.expiring = true;
        assertThat(expires(instance, new Census(List.of(instance, other)), START + 60 * SECOND)).isFalse();
        Census census = new Census(List.of(instance));
        assertThat(expires(instance, census, START + 60 * SECOND)).isTrue();
        assertThat(census.expiring()).as("and is counted so at once").containsExactly(instance);
    }

    /// Of two one is being replaced already, and the other closes in ten seconds: it waits for its turn for so many of them, and not
    /// longer.
    private void waitsForItsTurn(long seconds) {
        Instance other = open(START);
        other.expiring = true;
        Instance instance = open(START);
        instance.rotateAtNanos = START;
        instance.closesAtNanos = START + 10 * SECOND;
        Census census = new Census(List.of(instance, other));
        assertThat(expires(instance, census, START + seconds * SECOND)).isFalse();
        assertThat(expires(instance, census, START + seconds * SECOND + 1)).isTrue();
    }

    @Test
    void itDoesNotWaitForItsTurnWhereItWouldCloseWithoutAReplacement() {
        load.started(2 * SECOND); // 1.5 times that and a second
        waitsForItsTurn(6);
    }

    @Test
    void whereNoColdStartIsKnownSevenSecondsAreTooFew() {
        waitsForItsTurn(3);
    }

    @Test
    void oneThatIsNotOpenDoesNotAge() {
        Instance drains = all.in(State.DRAINING);
        drains.outdated = true;
        assertThat(expires(drains, new Census(List.of(drains)), START + 100 * SECOND)).isFalse();
        assertThat(drains.settled).isFalse();
    }

    // ---- proof that invokes work

    private void fault(long now) {
        growth.failed(InvokeFault.FUNCTION_ERROR, null, now);
    }

    @Test
    void fiveSecondsOpenProveThatInvokesWorkIfTheyBeganAfterTheFault() {
        fault(START);
        Instance before = open(START - 1);
        growth.age(before, new Census(List.of(before)), load, START + 10 * SECOND);
        assertThat(before.settled).isTrue();
        assertThat(growth.budget().faultsInRow()).isEqualTo(1);
        Instance after = open(START);
        growth.age(after, new Census(List.of(after)), load, START + 5 * SECOND - 1);
        assertThat(after.settled).isFalse();
        growth.age(after, new Census(List.of(after)), load, START + 5 * SECOND);
        assertThat(after.settled).isTrue();
        assertThat(growth.budget().faultsInRow()).isZero();
    }

    @Test
    void oneThatIsToEndSoonProvesNothingByStayingOpen() {
        fault(START);
        Instance brief = open(START);
        brief.closesAtNanos = START + 9 * SECOND;
        growth.age(brief, new Census(List.of(brief)), load, START + 8 * SECOND);
        assertThat(brief.settled).isFalse();
        assertThat(growth.budget().faultsInRow()).isEqualTo(1);
    }

    @Test
    void theFirstGoodAnswerProvesItOfTheSameOnes() {
        fault(START);
        Instance before = open(START - 1);
        before.servedWell = 1;
        growth.served(before, START + 1);
        assertThat(growth.budget().faultsInRow()).isEqualTo(1);
        Instance after = open(START);
        after.servedWell = 2;
        growth.served(after, START + 1);
        assertThat(growth.budget().faultsInRow()).as("not its first").isEqualTo(1);
        after.servedWell = 1;
        growth.served(after, START + 1);
        assertThat(growth.budget().faultsInRow()).isZero();
    }

    @Test
    void aThrottleWaitsForAsLongAsLambdaAskedFor() {
        growth.failed(InvokeFault.THROTTLED, new InvokeResult.Throttled("", Duration.ofSeconds(90)), START);
        assertThat(growth.budget().blockedNanos(START)).isEqualTo(90 * SECOND);
    }

    @Test
    void aPauseOfTheProcessIsMoreThanTwoSeconds() {
        assertThat(growth.pauseNanos(START + 2 * SECOND)).isZero();
        assertThat(growth.pauseNanos(START + 4 * SECOND + 1)).isEqualTo(2 * SECOND + 1);
        assertThat(growth.pauseNanos(START + 5 * SECOND)).isZero();
    }

    // ---- how many

    private Growth.Plan plan(Census census, int pending, boolean draining, long now) {
        return growth.plan(census, pending, load, draining, now);
    }

    @Test
    void oneThatIsDrainingStartsForThoseWhoWaitOnly() {
        growth.connected();
        assertThat(plan(new Census(List.of()), 1, true, START).start()).isEqualTo(1);
        assertThat(plan(new Census(List.of()), 0, true, START).start()).isZero();
        steering = new Steering(new PoolSettings.InstanceCounts(2, 8));
        growth = growth();
        assertThat(plan(new Census(List.of()), 0, true, START).start()).as("the minimum holds no more").isZero();
        assertThat(plan(new Census(List.of()), 0, false, START).start()).isEqualTo(2);
    }

    @Test
    void whatIsOnItsWayOutOverlapsWithItsReplacementByAQuarter() {
        steering = new Steering(new PoolSettings.InstanceCounts(8, 8));
        growth = growth();
        growth.connected();
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            instances.add(open(START));
        }
        instances.add(all.in(State.DRAINING));
        instances.add(all.in(State.DRAINING));
        instances.add(all.in(State.CLOSED)); // and paid for
        assertThat(plan(new Census(instances), 0, false, START).start()).as("ten together").isEqualTo(2);
        instances.remove(7);
        instances.remove(6);
        assertThat(plan(new Census(instances), 0, false, START + 2 * SECOND).start()).as("nine together").isEqualTo(3);
    }

    @Test
    void thePoolCanNotGrowWhenAllThatThereMayBeServe() {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            instances.add(open(START));
        }
        assertThat(growth.canNotGrow(new Census(instances))).isFalse();
        instances.add(open(START));
        assertThat(growth.canNotGrow(new Census(instances))).isTrue();
        instances.add(all.in(State.STARTING));
        assertThat(growth.canNotGrow(new Census(instances))).as("one is on its way").isFalse();
    }

    /// Nobody has wanted any for long, and nothing was dismissed lately.
    private List<Instance> surplus(List<Instance> instances) {
        for (int i = 0; i <= 40; i++) {
            growth.desiredLately(START + i * SECOND);
        }
        return plan(new Census(instances), 0, false, START + 40 * SECOND).dismiss();
    }

    @Test
    void whoRunsLeastGoesFirstThenTheOldestAndThoseOfTheMinimumLast() {
        Instance stays = all.in(State.OPEN, Purpose.STAY, 1);
        Instance busy = Instances.with(all.in(State.OPEN, Purpose.SERVE, 2), 0, 1);
        Instance young = all.in(State.OPEN, Purpose.SERVE, 4);
        Instance old = all.in(State.OPEN, Purpose.SERVE, 3);
        assertThat(surplus(List.of(stays, busy, young, old))).first().isSameAs(old);
        growth = growth();
        assertThat(surplus(List.of(stays, busy, young))).first().isSameAs(young);
        growth = growth();
        assertThat(surplus(List.of(stays, busy))).first().isSameAs(busy);
        growth = growth();
        assertThat(surplus(List.of(stays))).first().isSameAs(stays);
    }

    @Test
    void theFirstOfTheMissingStayUntilTheMinimumIsThere() {
        steering = new Steering(new PoolSettings.InstanceCounts(2, 8));
        growth = growth();
        Census one = new Census(List.of(all.in(State.OPEN, Purpose.STAY, 0)));
        assertThat(growth.purpose(one, 0)).isEqualTo(Purpose.STAY);
        assertThat(growth.purpose(one, 1)).isEqualTo(Purpose.SERVE);
    }

    // ---- warming up

    private List<Instance> connecting(int count) {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(all.in(State.STARTING));
        }
        return instances;
    }

    @Test
    void fiveAreWarmedUpAtOnceWithinTheMaximumAndTheBudget() {
        growth.connected();
        assertThat(growth.mayWarmUp(new Census(connecting(4)), START)).isTrue();
        assertThat(growth.mayWarmUp(new Census(connecting(5)), START)).isFalse();
        List<Instance> full = connecting(4);
        for (int i = 0; i < 4; i++) {
            full.add(open(START));
        }
        assertThat(growth.mayWarmUp(new Census(full), START)).as("eight of eight").isFalse();
        assertThat(growth.mayWarmUp(new Census(full.subList(0, 7)), START)).isTrue();
        for (int i = 0; i < 49; i++) {
            growth.started();
        }
        assertThat(growth.mayWarmUp(new Census(List.of()), START)).isTrue();
        growth.started();
        assertThat(growth.mayWarmUp(new Census(List.of()), START)).as("all tokens are spent").isFalse();
    }

    @Test
    void whatLambdaRefusedIsRefusedFromTheStartOnlyIfNothingEverConnected() {
        assertThat(growth.refusedFromTheStart()).isFalse();
        growth.failed(InvokeFault.REFUSED, null, START);
        assertThat(growth.refusedFromTheStart()).isTrue();
        growth.connected();
        assertThat(growth.refusedFromTheStart()).isFalse();
    }
}
