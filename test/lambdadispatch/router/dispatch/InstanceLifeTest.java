// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// What becomes of instances: those that fall silent, lose their channels, never serve, near their end, or are not needed.
class InstanceLifeTest {
    private static PoolBed oneInstance() {
        return new PoolBed(PoolBed.instances(PoolBed.settings(10, 10), 0, 3));
    }

    @Test
    void oneThatStopsPingingGetsNothingNewAndIsGivenUpAfterThreePings() {
        PoolBed bed = oneInstance();
        Client running = bed.ask();
        Line line = bed.connect(2).getFirst();
        assertThat(running.line).isSameAs(line);
        bed.pass(8);
        Client second = bed.ask();
        assertThat(second.line).as("a ping is overdue").isNull();
        bed.pass(7.5);
        assertThat(line.reset).as("what it ran is broken off, to be tried elsewhere").isEqualTo(1);
        assertThat(bed.warnings.getFirst()).contains("no sign of life");
        assertThat(bed.invoked).as("replaced").hasSizeGreaterThan(1);
        assertThat(bed.invoked.getFirst().state()).isEqualTo(Instance.State.CLOSED);
    }

    @Test
    void oneThatIsHeardFromAgainInTimeServesOn() {
        PoolBed bed = oneInstance();
        bed.ask();
        Line line = bed.connect(1).getFirst();
        bed.pool.slotReleased(line, 200);
        bed.pass(8);
        Client waits = bed.ask();
        assertThat(waits.line).isNull();
        bed.pool.pinged(bed.invoked.getFirst());
        assertThat(waits.line).isSameAs(line);
    }

    @Test
    void aPauseOfTheRouterItselfIsNoSilenceOfInstances() {
        PoolBed bed = oneInstance();
        bed.ask();
        Line line = bed.connect(2).getFirst();
        bed.pass(1);
        bed.jump(60);
        bed.pass(0.2);
        assertThat(line.reset).isZero();
        assertThat(bed.invoked.getFirst().state()).isEqualTo(Instance.State.OPEN);
        assertThat(bed.ask().line).isNotNull();
    }

    @Test
    void oneThatPingsButHasLostItsChannelsIsGivenUp() {
        PoolBed bed = oneInstance();
        bed.ask();
        List<Line> lines = bed.connect(2);
        Instance instance = bed.invoked.getFirst();
        bed.pool.slotReleased(lines.getFirst(), 200);
        lines.forEach(bed.pool::slotLost);
        bed.passPinging(9, instance);
        assertThat(instance.state()).isEqualTo(Instance.State.OPEN);
        bed.passPinging(2, instance);
        assertThat(instance.state()).isEqualTo(Instance.State.CLOSED);
        assertThat(bed.warnings.getFirst()).contains("no channel left");
    }

    /// A signature that was too old when something on the way repeated the request, a gateway's time-out, a connection that was lost.
    @Test
    void oneThatServesIsNotEndedByAnAnswerThatIsNotTheFunctions() {
        for (InvokeResult foreign : List.of(new InvokeResult.Refused(403, "InvalidSignatureException", "Signature expired"),
                new InvokeResult.Throttled("ConcurrentInvocationLimitExceeded", Duration.ofSeconds(9)),
                new InvokeResult.Unavailable(504, "", "gateway"),
                new InvokeResult.Unavailable(0, "SocketException", "Connection reset"))) {
            PoolBed bed = oneInstance();
            bed.ask();
            List<Line> lines = bed.connect(2);
            Instance instance = bed.invoked.getFirst();
            bed.ends(instance, foreign, "");
            assertThat(instance.state()).as("%s", foreign).isEqualTo(Instance.State.OPEN);
            assertThat(lines.getFirst().reset).as("%s", foreign).isZero();
            assertThat(bed.ask().line).as("%s", foreign).isSameAs(lines.getLast());
            Client waits = bed.ask();
            assertThat(waits.refusal).as("nor are those who wait refused: %s", foreign).isNull();
        }
    }

