// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.channel.RequestChannel;
import lambdadispatch.router.dispatch.Instance;
import org.junit.jupiter.api.Test;

/// Whoever says first how an exchange ended is heard, and nobody touches a channel after that.
class LeaseTest {
    private final List<ChannelOutcome> outcomes = new ArrayList<>();
    private final RequestChannel channel = new Recorded(outcomes);
    private final Lease lease = new Lease();

    @Test
    void firstOutcomeCountsAndNoOther() {
        assertThat(lease.take(channel)).isTrue();
        assertThat(lease.holdsChannel()).isTrue();
        lease.finish(new ChannelOutcome.Answered(200));
        lease.finish(ChannelOutcome.LOST);
        lease.cancel(true);
        assertThat(outcomes).containsExactly(new ChannelOutcome.Answered(200));
        assertThat(lease.holdsChannel()).isFalse();
    }

    @Test
    void channelThatComesAfterItsClientHasLeftGoesBackUndone() {
        lease.clientGone();
        assertThat(lease.take(channel)).isFalse();
        assertThat(outcomes).containsExactly(ChannelOutcome.UNDONE);
        lease.finish(ChannelOutcome.SPOILT);
        assertThat(outcomes).hasSize(1);
        assertThat(lease.isClientGone()).isTrue();
    }

    @Test
    void nothingIsSubmittedOnceTheClientHasLeft() {
        lease.clientGone();
        assertThat(lease.submit(new SlotTicket(null, new Standing(false, null, false), null, () -> { }), null)).isFalse();
        lease.cancel(false);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void ticketOfAClientThatLeavesJustBeforeItIsSubmittedIsWithdrawn() {
        List<String> steps = new ArrayList<>();
        SlotTicket ticket = new SlotTicket(null, new Standing(false, null, false), null, () -> { }) {
            @Override
            void submit(SlotTicket before) {
                lease.clientGone();
                lease.cancel(false);
                steps.add("submitted");
            }

            @Override
            void withdraw() {
                steps.add("withdrawn");
            }
        };
        assertThat(lease.submit(ticket, null)).isTrue();
        assertThat(steps).containsExactly("withdrawn", "submitted", "withdrawn");
    }

    @Test
    void cancellingSaysWhetherTheClientHadAPartOfItsAnswer() {
        for (boolean answered : new boolean[] {false, true}) {
            lease.take(channel);
            lease.cancel(answered);
        }
        assertThat(outcomes).containsExactly(new ChannelOutcome.Cancelled(false), new ChannelOutcome.Cancelled(true));
    }

    /// Carries nothing, and remembers how it was finished.
    private record Recorded(List<ChannelOutcome> outcomes) implements RequestChannel {
        @Override
        public Instance instance() {
            throw new AssertionError("not asked for");
        }

        @Override
        public boolean clean() {
            return true;
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            throw new AssertionError("not asked for");
        }

        @Override
        public ResponseHead readHead() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void releaseHead() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void keptFor(MemoryShare client) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Input input() {
            throw new AssertionError("not asked for");
        }

        @Override
        public boolean isOver() {
            return false;
        }

        @Override
        public boolean fellSilent() {
            return false;
        }

        @Override
        public void reset() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void finish(ChannelOutcome outcome) {
            outcomes.add(outcome);
        }
    }
}
