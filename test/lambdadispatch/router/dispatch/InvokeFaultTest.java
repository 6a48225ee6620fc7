// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static lambdadispatch.router.dispatch.Instances.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.Consumer;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.Instance.Purpose;
import lambdadispatch.router.dispatch.Instance.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Which end of an invoke bought nothing, and what the log says of it.
class InvokeFaultTest {
    private static final InvokeResult THROTTLED = new InvokeResult.Throttled("Reserved", Duration.ZERO);
    private static final InvokeResult REFUSED = new InvokeResult.Refused(404, "ResourceNotFoundException", "not there");
    private static final InvokeResult UNAVAILABLE = new InvokeResult.Unavailable(502, "Bad", "gateway");
    private static final InvokeResult CRASHED = new InvokeResult.FunctionError("Unhandled", new byte[0]);

    private final Instances all = new Instances();

    private InvokeFault judged(InvokeResult result, String reason, Consumer<Instance> as) {
        Instance instance = all.in(State.STARTING);
        as.accept(instance);
        return InvokeFault.of(instance, result, reason, instance.openedNanos + 2 * SECOND);
    }

    private static void open(Instance instance) {
        instance.state = State.OPEN;
        instance.everOpened = true;
        instance.openedNanos = 5 * SECOND;
    }

    private static void served(Instance instance) {
        open(instance);
        instance.servedWell = 1;
    }

    private static void settled(Instance instance) {
        open(instance);
        instance.settled = true;
    }

    @Test
    void whatLambdaSaysOfTheInvokeIsAFaultUnlessItRanAllTheSame() {
        assertThat(judged(THROTTLED, "", instance -> { })).isEqualTo(InvokeFault.THROTTLED);
        assertThat(judged(THROTTLED, "", InvokeFaultTest::open)).isNull();
        assertThat(judged(REFUSED, "", instance -> { })).isEqualTo(InvokeFault.REFUSED);
        assertThat(judged(REFUSED, "", InvokeFaultTest::open)).isNull();
        assertThat(judged(UNAVAILABLE, "", InvokeFaultTest::open)).isEqualTo(InvokeFault.UNAVAILABLE);
        assertThat(judged(UNAVAILABLE, "", InvokeFaultTest::settled)).isNull();
        assertThat(judged(CRASHED, "", InvokeFaultTest::open)).isEqualTo(InvokeFault.FUNCTION_ERROR);
        assertThat(judged(CRASHED, "", InvokeFaultTest::settled)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"SelfDeadline, DEADLINE_TOO_NEAR", "SelfLastActive, ", "SelfStaleRequest, ", "RouterGoAway, ", "SelfInitOnly, ",
        "AppConnectionClosed, RETURNED_AT_ONCE", "'', RETURNED_AT_ONCE"})
    void anAnswerIsWorthItsMoneyIfItsReasonIsAGoodOne(String reason, InvokeFault expected) {
        assertThat(judged(PoolBed.RETURNED, reason, InvokeFaultTest::open)).isEqualTo(expected);
    }

    @Test
    void anInstanceThatServedMayEndAtItsDeadline() {
        assertThat(judged(PoolBed.RETURNED, "SelfDeadline", InvokeFaultTest::served)).isNull();
        assertThat(judged(PoolBed.RETURNED, "", InvokeFaultTest::served)).isEqualTo(InvokeFault.RETURNED_AT_ONCE);
        assertThat(judged(PoolBed.RETURNED, "", InvokeFaultTest::settled)).as("after a good while of service").isNull();
    }

    @Test
    void oneThatIsGoneWithinASecondWasOfNoUseUnlessItServed() {
        Instance instance = all.in(State.OPEN, Purpose.SERVE, 7 * SECOND);
        assertThat(InvokeFault.of(instance, PoolBed.RETURNED, "SelfLastActive", 8 * SECOND - 1)).isEqualTo(InvokeFault.RETURNED_AT_ONCE);
        assertThat(InvokeFault.of(instance, PoolBed.RETURNED, "SelfLastActive", 8 * SECOND)).isNull();
        instance.servedWell = 1;
        assertThat(InvokeFault.of(instance, PoolBed.RETURNED, "SelfLastActive", 8 * SECOND - 1)).isNull();
    }

