// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.Actions;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Refusal;
import lambdadispatch.router.dispatch.ScalingAlgorithm;
import lambdadispatch.router.dispatch.Slot;
import lambdadispatch.router.dispatch.Ticket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a fault that stays costs: 50 requests a second for ten minutes to a function that never serves one.
class CostGuardTest {
    private static final double MINUTES_10 = 600;

    /// @param seconds how long such an invoke takes
    /// @param most invokes in ten minutes that are still acceptable
    enum Fault {
        THROTTLED(new InvokeResult.Throttled("ConcurrentInvocationLimitExceeded", Duration.ZERO), "", 0.02, 25),
        THROTTLED_FOR_MINUTES(new InvokeResult.Throttled("", Duration.ofMinutes(2)), "", 0.02, 16),
        FUNCTION_ERROR(new InvokeResult.FunctionError("Unhandled", new byte[0]), "", 1.5, 40),
        NOT_PERMITTED(new InvokeResult.Refused(403, "AccessDeniedException", "not authorized"), "", 0.02, 25),
        NOT_FOUND(new InvokeResult.Refused(404, "ResourceNotFoundException", "no such function"), "", 0.02, 25),
        SERVICE_DOWN(new InvokeResult.Unavailable(500, "ServiceException", ""), "", 0.5, 30),
        RETURNS_AT_ONCE(new InvokeResult.Returned("{}".getBytes(StandardCharsets.US_ASCII)), "", 0.005, 25),
        /// The classic runaway: every environment starts, can not reach the router, and says so.
        ROUTER_UNREACHABLE(new InvokeResult.Returned(new byte[0]), "RouterUnreachable", 12, 45),
        /// It runs until its own time-out and never connects.
        SILENT(new InvokeResult.FunctionError("Unhandled", new byte[0]), "", 900, 45);

        final InvokeResult result;
        final String exitReason;
        final double seconds;
        final int most;

        Fault(InvokeResult result, String exitReason, double seconds, int most) {
            this.result = result;
            this.exitReason = exitReason;
            this.seconds = seconds;
            this.most = most;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aFaultThatStaysIsPaidForSparingly(Fault fault) {
        for (ScalingAlgorithm algorithm : ScalingAlgorithm.values()) {
            Bill bill = tenMinutesOf(fault, algorithm);
            assertThat(bill.invokes).as(fault + ", " + algorithm).isBetween(1, fault.most);
            assertThat(bill.submitted - bill.refused).as("requests left without an answer")
                    .isLessThanOrEqualTo(PoolSettings.DEFAULTS.waiting().maxQueueLength());
        }
    }

    @Test
    void whatCanNotBeMendedByWaitingIsRefusedAtOnce() {
        Bill bill = tenMinutesOf(Fault.NOT_PERMITTED, ScalingAlgorithm.SIMPLE);
        assertThat(bill.notInvocable).as("answered 503 without a wait").isGreaterThan(bill.submitted * 9 / 10);
    }

    static final class Bill {
        int invokes;
        double environmentSeconds;
        int submitted;
        int refused;
        int notInvocable;
    }

    static Bill tenMinutesOf(Fault fault, ScalingAlgorithm algorithm) {
        SimulatedTime timeline = new SimulatedTime();
        Bill bill = new Bill();
        PoolSettings defaults = PoolSettings.DEFAULTS;
        PoolSettings settings = defaults.with(new PoolSettings.Scaling(algorithm, 2, defaults.scaling().instances(), defaults.scaling()
                .scaleInDelay()));
        Pool[] pool = new Pool[1];
        pool[0] = new Pool("faulty", settings, timeline, new Actions() {
            @Override
            public void invoke(Instance instance) {
                bill.invokes++;
                bill.environmentSeconds += fault.seconds;
                timeline.after(fault.seconds, () -> pool[0].invokeEnded(instance, fault.result, fault.exitReason));
            }
        }, new Random(1));
        tick(timeline, pool[0]);
        arrive(timeline, pool[0], bill);
        while (timeline.step(MINUTES_10)) {
            continue;
        }
        return bill;
    }

    private static void tick(SimulatedTime timeline, Pool pool) {
        timeline.after(pool.tick() / 1e9, () -> tick(timeline, pool));
    }

    private static void arrive(SimulatedTime timeline, Pool pool, Bill bill) {
        bill.submitted++;
        pool.submit(new Ticket() {
            @Override
            protected void granted(Slot slot) {
                throw new AssertionError("nothing to grant");
            }

            @Override
            protected void refused(Refusal why) {
                bill.refused++;
                bill.notInvocable += why.kind() == Refusal.Kind.NOT_INVOCABLE ? 1 : 0;
            }
        });
        timeline.after(0.02, () -> arrive(timeline, pool, bill));
    }
}
