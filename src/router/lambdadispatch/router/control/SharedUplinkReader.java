// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import lambdadispatch.carrier.Rounds;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.Input;
import lambdadispatch.protocol.SharedUplinkEntry;
import lambdadispatch.router.dispatch.Instance;

/// The channels of one control connection by their numbers, and what hands them the short responses that come on the uplink they share.
///
/// It always reads on at once: an entry is copied to its channel, whose reader takes it when it likes. What may wait there is bounded,
/// since a channel has one exchange at a time and an entry a length.
final class SharedUplinkReader {
    /// Room for one entry, whatever its length: that is needed to go on at all.
    private static final int FIRST_BUFFER = SharedUplinkEntry.HEAD + SharedUplinkEntry.LONGEST;
    private static final int LARGEST_BUFFER = 64 << 10;

    private final Map<Integer, ControlChannel> channels = new ConcurrentHashMap<>();
    private final AtomicBoolean running = new AtomicBoolean();

    /// @param number what [lambdadispatch.protocol.ControlPaths#CHANNEL_NUMBER_HEADER] says; null if the extension does not use a shared
    /// uplink
    void register(String number, ControlChannel channel) {
        if (number != null && number.matches("[0-9]{1,9}")) {
            channels.put(Integer.valueOf(number), channel);
        }
    }

    void forget(ControlChannel channel) {
        channels.values().remove(channel);
    }

    int channels() {
        return channels.size();
    }

    /// False if there is one already.
    boolean begin() {
        return running.compareAndSet(false, true);
    }

    void end() {
        running.set(false);
    }

    /// Hands entries over until the extension ends the uplink.
    /// @throws IOException it broke, or what came is no entry: responses may be lost, so every channel is lost
    void run(Exchange uplink, Instance instance) throws IOException {
        Input in = new Input(uplink::read, FIRST_BUFFER, LARGEST_BUFFER, uplink.memory());
        Rounds.run(() -> next(in, instance));
    }

    /// False at the end.
    private boolean next(Input in, Instance instance) throws IOException {
        if (in.available() == 0 && !in.fill()) {
            return false;
        }
        need(in, SharedUplinkEntry.HEAD);
        int length = SharedUplinkEntry.length(in.array(), in.position());
        if (length < 0 || length > SharedUplinkEntry.LONGEST) {
            throw new IOException("entry of " + length + " bytes on a shared uplink");
        }
        need(in, SharedUplinkEntry.HEAD + length);
        ControlChannel channel = channels.get(SharedUplinkEntry.channel(in.array(), in.position()));
        // A channel that is gone meanwhile has nobody left to tell.
        if (channel != null && channel.instance() == instance
                && !channel.supply(in.array(), in.position() + SharedUplinkEntry.HEAD, length)) {
            channel.uplinkGone();
        }
        in.skip(SharedUplinkEntry.HEAD + length);
        in.shrink();
        return true;
    }

    private static void need(Input in, int count) throws IOException {
        if (!in.require(count)) {
            throw new EOFException("shared uplink ended inside an entry");
        }
    }

    /// Nobody can tell any more which responses were on their way.
    void loseChannels(Instance instance) {
        for (ControlChannel channel : channels.values()) {
            if (channel.instance() == instance) {
                channel.lost();
            }
        }
    }
}
