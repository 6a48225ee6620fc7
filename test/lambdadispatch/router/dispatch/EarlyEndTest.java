// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// Instances that end soon after their start: which of them were worth their money, and what happens to the requests they ran.
class EarlyEndTest {
    private static final InvokeResult CRASHED = new InvokeResult.FunctionError("Unhandled", new byte[0]);

    private final PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(10, 10), 0, 3));

    /// The next instance opens, answers so many requests, and dies while another runs.
    private Client diesAfter(int answers, int status) {
        Client client = bed.ask();
        for (int tenths = 0; bed.invoked.getLast().state() != Instance.State.STARTING && tenths < 1200; tenths++) {
            bed.pass(0.1);
        }
        Instance instance = bed.invoked.getLast();
        Line line = bed.connect(instance, 1).getFirst();
        for (int i = 0; i < answers; i++) {
            bed.pool.slotReleased(line, status);
            client = bed.ask();
        }
        bed.pool.slotLost(line);
        bed.ends(instance, CRASHED, "");
        return client;
    }

    @Test
    void environmentsThatServeBeforeTheyDieAreReplacedAtOnceAndNobodyIsRefused() {
        for (int i = 0; i < 8; i++) {
            Client client = diesAfter(20, 200);
            assertThat(client.refusal).isNull();
        }
        assertThat(bed.pool.snapshot().lastFault()).isNull();
        assertThat(bed.pool.snapshot().totals().diedAfterService()).isEqualTo(8);
        assertThat(bed.warnings).allMatch(line -> line.startsWith("instanceDied"));
        Client next = bed.ask();
        bed.pass(0.6);
        bed.connect(1);
        assertThat(next.line).isNotNull();
    }

    @Test
    void anAnswerThatIsAnErrorOfTheServerIsNoService() {
        diesAfter(20, 503);
        assertThat(bed.pool.snapshot().lastFault()).isEqualTo(InvokeFault.FUNCTION_ERROR);
    }

    @Test
    void aRequestServedAfterAFaultMakesInvokesFreeAgain() {
        bed.ask();
        bed.ends(bed.invoked.getLast(), CRASHED, "");
        assertThat(bed.pool.snapshot().lastFault()).isEqualTo(InvokeFault.FUNCTION_ERROR);
        bed.pass(1);
        Line line = bed.connect(1).getFirst();
        bed.pool.slotReleased(line, 200);
        assertThat(bed.pool.snapshot().lastFault()).isNull();
    }

    @Test
    void aRequestServedByAnInstanceOlderThanTheFaultSaysNothingAboutInvokes() {
        bed.ask();
        Line line = bed.connect(10).getFirst();
        for (int i = 0; i < 20; i++) {
            bed.ask();
        }
        bed.pass(1);
        assertThat(bed.invoked.size()).isGreaterThan(1);
        bed.ends(bed.invoked.getLast(), CRASHED, "");
        bed.pool.slotReleased(line, 200);
        assertThat(bed.pool.snapshot().lastFault()).isEqualTo(InvokeFault.FUNCTION_ERROR);
    }

    @Test
    void aRequestServedByAnInstanceThatOpenedAfterTheFaultMakesInvokesFreeAgainWheneverItWasInvoked() {
        for (int i = 0; i < 30; i++) {
            bed.ask();
        }
        bed.pass(1);
        assertThat(bed.invoked.size()).isGreaterThan(1);
        bed.ends(bed.invoked.getLast(), CRASHED, "");
        assertThat(bed.pool.snapshot().lastFault()).isEqualTo(InvokeFault.FUNCTION_ERROR);
        bed.pass(0.1);
        bed.pool.slotReleased(bed.connect(bed.invoked.getFirst(), 1).getFirst(), 200);
        assertThat(bed.pool.snapshot().lastFault()).isNull();
    }

    @Test
    void aSuspectThatWasAboardWhenTheAppWentAwayIsNotExcusedByDeathsBefore() {
        dies(CRASHED, "", null);
        dies(CRASHED, "", null);
        Client first = dies(PoolBed.RETURNED, "AppConnectionClosed", null);
        assertThat(bed.pool.environmentsDieAnyway()).as("three, without a suspect").isTrue();
        dies(PoolBed.RETURNED, "AppConnectionClosed", first);
        assertThat(bed.pool.environmentsDieAnyway()).as("with it, every second time").isFalse();
    }

    /// An instance dies under a request, after ten others that went well.
    private Client dies(InvokeResult result, String reason, Client earlier) {
        Client client = new Client();
        bed.ask();
        bed.pass(0.5);
        Line line = bed.connect(1).getFirst();
        for (int i = 0; i < 10; i++) {
            bed.pool.slotReleased(line, 200);
            if (i < 9) {
                bed.ask();
            }
        }
        if (earlier == null) {
            bed.pool.submit(client);
        } else {
            bed.pool.submitAgain(client, earlier);
        }
        bed.pool.slotLost(line);
        bed.ends(line.instance(), result, reason);
        return client;
    }

    @Test
    void inDeepDebtWithNobodyOpenARequestIsToldSoAtOnceAndForHowLong() {
        PoolBed many = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 0, 13));
        for (int i = 0; i < 40; i++) {
            many.ask();
        }
        List<Line> lines = new ArrayList<>();
        while (lines.size() < 13) {
            many.pass(0.1);
            many.invoked.stream().filter(each -> each.state() == Instance.State.STARTING).toList()
                    .forEach(each -> lines.addAll(many.connect(each, 1)));
        }
        lines.forEach(line -> many.pool.slotReleased(line, 200));
        lines.forEach(many.pool::slotLost);
        Client waits = many.ask();
        for (int i = 0; i < many.invoked.size(); i++) { // those invoked meanwhile, too
            Instance instance = many.invoked.get(i);
            if (instance.state() == Instance.State.STARTING) {
                Line line = many.connect(instance, 1).getFirst();
                many.pool.slotReleased(line, 200);
                many.pool.slotLost(line);
            }
            many.ends(instance, CRASHED, "");
        }
        int invoked = many.invoked.size();
        Client refused = many.ask();
        assertThat(refused.refusedAs()).isEqualTo(Refusal.Kind.NOT_INVOCABLE);
        assertThat(waits.decisions).isEqualTo(1);
        assertThat(refused.refusal.retryAfterSeconds()).isBetween(6L, 60L);
        assertThat(refused.refusal.reason()).contains("die soon");
        many.pass(refused.refusal.retryAfterSeconds());
        Client later = many.ask();
        assertThat(later.refusal).isNull();
        assertThat(many.invoked).as("one is tried").hasSize(invoked + 1);
    }

    @Test
    void twoRequestsWhoseInstanceDiedUnderThemNeverRunOnTheSameInstance() {
        Client one = bed.ask();
        Client two = bed.ask();
        List<Line> lines = bed.connect(2);
        lines.forEach(bed.pool::slotLost);
        bed.ends(bed.invoked.getFirst(), CRASHED, "");
        Client oneAgain = again(one);
        Client twoAgain = again(two);
        bed.pass(0.7);
        Line line = bed.connect(4).getFirst();
        assertThat(oneAgain.line).isNotNull();
        assertThat(twoAgain.line).as("beside a suspect").isNull();
        Client other = bed.ask();
        assertThat(other.line).as("passes the suspect that waits").isNotNull();
        bed.pool.slotReleased(other.line, 200);
        assertThat(twoAgain.line).isNull();
        bed.pool.slotReleased(oneAgain.line, 200);
        assertThat(twoAgain.line).as("at once").isNotNull();
        assertThat(line.instance()).isSameAs(twoAgain.line.instance());
    }

    @Test
    void aSuspectThatHasWaitedForFiveSecondsBesideAnOpenInstanceIsTreatedAsAnyOther() {
        Client one = bed.ask();
        Client two = bed.ask();
        bed.connect(2).forEach(bed.pool::slotLost);
        bed.ends(bed.invoked.getFirst(), CRASHED, "");
        again(one);
        Client twoAgain = again(two);
        bed.pass(20); // a cold start is no time of its own
        Instance instance = bed.invoked.getLast();
        bed.connect(instance, 4);
        bed.passPinging(4.8, instance);
        assertThat(twoAgain.line).isNull();
        bed.passPinging(0.8, instance);
        assertThat(twoAgain.line).isNotNull();
    }

    @Test
    void aSuspectWhoseClientLeavesOrWhoseTimeIsUpIsSettledAsAnyOther() {
        Client one = bed.ask();
        Client two = bed.ask();
        bed.connect(2).forEach(bed.pool::slotLost);
        bed.ends(bed.invoked.getFirst(), CRASHED, "");
        Client leaves = again(one);
        Client stays = again(two);
        assertThat(bed.pool.withdraw(leaves)).isTrue();
        bed.pass(121);
        assertThat(leaves.decisions).isZero();
        assertThat(stays.refusedAs()).isEqualTo(Refusal.Kind.TIMED_OUT);
    }

    private Client again(Client before) {
        Client again = new Client();
        bed.pool.submitAgain(again, before);
        PoolAudit.checkDeeply(bed.pool);
        return again;
    }

    @Test
    void aFunctionWhoseDeadlineIsAlwaysNearIsInvokedLessAndLess() {
        PoolBed held = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 1, 8));
        tenMinutesOfDeadlinesIn(held, 1.2);
        assertThat(held.invoked.size()).as("invokes in ten minutes").isBetween(5, 18);
        assertThat(held.warnings).anyMatch(line -> line.contains("DEADLINE_TOO_NEAR"));
    }

    @Test
    void soIsOneThatPromisesEightSeconds() {
        PoolBed held = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 1, 8));
        tenMinutesOfDeadlinesIn(held, 8);
        assertThat(held.invoked.size()).as("invokes in ten minutes").isBetween(5, 18);
    }

    @Test
    void aShortTimeOutOfAFunctionIsNoFault() {
        PoolBed held = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 1, 8));
        tenMinutesOfDeadlinesIn(held, 27);
        assertThat(held.invoked.size()).as("one after another").isGreaterThan(20);
        assertThat(held.warnings).isEmpty();
    }

    /// Opens what is invoked, says that it ends so soon, and returns once it is told to go or its time is up.
    private static void tenMinutesOfDeadlinesIn(PoolBed bed, double seconds) {
        List<Instance> over = new ArrayList<>();
        Map<Instance, Double> open = new HashMap<>();
        for (double now = 0; now < 600; now += 0.1) {
            double at = now;
            List.copyOf(bed.invoked).stream().filter(each -> each.state() == Instance.State.STARTING && !over.contains(each))
                    .forEach(each -> {
                bed.pool.closesIn(each, PoolBed.seconds(seconds));
                bed.connect(each, 1);
                bed.pool.closesIn(each, PoolBed.seconds(seconds));
                open.put(each, at);
            });
            open.forEach((each, since) -> {
                if (!over.contains(each) && (at - since >= seconds || each.state() != Instance.State.OPEN)) {
                    over.add(each);
                    bed.pool.closeRequested(each);
                    bed.ends(each, PoolBed.RETURNED, each.dismissed ? "RouterGoAway" : "SelfDeadline");
                } else if (!over.contains(each)) {
                    bed.pool.pinged(each);
                }
            });
            bed.pass(0.1);
        }
    }

    @Test
    void aDeadlineThatIsKnownNeverComesNearer() {
        PoolBed held = new PoolBed(PoolBed.instances(PoolBed.settings(1, 1), 1, 8));
        held.pass(0.2);
        Instance instance = held.invoked.getFirst();
        held.pool.closesIn(instance, Duration.ofMinutes(15));
        held.connect(1);
        held.pool.closesIn(instance, Duration.ofSeconds(1)); // somebody's clock was set
        held.passPinging(60, instance);
        assertThat(instance.state()).isEqualTo(Instance.State.OPEN);
        assertThat(held.invoked).hasSize(1);
    }
}
