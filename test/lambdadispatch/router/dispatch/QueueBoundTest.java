// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.PoolBed.Client;
import lambdadispatch.router.dispatch.PoolBed.Line;
import org.junit.jupiter.api.Test;

/// The queue is bounded whatever comes back to it.
class QueueBoundTest {
    @Test
    void requestsWhoseInstancesDieAgainAndAgainDoNotFillTheQueueBeyondItsLengthAndAllSlots() {
        PoolBed bed =
                new PoolBed(PoolBed.instances(PoolBed.settings(4, 4), 0, 2).with(new PoolSettings.Waiting(6, Duration.ofSeconds(120))));
        for (int death = 0; death < 20; death++) {
            for (int i = 0; i < 6; i++) {
                bed.ask();
            }
            for (int tenths = 0; bed.invoked.getLast().state() != Instance.State.STARTING && tenths < 1200; tenths++) {
                bed.pass(0.1);
            }
            Instance instance = bed.invoked.getLast();
            if (instance.state() != Instance.State.STARTING) {
                break; // everybody's time was up
            }
            for (Line line : bed.connect(instance, 4)) {
                Client carried = bed.carriedBy(line);
                bed.pool.slotLost(line);
                if (carried != null) {
                    bed.pool.submitAgain(new Client(), carried);
                }
            }
            bed.ends(instance, new InvokeResult.FunctionError("Unhandled", new byte[0]), "");
            PoolAudit.checkDeeply(bed.pool);
            assertThat(bed.pool.snapshot().pending()).isLessThanOrEqualTo(6 + 3 * 4);
        }
    }
}
