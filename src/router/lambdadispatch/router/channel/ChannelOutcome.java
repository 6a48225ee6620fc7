// SPDX-License-Identifier: MIT
package lambdadispatch.router.channel;

/// How an exchange on a channel ended: what becomes of the channel, and what the pool hears of its instance.
public sealed interface ChannelOutcome {
    ChannelOutcome UNDONE = new Undone();
    ChannelOutcome SPOILT = new Spoilt();
    ChannelOutcome LOST = new Lost();

    /// The answer has been read whole, and nothing of this exchange is left on the channel: it may carry another.
    record Answered(int status) implements ChannelOutcome {}

    /// Nothing was done about the request: it was not sent, or the environment refused it. The channel may carry another.
    record Undone() implements ChannelOutcome {}

    /// The exchange is not wanted any more, by no fault of the environment's or the app's: the channel is cancelled.
    /// @param answered whether the client had got a part of its answer, or the whole of it before its request had been sent
    record Cancelled(boolean answered) implements ChannelOutcome {}

    /// What came up the channel is no answer, by the app's fault: the channel is reset, and its instance as good as before.
    record Spoilt() implements ChannelOutcome {}

    /// The environment's fault: the channel is reset, and its instance gets no other exchange until it is heard from again.
    record Lost() implements ChannelOutcome {}
}
