// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.router.dispatch.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SlotTicketTest {
    @Test
    void threadThatIsInterruptedGoesOnWaitingForTheDecisionWithoutSpinning() throws Exception {
        CompletableFuture<SlotTicket> made = new CompletableFuture<>();
        CompletableFuture<Boolean> interruptedStill = new CompletableFuture<>();
        Thread waits = Thread.ofVirtual().start(() -> {
            SlotTicket ticket = new SlotTicket(null, new Standing(false, null, false), null, () -> { });
            made.complete(ticket);
            ticket.await();
            interruptedStill.complete(Thread.currentThread().isInterrupted());
        });
        SlotTicket ticket = made.get(10, TimeUnit.SECONDS);
        waits.interrupt();
        // Parked again: a thread that spins never is.
        while (waits.getState() != Thread.State.WAITING || waits.isInterrupted()) {
            Thread.onSpinWait();
        }
        assertThat(interruptedStill).isNotDone();
        ticket.refused(new Refusal(Refusal.Kind.DRAINING, "over", Duration.ZERO));
        assertThat(interruptedStill.get(10, TimeUnit.SECONDS)).as("told on").isTrue();
    }
}
