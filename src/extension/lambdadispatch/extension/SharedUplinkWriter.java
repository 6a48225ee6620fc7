// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Rounds;
import lambdadispatch.carrier.Threads;
import lambdadispatch.protocol.SharedUplinkEntry;

/// Gathers the short responses of all channels, so that those which are ready together leave in one frame and one system call: `HttpClient`
/// makes a system call of each piece that it is given.
///
/// One thread sends what has gathered; on a single carrier it runs after all channels that were ready. A response that does not fit, or
/// that is alone, goes out on its channel's own uplink.
final class SharedUplinkWriter {
    private static final Log LOG = Log.of("channels");
    private static final int MAX_PENDING = 64 << 10;
    private static final int FIRST_CAPACITY = 2048;

    private final Runnable onLost;
    private final Uplink uplink = new Uplink(this::over);
    private final Thread sender = Threads.virtual("shared-uplink").unstarted(this::sendAll);
    private Bytes pending = new Bytes(FIRST_CAPACITY); // this and what follows guarded by this
    private boolean senderParked;
    private boolean open;
    private boolean ending;
    private boolean used;

    /// @param onLost responses that were taken over may never have reached the router: every channel must be reset. Must not block
    SharedUplinkWriter(Runnable onLost) {
        this.onLost = onLost;
    }

    Uplink uplink() {
        return uplink;
    }

    /// The router takes a shared uplink, and the request for it is on its way.
    void start() {
        synchronized (this) {
            open = !ending; // its request may have failed already
        }
        sender.start();
    }

    /// Takes over a whole response. False: it must go another way.
    boolean offer(int channel, Bytes response) {
        synchronized (this) {
            int length = response.length();
            if (!open || length > SharedUplinkEntry.LONGEST || pending.length() + SharedUplinkEntry.HEAD + length > MAX_PENDING) {
                return false;
            }
            used = true;
            SharedUplinkEntry.append(pending, channel, response.array(), 0, length);
            if (!senderParked) {
                return true;
            }
            senderParked = false;
        }
        LockSupport.unpark(sender);
        return true;
    }

    /// Whether all was sent, so that the next who has something must wake the sender.
    synchronized boolean rests() {
        return senderParked;
    }

    /// Sends what has gathered and ends the stream.
    void end() {
        synchronized (this) {
            open = false;
            ending = true;
            senderParked = false;
        }
        LockSupport.unpark(sender);
    }

    /// The stream is over, or was never opened. Unless it was ended from here, nobody can tell which responses have got through.
    void over() {
        uplink.over();
        boolean lost;
        synchronized (this) {
            lost = used && !ending;
        }
        end();
        if (lost) {
            onLost.run();
        }
    }

    private void sendAll() {
        try {
            Rounds.run(this::sendGathered);
            uplink.end();
        } catch (IOException e) {
            LOG.debug("shared uplink broke", "why", e.getMessage());
        } finally {
            over();
        }
    }

    /// False at the end.
    private boolean sendGathered() throws IOException {
        ByteBuffer batch = take();
        if (batch == null) {
            return false;
        }
        if (batch.hasRemaining()) {
            uplink.send(batch);
        } else {
            LockSupport.park(this);
            Thread.yield(); // whoever became ready meanwhile goes first, so that more leaves together
        }
        return true;
    }

    /// What has gathered, empty if there is nothing yet; null at the end. The HTTP client keeps the array, so a new one follows.
    private ByteBuffer take() {
        synchronized (this) {
            if (pending.length() == 0) {
                senderParked = !ending;
                return ending ? null : ByteBuffer.wrap(pending.array(), 0, 0);
            }
            ByteBuffer batch = ByteBuffer.wrap(pending.array(), 0, pending.length());
            pending = new Bytes(FIRST_CAPACITY);
            return batch;
        }
    }
}