    @Test
    void oneThatPingsButNeverOpensAChannelIsNoLongerCountedOn() {
        PoolBed bed = oneInstance();
        Client client = bed.ask();
        Instance mute = bed.invoked.getFirst();
        bed.passPinging(59, mute);
        assertThat(bed.invoked).hasSize(1);
        bed.passPinging(5, mute);
        assertThat(bed.invoked).as("another is tried").hasSize(2);
        assertThat(bed.warnings.getFirst()).contains("START_TIMED_OUT");
        Line late = bed.connect(mute, 1).getFirst();
        assertThat(client.line).as("still welcome when it comes at last").isSameAs(late);
    }

    @Test
    void oneThatBreaksEveryExchangeIsGivenUp() {
        PoolBed bed = oneInstance();
        Instance instance = null;
        for (int i = 0; i < 10; i++) {
            bed.ask();
            instance = bed.invoked.getFirst();
            bed.pool.slotLost(bed.connect(instance, 1).getFirst());
        }
        bed.pass(0.2);
        assertThat(instance.state()).isEqualTo(Instance.State.CLOSED);
        assertThat(bed.warnings.getFirst()).contains("every exchange breaks");
    }

    @Test
    void oneThatConnectsAndNeverAnswersIsReplacedOnceTenClientsHaveLeft() {
        PoolBed bed = oneInstance();
        bed.ask();
        List<Line> lines = new ArrayList<>(bed.connect(2));
        Instance stuck = bed.invoked.getFirst();
        for (int i = 0; i < 10; i++) {
            bed.passPinging(11, stuck);
            assertThat(stuck.state()).isEqualTo(Instance.State.OPEN);
            bed.pool.slotGivenUp(lines.removeFirst(), false);
            bed.ask();
            lines.addAll(bed.connect(stuck, 1));
        }
        bed.passPinging(1, stuck);
        assertThat(stuck.state()).isEqualTo(Instance.State.DRAINING);
        assertThat(bed.warnings.getLast()).contains("nothing is answered");
    }

    @Test
    void clientsThatLeaveSoonOrGetAnAnswerLeaveNoMark() {
        PoolBed bed = oneInstance();
        bed.ask();
        List<Line> lines = new ArrayList<>(bed.connect(2));
        Instance fine = bed.invoked.getFirst();
        for (int i = 0; i < 40; i++) {
            boolean answered = i % 2 == 0;
            bed.passPinging(answered ? 11 : 1, fine);
            bed.pool.slotGivenUp(lines.removeFirst(), answered);
            bed.ask();
            lines.addAll(bed.connect(fine, 1));
        }
        bed.passPinging(1, fine);
        assertThat(fine.state()).isEqualTo(Instance.State.OPEN);
    }

