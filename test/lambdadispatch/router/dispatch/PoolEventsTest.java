// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// What each event makes the pool say, count and do besides handing out slots.
class PoolEventsTest {
    private static final InvokeResult CRASHED = new InvokeResult.FunctionError("Unhandled", new byte[0]);

    private final PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(10, 10), 0, 3));

    // ---- what is said

    @Test
    void theFirstChannelIsSaidWithTheTimeItTook() {
        bed.ask();
        bed.pass(1.25);
        bed.connect(2);
        assertThat(bed.infos).singleElement().asString().startsWith("instanceOpened [function, f, instance, ").endsWith("millis, 1250]");
        assertThat(bed.pool.snapshot().coldStartSeconds()).isEqualTo(1.25, within(1e-6));
    }

    @Test
    void aFailedInvokeIsSaidWithItsPause() {
        bed.ask();
        bed.ends(bed.invoked.getLast(), CRASHED, "");
        assertThat(bed.warnings).singleElement().asString().startsWith("invokeFailed [function, f, instance, ")
                .containsPattern("fault, FUNCTION_ERROR, detail, Unhandled, inRow, 1, pauseMillis, [3-6][0-9][0-9]]");
    }

    @Test
    void aDeathAfterServiceIsSaidAndCountedAndIsNoFault() {
        bed.ask();
        List<Line> lines = bed.connect(2);
        bed.pool.slotReleased(lines.getFirst(), 200);
        bed.ends(bed.invoked.getLast(), CRASHED, "");
        assertThat(bed.warnings).singleElement().asString().startsWith("instanceDied ")
                .endsWith("fault, FUNCTION_ERROR, detail, Unhandled, served, 1]");
        assertThat(bed.pool.snapshot().totals().diedAfterService()).isEqualTo(1);
        assertThat(bed.pool.snapshot().totals().faults()).isEmpty();
    }

    @Test
    void anAppThatIsNotReadyIsSaidOnceForEachReasonAndToldToThoseWhoWaitedInVain() {
        bed.ask();
        Instance instance = bed.invoked.getLast();
        Refusal late = new Refusal(Refusal.Kind.TIMED_OUT, "late", Duration.ZERO);
        Refusal never = new Refusal(Refusal.Kind.NOT_INVOCABLE, "never", Duration.ZERO);
        assertThat(bed.pool.explained(late)).isEqualTo("late");
        bed.pool.appNotReady(instance, "port closed");
        bed.pool.appNotReady(instance, "port closed");
        assertThat(bed.warnings).singleElement().asString().startsWith("appNotReady ").endsWith("why, port closed]");
        bed.pool.appNotReady(instance, "health 503");
        assertThat(bed.warnings).hasSize(2);
        assertThat(bed.pool.explained(late)).isEqualTo("late; the app is not ready: health 503");
        assertThat(bed.pool.explained(never)).isEqualTo("never; the app is not ready: health 503");
        assertThat(bed.pool.explained(new Refusal(Refusal.Kind.QUEUE_FULL, "full", Duration.ZERO))).as("which has another cause")
                .isEqualTo("full");
        bed.connect(1);
        assertThat(bed.pool.explained(late)).as("it is ready now").isEqualTo("late");
    }

    // ---- what is counted

    @Test
    void whatArrivesAndHowLongItTakesIsSeen() {
        bed.ask();
        List<Line> lines = new ArrayList<>(bed.connect(10));
        bed.pass(2);
        bed.pool.slotReleased(bed.lines.getFirst(), 200);
        bed.pass(0.1);
        assertThat(bed.pool.snapshot().serviceSeconds()).isEqualTo(2, within(1e-3));
        assertThat(bed.pool.snapshot().arrivalsPerSecond()).isBetween(0.1, 0.3);
        Client leaves = bed.ask();
        bed.passPinging(6, bed.invoked.getFirst());
        bed.pool.slotGivenUp(leaves.line, false);
        bed.pass(0.1);
        assertThat(bed.pool.snapshot().serviceSeconds()).as("a client that leaves ended an exchange, too").isBetween(4.0, 5.5);
        assertThat(lines).hasSize(10);
    }

    @Test
    void aChannelThatIsGivenUpTwiceCountsOnce() {
        Client client = bed.ask();
        bed.connect(2);
        bed.pass(4);
        bed.pool.slotGivenUp(client.line, false);
        bed.pass(0.1);
        double service = bed.pool.snapshot().serviceSeconds();
        bed.pass(4);
        bed.pool.slotGivenUp(client.line, false);
        bed.pass(0.1);
        assertThat(bed.pool.snapshot().serviceSeconds()).isEqualTo(service, within(1e-6));
    }

    @Test
    void onlyAnAnswerBelowFiveHundredIsService() {
        bed.ask();
        List<Line> lines = bed.connect(1);
        Instance instance = bed.invoked.getLast();
        bed.pool.slotReleased(lines.getFirst(), 0);
        bed.ask();
        bed.pool.slotReleased(lines.getFirst(), 500);
        bed.ask();
        assertThat(instance.servedWell).isZero();
        assertThat(instance.rating.failureShare()).as("what was not sent is no answer").isEqualTo(0.1, within(1e-9));
        bed.pool.slotReleased(lines.getFirst(), 499);
        assertThat(instance.servedWell).isEqualTo(1);
    }

    @Test
    void aTicketKnowsHowLongItHasWaitedOnceItIsDecided() {
        Client client = bed.ask();
        bed.pass(1.5);
        assertThat(client.waitedNanos()).isZero();
        bed.connect(1);
        assertThat(client.waitedNanos()).isEqualTo(1_500_000_000L);
        Client refused = new PoolBed(PoolBed.settings(1, 1).with(new PoolSettings.Waiting(0, Duration.ofSeconds(1)))).ask();
        assertThat(refused.refusedAs()).isEqualTo(Refusal.Kind.QUEUE_FULL);
        assertThat(refused.waitedNanos()).isZero();
        bed.pass(200);
        Client late = bed.ask();
        bed.pass(121);
        assertThat(late.refusedAs()).isNotNull();
        assertThat(late.waitedNanos()).isPositive();
    }

    @Test
    void theViewShowsTimesInMilliseconds() {
        bed.ask();
        Instance instance = bed.invoked.getLast();
        bed.pass(1);
        bed.connect(2);
        InstanceView fresh = bed.pool.view().instances().getFirst();
        assertThat(fresh.closesInMillis()).as("it has not said").isEqualTo(-1);
        bed.pool.closesIn(instance, Duration.ofSeconds(600));
        bed.pass(2.5);
        InstanceView view = bed.pool.view().instances().getFirst();
        assertThat(view.ageMillis()).isEqualTo(3_500);
        assertThat(view.silentMillis()).isEqualTo(2_500);
        assertThat(view.closesInMillis()).isEqualTo(597_500);
        assertThat(view.busy()).isEqualTo(1);
        assertThat(view.free()).isEqualTo(1);
        assertThat(view.name()).isEqualTo(instance.toString()).isEqualTo(instance.publicName()).hasSize(6);
    }

    @Test
    void theSnapshotShowsForHowManyMillisecondsInvokesAreHeldBack() {
        bed.ask();
        bed.ends(bed.invoked.getLast(), new InvokeResult.Throttled("", Duration.ofSeconds(90)), "");
        assertThat(bed.pool.snapshot().blockedMillis()).isEqualTo(90_000);
        assertThat(bed.pool.snapshot().lastFault()).isEqualTo(InvokeFault.THROTTLED);
    }

    // ---- what is done

    @Test
    void anInstanceHasAnIdATokenAndANameOfItsOwn() {
        bed.ask();
        Instance instance = bed.invoked.getLast();
        assertThat(instance.id()).matches("[0-9a-f]{32}").isNotEqualTo(instance.token());
        assertThat(instance.token()).matches("[0-9a-f]{32}");
        assertThat(instance.tokenIs(instance.token())).isTrue();
        assertThat(instance.tokenIs(instance.id())).isFalse();
        assertThat(instance.tokenIs("")).isFalse();
        assertThat(instance.pool()).isSameAs(bed.pool);
    }

    @Test
    void thePoolAsksToBeCalledMoreOftenWhileAnythingWaitsOrRuns() {
        assertThat(bed.pool.tick()).isEqualTo(500_000_000L);
        Client client = bed.ask();
        assertThat(bed.pool.tick()).isEqualTo(100_000_000L);
        bed.connect(1);
        assertThat(bed.pool.tick()).isEqualTo(100_000_000L);
        bed.pool.slotReleased(client.line, 200);
        assertThat(bed.pool.tick()).isEqualTo(500_000_000L);
    }

    @Test
    void requestsWaitForNothingThatWillComeOnlyWhileThePoolIsFull() {
        PoolBed small = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 1));
        assertThat(small.pool.full()).isFalse();
        small.ask();
        small.pass(0.2);
        assertThat(small.pool.full()).as("one is on its way").isFalse();
        small.connect(1);
        small.pass(0.2);
        assertThat(small.pool.full()).as("nobody waits").isFalse();
        small.ask();
        small.pass(0.2);
        assertThat(small.pool.full()).isTrue();
    }

    @Test
    void anInstanceThatAsksToBeClosedIsReplacedAtOnceIfRequestsRun() {
        bed.ask();
        List<Line> lines = bed.connect(2);
        bed.pool.closeRequested(bed.invoked.getFirst());
        assertThat(lines.stream().mapToInt(line -> line.ended).sum()).as("the idle channel").isEqualTo(1);
        assertThat(bed.invoked).hasSize(2);
    }

    @Test
    void anInvokeThatEndsUnderRequestsIsReplacedAtOnce() {
        bed.ask();
        Line line = bed.connect(2).getFirst();
        bed.pool.slotReleased(line, 200);
        for (int i = 0; i < 3; i++) {
            bed.ask();
        }
        int before = bed.invoked.size();
        bed.ends(bed.invoked.getFirst(), PoolBed.RETURNED, "SelfDeadline");
        assertThat(bed.invoked.size()).isGreaterThan(before);
    }

    @Test
    void environmentsDieAnywayWhereThreeDiedWithoutASuspect() {
        assertThat(bed.pool.environmentsDieAnyway()).isFalse();
        for (int i = 0; i < 3; i++) {
            Client client = bed.ask();
            for (int tenths = 0; client.line == null && tenths < 100; tenths++) {
                bed.pass(0.1);
                if (bed.invoked.getLast().state() == Instance.State.STARTING) {
                    bed.connect(1);
                }
            }
            bed.pool.slotLost(client.line);
            bed.ends(bed.invoked.getLast(), CRASHED, "");
        }
        assertThat(bed.pool.environmentsDieAnyway()).isTrue();
    }

    @Test
    void twoThatAreStuckAreReplacedOneAfterTheOther() {
        PoolBed two = new PoolBed(PoolBed.instances(PoolBed.settings(10, 10), 2, 2));
        two.pass(0.2);
        List<Instance> both = List.copyOf(two.invoked);
        both.forEach(instance -> {
            two.connect(instance, 1);
            instance.unansweredInRow = 10;
        });
        two.passPinging(1, both.toArray(Instance[]::new));
        assertThat(both).filteredOn(instance -> instance.state() == Instance.State.OPEN).as("the first goes at once").hasSize(1);
        two.passPinging(28, both.toArray(Instance[]::new));
        assertThat(both).filteredOn(instance -> instance.state() == Instance.State.OPEN).hasSize(1);
        two.passPinging(4, both.toArray(Instance[]::new));
        assertThat(both).filteredOn(instance -> instance.state() == Instance.State.OPEN).isEmpty();
    }

    @Test
    void bothPhasesOfASilenceBeginJustBehindTheirBound() {
        Client client = bed.ask();
        Line line = bed.connect(2).getFirst();
        Instance instance = bed.invoked.getFirst();
        bed.pool.slotReleased(client.line, 200);
        bed.pass(7.5);
        assertThat(instance.aside).isFalse();
        bed.pass(0.1);
        assertThat(instance.aside).isTrue();
        bed.pool.pinged(instance);
        assertThat(instance.aside).isFalse();
        assertThat(line.reset).isZero();
    }

    @Test
    void anInstanceThatOpensNoChannelAgainIsGivenUpJustBehindTenSeconds() {
        bed.ask();
        Line line = bed.connect(1).getFirst();
        Instance instance = bed.invoked.getFirst();
        bed.pool.slotReleased(line, 200);
        bed.pool.slotLost(line);
        bed.passPinging(10, instance);
        assertThat(instance.state()).isEqualTo(Instance.State.OPEN);
        bed.pass(0.1);
        assertThat(instance.state()).isEqualTo(Instance.State.CLOSED);
    }

    @Test
    void theStartTimeOutEndsJustBehindItself() {
        bed.ask();
        Instance mute = bed.invoked.getFirst();
        bed.pass(60);
        assertThat(mute.late).isFalse();
        bed.pass(0.1);
        assertThat(mute.late).isTrue();
    }

    @Test
    void oneThatBreaksWhatItIsGivenIsDrainedFirstIfOthersStillRunOnIt() {
        Instance instance = null;
        Client stays = bed.ask();
        bed.connect(1);
        instance = bed.invoked.getFirst();
        for (int i = 0; i < 10; i++) {
            Client client = bed.ask();
            bed.connect(instance, 1);
            bed.pool.pinged(instance);
            bed.pool.slotLost(client.line);
        }
        assertThat(stays.line.reset).isZero();
        bed.pass(0.1);
        assertThat(instance.state()).isEqualTo(Instance.State.DRAINING);
        assertThat(bed.warnings).anyMatch(line -> line.startsWith("instanceDrained ") && line.contains("every exchange breaks"));
        assertThat(stays.line.reset).as("others may run well on it").isZero();
    }

    // ---- who throws

    @Test
    void aTicketAndAChannelAreUsedOnce() {
        Client client = bed.ask();
        assertThatThrownBy(() -> bed.pool.submit(client)).isInstanceOf(IllegalStateException.class);
        Line line = bed.connect(1).getFirst();
        assertThatThrownBy(() -> bed.pool.slotOpened(line)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void everyoneIsToldThoughOneOfThemThrowsAndTheFirstFaultComesOut() {
        Effects effects = new Effects();
        List<String> told = new ArrayList<>();
        effects.then(() -> told.add("first"));
        effects.then(() -> {
            throw new IllegalStateException("one");
        });
        effects.then(() -> {
            throw new IllegalStateException("two");
        });
        effects.then(() -> told.add("last"));
        assertThatThrownBy(effects::run).hasMessage("one");
        assertThat(told).containsExactly("first", "last");
    }

    @Test
    void aRetryOfARequestWhoseInstanceDidNotDieIsNoSuspect() {
        Client first = bed.ask();
        bed.connect(2);
        bed.pool.slotReleased(first.line, 0);
        Client again = new Client();
        bed.pool.submitAgain(again, first);
        assertThat(again.suspect).isFalse();
        bed.pool.slotLost(again.line);
        Client third = new Client();
        bed.pool.submitAgain(third, again);
        assertThat(third.suspect).isTrue();
    }
}
