// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lambdadispatch.base.Clock;
import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.channel.RequestChannel;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.InstanceView;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Refusal;
import lambdadispatch.router.dispatch.Slot;
import lambdadispatch.router.dispatch.Ticket;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What each outcome of an exchange does to the channel, and what the pool hears of its instance.
@Timeout(30)
class ChannelOutcomeTest {
    private final List<Instance> invoked = new ArrayList<>();
    private final Pool pool = new Pool("f", PoolSettings.DEFAULTS.withChannels(1, 1), Clock.SYSTEM, invoked::add, new Random(1));
    private final ScriptedExchange down = ScriptedExchange.of("GET", "/");
    private final ScriptedExchange up = ScriptedExchange.of("POST", "/", -1);
    private final List<RequestChannel> granted = new ArrayList<>();

    /// A request that wants a slot.
    private final class Asks extends Ticket {
        @Override
        protected void granted(Slot slot) {
            granted.add(RequestChannel.of(slot));
        }

        @Override
        protected void refused(Refusal why) {
            throw new AssertionError(why);
        }
    }

    private RequestChannel granted() {
        pool.submit(new Asks());
        ControlChannel channel = new ControlChannel(invoked.getFirst(), down);
        channel.attach(up);
        pool.slotOpened(channel);
        assertThat(granted).containsExactly(channel);
        return granted.getFirst();
    }

    private InstanceView instance() {
        return pool.view().instances().getFirst();
    }

    private void carriesAnother(RequestChannel channel) {
        assertThat(down.aborted() || up.aborted() || channel.isOver()).isFalse();
        assertThat(instance().free()).isEqualTo(1);
        pool.submit(new Asks());
        assertThat(granted).as("the next request gets it").containsExactly(channel, channel);
    }

    private void isGone(RequestChannel channel) {
        assertThat(down.aborted() && up.aborted() && channel.isOver()).isTrue();
        assertThat(instance().free() + instance().busy()).isZero();
    }

    @Test
    void afterAWholeAnswerTheChannelCarriesAnother() {
        RequestChannel channel = granted();
        channel.finish(new ChannelOutcome.Answered(200));
        assertThat(instance().served()).isEqualTo(1);
        carriesAnother(channel);
    }

    @Test
    void soItDoesWhereNothingWasDoneAndNobodyWasServed() {
        RequestChannel channel = granted();
        channel.finish(ChannelOutcome.UNDONE);
        assertThat(instance().served()).isZero();
        carriesAnother(channel);
    }

    @Test
    void oneThatIsCancelledIsNoMarkAgainstItsInstance() {
        RequestChannel channel = granted();
        channel.finish(new ChannelOutcome.Cancelled(false));
        isGone(channel);
        assertThat(instance().state()).isEqualTo("open");
    }

    @Test
    void norIsOneThatTheAppHasSpoilt() {
        RequestChannel channel = granted();
        channel.finish(ChannelOutcome.SPOILT);
        isGone(channel);
        assertThat(instance().state()).isEqualTo("open");
    }

    @Test
    void oneThatIsLostSetsItsInstanceAside() {
        RequestChannel channel = granted();
        channel.finish(ChannelOutcome.LOST);
        isGone(channel);
        assertThat(instance().state()).isEqualTo("aside");
    }

    @Test
    void oneThatIsResetIsStillTheExchangesToFinish() {
        RequestChannel channel = granted();
        channel.reset();
        assertThat(channel.isOver()).isTrue();
        assertThat(instance().busy()).isEqualTo(1);
        channel.finish(ChannelOutcome.LOST);
        isGone(channel);
    }
}
