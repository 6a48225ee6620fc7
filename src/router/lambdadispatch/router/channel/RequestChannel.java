// SPDX-License-Identifier: MIT
package lambdadispatch.router.channel;

import java.io.IOException;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Slot;

/// A channel as an exchange sees it that was granted its slot: it writes one request, reads one response, and says how that ended.
///
/// One thread reads, and one (the same or another) writes. [#reset] and [#finish] may come from any thread, whatever the others wait for.
/// After `finish` nothing of this channel is the exchange's any more.
public interface RequestChannel {
    /// Every slot of a running router is such a channel; only a simulation's carries no octets.
    static RequestChannel of(Slot slot) {
        if (slot instanceof RequestChannel channel) {
            return channel;
        }
        throw new IllegalStateException(slot.getClass() + " carries no requests");
    }

    /// Whose channel it is.
    Instance instance();

    /// Whether nothing has come that nobody asked for: left-over octets would be taken for the next client's response.
    boolean clean();

    /// Writes a piece of a request; blocks while the extension takes no more.
    void write(byte[] from, int offset, int length) throws ChannelLost;

    /// Reads the head of the next response, interim ones too. Valid until the next call.
    /// @throws ChannelLost the channel ended
    /// @throws lambdadispatch.http.message.BadMessage what came is no response
    /// @throws lambdadispatch.net.NoRoom there is no memory for a head so long
    ResponseHead readHead() throws IOException;

    /// The response has been read whole, and its head is not needed any more: what a long one took is given back.
    void releaseHead();

    /// What the rest of a response is read from. It does not end: where no more comes, it throws [ChannelLost].
    Input input();

    /// Until the exchange is finished, what waits on the channel to be read is kept for this client.
    void keptFor(MemoryShare client);

    /// Whether it is over already, so that nothing more will come.
    boolean isOver();

    /// Whether the pool reset it, since it had heard nothing of the instance for too long: no fault of the request's.
    boolean fellSilent();

    /// Aborts both directions, so that whoever reads or writes fails. Whoever was granted the slot has still to say how the exchange ended.
    void reset();

    /// The exchange is over: tells the pool, and after it, where the channel may carry no other, the extension. To be called once.
    void finish(ChannelOutcome outcome);
}
