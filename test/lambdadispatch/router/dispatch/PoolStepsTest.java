// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static lambdadispatch.router.dispatch.Instances.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// Steps of the pool that a later tick would make up for, or nobody would miss at once: each happens when it is due, and is paid for.
class PoolStepsTest {
    private static final InvokeResult CRASHED = new InvokeResult.FunctionError("Unhandled", new byte[0]);

    private final PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(4, 4), 0, 40));

    @Test
    void aRaisedMinimumIsStartedAtOnce() {
        bed.pool.bounds(new PoolSettings.InstanceCounts(2, 4));
        assertThat(bed.invoked).hasSize(2);
    }

    @Test
    void anInstanceThatAnOperatorSendsHomeIsReplacedAtOnce() {
        bed.pool.bounds(new PoolSettings.InstanceCounts(1, 4));
        bed.connect(1);
        bed.pool.drainInstance(bed.invoked.getFirst().publicName());
        assertThat(bed.invoked).hasSize(2);
    }

    @Test
    void anInstanceThatRefusesARequestComesAfterTheOthers() {
        bed.pool.bounds(new PoolSettings.InstanceCounts(2, 2));
        List<Instance> both = List.copyOf(bed.invoked);
        both.forEach(instance -> bed.connect(instance, 4));
        Instance refuses = bed.ask().line.instance();
        bed.pool.refused(refuses);
        for (int i = 0; i < 4; i++) {
            assertThat(bed.ask().line.instance()).isNotSameAs(refuses);
        }
    }

    @Test
    void eachInvokeTakesAToken() {
        PoolBed poor = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 40)
                .with(new PoolSettings.InvokeLimits(1, 3, Duration.ofMillis(500), Duration.ofSeconds(60))));
        for (int i = 0; i < 10; i++) {
            poor.ask();
        }
        poor.pass(0.1);
        assertThat(poor.invoked).hasSize(3);
    }

    @Test
    void noMoreThanFiveASecondAreStartedWhereSomeAreOpen() {
        PoolBed one = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 40));
        one.ask();
        one.connect(1);
        one.pass(2); // a step begins with what comes next
        int before = one.invoked.size();
        for (int i = 0; i < 30; i++) {
            one.ask();
        }
        one.pass(0.8);
        assertThat(one.invoked).hasSize(before + 5);
        one.pass(1);
        assertThat(one.invoked).hasSize(before + 10);
    }

    @Test
    void aPoolThatDrainsForgetsItsLastInstanceWithoutATick() {
        Client client = bed.ask();
        bed.connect(1);
        bed.pool.slotReleased(client.line, 200);
        bed.pool.drain();
        bed.pool.invokeEnded(bed.invoked.getFirst(), PoolBed.RETURNED, "RouterGoAway");
        assertThat(bed.pool.drained()).isTrue();
        assertThat(bed.forgotten).hasSize(1);
    }

    @Test
    void whoWaitsForWhatWillNotComeIsToldSoWhateverKindOfRequestItIs() {
        bed.ask();
        Line line = bed.connect(1).getFirst();
        bed.pool.slotLost(line);
        Client suspect = new Client();
        bed.pool.submitAgain(suspect, bed.carriedBy(line));
        Client low = bed.ask(new Client(true));
        Client usual = bed.ask();
        bed.pool.closeRequested(bed.invoked.getFirst());
        bed.ends(bed.invoked.getFirst(), PoolBed.RETURNED, "SelfDeadline");
        bed.pass(1);
        bed.ends(bed.invoked.getLast(), new InvokeResult.Refused(404, "ResourceNotFoundException", ""), "");
        assertThat(List.of(suspect, low, usual)).extracting(Client::refusedAs).containsOnly(Refusal.Kind.NOT_INVOCABLE);
    }

    @Test
    void whoWaitsHearsOnceTheLastGoodAnswerIsTooLongAgo() {
        Client served = bed.ask();
        bed.connect(1);
        bed.pool.slotReleased(served.line, 200);
        bed.pool.closeRequested(bed.invoked.getFirst());
        bed.ends(bed.invoked.getFirst(), PoolBed.RETURNED, "SelfLastActive");
        Client waits = bed.ask();
        double passed = 0;
        for (; passed < 9; passed += 0.1) {
            if (bed.invoked.getLast().state() == Instance.State.STARTING) {
                bed.ends(bed.invoked.getLast(), CRASHED, "");
            }
            bed.pass(0.1);
        }
        assertThat(bed.pool.parts.growth.budget().faultsInRow()).isGreaterThanOrEqualTo(5);
        assertThat(waits.refusal).as("something was served just now").isNull();
        for (; passed < 12 && waits.refusal == null; passed += 0.1) {
            bed.pass(0.1);
        }
        assertThat(waits.refusedAs()).as("by a tick").isEqualTo(Refusal.Kind.NOT_INVOCABLE);
    }

    @Test
    void oneThatEndsByItsNearDeadlineAfterServiceCostsACredit() {
        for (int i = 0; i < 11; i++) {
            Client client = bed.ask();
            for (int tenths = 0; bed.invoked.getLast().state() != Instance.State.STARTING && tenths < 100; tenths++) {
                bed.pass(0.1);
            }
            Instance instance = bed.invoked.getLast();
            bed.connect(instance, 1);
            bed.pool.closesIn(instance, Duration.ofSeconds(8));
            bed.pool.slotReleased(client.line, 200);
            bed.pool.closeRequested(instance);
            bed.ends(instance, PoolBed.RETURNED, "SelfDeadline");
        }
        assertThat(bed.pool.snapshot().lastFault()).isNull();
        assertThat(bed.pool.parts.growth.budget().available(bed.nanoTime(), 1)).as("one at a time from then on, or nearly so")
                .isLessThan(5);
    }

    @Test
    void lowPriorityThatHasWaitedForFiveSecondsOfOverloadIsToldSo() {
        PoolBed full = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 1));
        full.ask();
        full.connect(1);
        Client low = full.ask(new Client(true));
        full.passPinging(6, full.invoked.getFirst());
        assertThat(low.refusedAs()).isEqualTo(Refusal.Kind.OVERLOADED);
    }

    @Test
    void moreThanTenStartOnceOneHasConnected() {
        bed.pool.bounds(new PoolSettings.InstanceCounts(30, 40));
        assertThat(bed.invoked).hasSize(10);
        bed.connect(bed.invoked.getFirst(), 1);
        bed.pass(2.2);
        assertThat(bed.invoked).hasSizeGreaterThan(10);
    }

    @Test
    void aCreditIsTakenFromWhatTimeHasEarnedUpToThen() {
        ServiceCredit credit = new ServiceCredit(0);
        credit.endedSoon(100 * SECOND);
        assertThat(credit.mostStarting(100 * SECOND)).isEqualTo(10);
        credit = new ServiceCredit(0);
        credit.died(100 * SECOND);
        assertThat(credit.mostStarting(100 * SECOND)).isEqualTo(10);
    }

    private List<Instance> versions(String... numbers) {
        List<Instance> opened = new ArrayList<>();
        for (String number : numbers) {
            bed.pool.bounds(new PoolSettings.InstanceCounts(opened.size() + 1, 40));
            Instance instance = bed.invoked.getLast();
            instance.describes(new Description(number, 128, false));
            bed.connect(instance, 1);
            opened.add(instance);
        }
        return opened;
    }

    @Test
    void olderVersionsThatAreReplacedAreSaid() {
        List<Instance> both = versions("3", "4");
        bed.passPinging(11, both.toArray(Instance[]::new));
        assertThat(bed.infos).anyMatch(line -> line.startsWith("olderVersionsAreReplaced ") && line.endsWith("by, 4, instances, 1]"));
    }

    @Test
    void anAliasThatGivesOutSeveralVersionsIsSaid() {
        Instance fresh = versions("4").getFirst();
        bed.passPinging(11, fresh);
        bed.pool.bounds(new PoolSettings.InstanceCounts(2, 40));
        Instance old = bed.invoked.getLast();
        old.describes(new Description("3", 128, false));
        bed.connect(old, 1);
        assertThat(bed.infos).anyMatch(line -> line.startsWith("aliasGivesOutSeveralVersions ") && line.endsWith("version, 3, beside, 4]"));
    }
}