    @Test
    void oneThatNeverOpenedHasNeverConnectedUnlessItWasToldToGo() {
        assertThat(judged(PoolBed.RETURNED, "SelfLastActive", instance -> { })).isEqualTo(InvokeFault.NEVER_CONNECTED);
        assertThat(judged(PoolBed.RETURNED, "SelfLastActive", instance -> instance.dismissed = true)).isNull();
    }

    @Test
    void aWarmUpIsRightIfItSaysSo() {
        Instance warmUp = all.in(State.STARTING, Purpose.INIT_ONLY, 0);
        assertThat(InvokeFault.of(warmUp, PoolBed.RETURNED, "SelfInitOnly", 0)).isNull();
        assertThat(InvokeFault.of(warmUp, PoolBed.RETURNED, "SelfLastActive", 0)).isEqualTo(InvokeFault.NEVER_CONNECTED);
        warmUp.dismissed = true;
        assertThat(InvokeFault.of(warmUp, PoolBed.RETURNED, "SelfLastActive", 0)).isNull();
    }

    @Test
    void oneThatWasReplacedBeforeItServedAnybodyHadItsDeadlineTooNear() {
        Consumer<Instance> near = instance -> {
            open(instance);
            instance.expiring = true;
            instance.dismissed = true;
            instance.closesAtNanos = instance.openedNanos + SECOND;
        };
        assertThat(judged(PoolBed.RETURNED, "RouterGoAway", near)).isEqualTo(InvokeFault.DEADLINE_TOO_NEAR);
        assertThat(judged(PoolBed.RETURNED, "RouterGoAway", near.andThen(instance -> instance.servedWell = 1))).isNull();
        assertThat(judged(PoolBed.RETURNED, "RouterGoAway", near.andThen(instance -> instance.expiring = false))).isNull();
        assertThat(judged(PoolBed.RETURNED, "RouterGoAway", near.andThen(instance -> instance.closesAtNanos = Long.MAX_VALUE))).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void whatAPersonMustMendLastsAndWhatServiceCanExcuseIsAnEnd(InvokeFault fault) {
        assertThat(fault.lasts()).isEqualTo(fault == InvokeFault.REFUSED);
        assertThat(fault.excusedByService()).isEqualTo(switch (fault) {
            case FUNCTION_ERROR, UNAVAILABLE, RETURNED_AT_ONCE -> true;
            case THROTTLED, REFUSED, NEVER_CONNECTED, DEADLINE_TOO_NEAR, START_TIMED_OUT -> false;
        });
    }

    @Test
    void onlyTheFunctionItselfSaysThatItHasEndedOrDied() {
        assertThat(InvokeFault.ofTheFunction(PoolBed.RETURNED)).isTrue();
        assertThat(InvokeFault.ofTheFunction(CRASHED)).isTrue();
        assertThat(InvokeFault.ofTheFunction(THROTTLED)).isFalse();
        assertThat(InvokeFault.ofTheFunction(REFUSED)).isFalse();
        assertThat(InvokeFault.ofTheFunction(UNAVAILABLE)).isFalse();
        assertThat(InvokeFault.died(CRASHED, "")).isTrue();
        assertThat(InvokeFault.died(PoolBed.RETURNED, "AppConnectionClosed")).isTrue();
        assertThat(InvokeFault.died(PoolBed.RETURNED, "SelfDeadline")).isFalse();
        assertThat(InvokeFault.died(UNAVAILABLE, "AppConnectionClosed")).isFalse();
    }

    @Test
    void theLogHearsWhatLambdaSaidButNeverTheFunctionsOwnAnswer() {
        assertThat(InvokeFault.detail(null)).isEmpty();
        assertThat(InvokeFault.detail(THROTTLED)).isEqualTo("Reserved");
        assertThat(InvokeFault.detail(REFUSED)).isEqualTo("404 ResourceNotFoundException not there");
        assertThat(InvokeFault.detail(UNAVAILABLE)).isEqualTo("502 Bad gateway");
        assertThat(InvokeFault.detail(new InvokeResult.FunctionError("Handled", "secret".getBytes()))).isEqualTo("Handled");
        assertThat(InvokeFault.detail(PoolBed.RETURNED)).isEmpty();
    }
}