    @Test
    void oneThatNearsItsDeadlineServesUntilItsReplacementIsOpen() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(2, 2), 1, 2));
        bed.pass(0.2);
        Instance old = bed.invoked.getFirst();
        List<Line> lines = bed.connect(2);
        bed.pool.closesIn(old, Duration.ofSeconds(60));
        bed.passPinging(40, old);
        assertThat(bed.invoked).hasSize(1);
        bed.passPinging(19, old);
        assertThat(bed.invoked).as("before the deadline").hasSize(2);
        assertThat(old.state()).as("no replacement yet").isEqualTo(Instance.State.OPEN);
        assertThat(bed.ask().line).isIn(lines);
        bed.connect(2);
        bed.passPinging(1, bed.invoked.toArray(Instance[]::new));
        assertThat(old.state()).isEqualTo(Instance.State.DRAINING);
        assertThat(bed.invoked).hasSize(2);
    }

    @Test
    void manyThatAreDueAtOnceAreAllReplacedInTimeAlsoWhileOneStillDrains() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 3, 8));
        bed.pass(0.2);
        List<Instance> old = List.copyOf(bed.invoked);
        assertThat(old).hasSize(3);
        List<Line> oldLines = new ArrayList<>();
        old.forEach(each -> oldLines.addAll(bed.connect(each, 1)));
        Client stream = bed.ask(); // goes on for ever
        old.forEach(each -> bed.pool.closesIn(each, Duration.ofSeconds(60)));
        for (int second = 0; second < 59; second++) {
            bed.passPinging(1, bed.invoked.toArray(Instance[]::new));
            bed.invoked.stream().filter(each -> each.state() == Instance.State.STARTING).toList().forEach(each -> bed.connect(each, 1));
        }
        assertThat(old).as("each replaced before its deadline").allMatch(each -> each.state() == Instance.State.DRAINING);
        assertThat(stream.line.reset).as("the stream goes on").isZero();
        assertThat(bed.pool.snapshot().open()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void thoseWhoseTurnDoesNotComeInTimeAreReplacedTogether() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 3, 12));
        bed.pass(0.2);
        List<Instance> old = List.copyOf(bed.invoked);
        old.forEach(each -> bed.connect(each, 1));
        old.forEach(each -> bed.pool.closesIn(each, Duration.ofSeconds(60)));
        bed.passPinging(55, old.toArray(Instance[]::new));
        assertThat(bed.invoked).as("one after another, and the first replacement does not come").hasSize(4);
        bed.passPinging(4.8, old.toArray(Instance[]::new));
        assertThat(bed.invoked).as("none closes without a replacement on its way").hasSize(6);
    }

    @Test
    void silenceOfThreePingsExactlyIsBorne() {
        PoolBed bed = oneInstance();
        bed.ask();
        Line line = bed.connect(1).getFirst();
        bed.pass(15);
        assertThat(line.reset).isZero();
        bed.pass(0.1);
        assertThat(line.reset).isEqualTo(1);
    }

    @Test
    void nobodyWaitsForAWarmUpOrForOneThatIsLate() {
        InvokeResult.Refused denied = new InvokeResult.Refused(403, "AccessDeniedException", "no");
        PoolBed warming = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 5));
        warming.pool.warmUp(1);
        warming.pass(0.1);
        Client besideAWarmUp = warming.ask();
        assertThat(warming.invoked).hasSize(2);
        warming.ends(warming.invoked.getLast(), denied, "");
        assertThat(besideAWarmUp.refusal).isNotNull();

        PoolBed late = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 5));
        late.ask();
        late.pass(PoolSettings.DEFAULTS.liveness().startTimeout().toSeconds() + 1);
        Client besideALateOne = late.ask();
        late.pass(2);
        assertThat(late.invoked).hasSizeGreaterThan(1);
        late.ends(late.invoked.getLast(), denied, "");
        assertThat(besideALateOne.refusal).isNotNull();
        assertThat(besideALateOne.refusal.kind()).isEqualTo(Refusal.Kind.NOT_INVOCABLE);
    }

    @Test
    void oneThatAsksToBeClosedHasGivenASignOfLife() {
        PoolBed bed = oneInstance();
        bed.ask();
        Line line = bed.connect(1).getFirst();
        bed.pass(14);
        bed.pool.closeRequested(bed.invoked.getFirst());
        bed.pass(14);
        assertThat(line.reset).isZero();
        bed.pass(2);
        assertThat(line.reset).isEqualTo(1);
    }

    @Test
    void oneThatDrainsWithARequestUnderWayIsLeftInPeaceWhileItPings() {
        PoolBed bed = oneInstance();
        Client slow = bed.ask();
        Line line = bed.connect(1).getFirst();
        Instance instance = bed.invoked.getFirst();
        bed.pool.closeRequested(instance);
        bed.passPinging(120, instance);
        assertThat(slow.line).isSameAs(line);
        assertThat(line.reset).isZero();
        bed.pool.slotReleased(line, 200);
        assertThat(line.ended).as("not wanted any more").isEqualTo(1);
    }

    @Test
    void whatAFrozenInstanceStillRanWhenItsInvokeEndedIsBrokenOffSoon() {
        PoolBed bed = oneInstance();
        bed.ask();
        Line line = bed.connect(1).getFirst();
        Instance instance = bed.invoked.getFirst();
        bed.ends(instance, new InvokeResult.FunctionError("Unhandled", new byte[0]), "");
        bed.pass(1.5);
        assertThat(line.reset).as("last octets may still be on their way").isZero();
        bed.pass(1);
        assertThat(line.reset).isEqualTo(1);
        assertThat(bed.forgotten).containsExactly(instance);
    }

    @Test
    void oneThatWasGivenUpIsReplacedThoughItIsStillPaidForButOnlyAQuarterOfTheMaximumAtOnce() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(10, 10), 0, 1));
        bed.ask();
        bed.connect(1);
        Instance silent = bed.invoked.getFirst();
        bed.pass(16);
        assertThat(silent.state()).isEqualTo(Instance.State.CLOSED);
        bed.ask();
        bed.pass(1);
        assertThat(bed.invoked).as("one in its place").hasSize(2);
        bed.connect(1);
        bed.pass(16);
        bed.ask();
        bed.pass(60);
        assertThat(bed.invoked).as("two are paid for").hasSize(2);
        bed.ends(silent, PoolBed.RETURNED, "RouterStatus4xx");
        Client waits = bed.ask();
        bed.pass(1);
        assertThat(bed.invoked).hasSize(3);
        bed.connect(10);
        assertThat(waits.line).isNotNull();
    }

    @Test
    void theMinimumIsHeldOpenAndAtIdleNothingIsInvokedAgainAndAgain() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 2, 8));
        bed.pass(1);
        assertThat(bed.invoked).hasSize(2).allMatch(each -> each.purpose() == Instance.Purpose.STAY);
        bed.invoked.forEach(each -> bed.connect(each, 1));
        bed.passPinging(600, bed.invoked.toArray(Instance[]::new));
        assertThat(bed.invoked).hasSize(2);
    }

    @Test
    void withoutAMinimumAnIdleInstanceThatReturnsIsNotReplaced() {
        PoolBed bed = oneInstance();
        bed.ask();
        Line line = bed.connect(1).getFirst();
        Instance instance = bed.invoked.getFirst();
        bed.pool.slotReleased(line, 200);
        bed.passPinging(5, instance);
        bed.pool.closeRequested(instance);
        assertThat(line.ended).isEqualTo(1);
        bed.ends(instance, PoolBed.RETURNED, "SelfLastActive");
        bed.pass(600);
        assertThat(bed.invoked).hasSize(1);
        assertThat(bed.forgotten).hasSize(1);
    }

    @Test
    void warmingUpInvokesAFewAtATimeAndServesNobody() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 20));
        bed.pool.warmUp(7);
        bed.pass(1);
        assertThat(bed.invoked).hasSize(5).allMatch(each -> each.purpose() == Instance.Purpose.INIT_ONLY);
        List.copyOf(bed.invoked).forEach(each -> bed.ends(each, PoolBed.RETURNED, "SelfInitOnly"));
        bed.pass(1);
        assertThat(bed.invoked).hasSize(7);
        List.copyOf(bed.invoked).forEach(each -> bed.ends(each, PoolBed.RETURNED, "SelfInitOnly"));
        bed.pass(60);
        assertThat(bed.invoked).hasSize(7);
        assertThat(bed.warnings).isEmpty();
        bed.ask();
        assertThat(bed.invoked.getLast().purpose()).isEqualTo(Instance.Purpose.SERVE);
    }

    @Test
    void warmingUpThatFailsIsAFaultAndSlowsDown() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 20));
        bed.pool.warmUp(20);
        for (int i = 0; i < 600; i++) {
            bed.pass(0.1);
            List.copyOf(bed.invoked).forEach(each -> bed.ends(each, PoolBed.RETURNED, "AppConnectionError"));
        }
        assertThat(bed.invoked).as("invokes in a minute").hasSizeLessThan(14);
        assertThat(bed.warnings.getFirst()).contains("NEVER_CONNECTED");
    }
}
