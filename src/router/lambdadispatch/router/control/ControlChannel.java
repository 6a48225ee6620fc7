// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.router.channel.ChannelLost;
import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.channel.RequestChannel;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Slot;

/// One channel as the router sees it: a downlink that requests are written to and an uplink that responses are read from, each half a
/// long-lived HTTP/2 stream. Whoever was granted it as a [Slot] uses both as a [RequestChannel] until he finishes that.
final class ControlChannel extends Slot implements RequestChannel {
    private static final int FIRST_BUFFER = 4096;
    private static final int LARGEST_BUFFER = 128 << 10; // a head of the greatest length, and what comes behind it

    private final Exchange down;
    private final CountDownLatch over = new CountDownLatch(1);
    private final HeadParser parser = new HeadParser(HeadLimits.RELAYED_RESPONSE_BYTES, HeadLimits.RELAYED_RESPONSE_FIELDS);
    private final ResponseHead head = new ResponseHead();
    private volatile Exchange up;
    private volatile boolean fellSilent;
    private Input input; // takes its memory from the uplink's share, which ends with the uplink
    private int charged; // of the same, for the head

    ControlChannel(Instance instance, Exchange down) {
        super(instance);
        this.down = down;
    }

    /// The other half has come. False if there was one already.
    boolean attach(Exchange uplink) {
        synchronized (this) {
            if (up != null || over.getCount() == 0) {
                return false;
            }
            up = uplink;
            input = new Input((into, offset, length) -> read(uplink, into, offset, length), FIRST_BUFFER, LARGEST_BUFFER, uplink.memory());
            return true;
        }
    }

    /// Responses say where they end; the uplink's own end, whatever its manner, is none of theirs.
    private static int read(Exchange uplink, byte[] into, int offset, int length) throws ChannelLost, NoRoom {
        int count;
        try {
            count = uplink.read(into, offset, length);
        } catch (NoRoom e) {
            throw e; // the extension's fault least of all
        } catch (IOException e) {
            throw new ChannelLost(e);
        }
        if (count < 0) {
            throw ChannelLost.uplinkEnded();
        }
        return count;
    }

    /// A response that came on the shared uplink. False if the channel's own uplink is over, or is full of what nobody asked for.
    boolean supply(byte[] from, int offset, int length) {
        return up.supply(from, offset, length);
    }

    @Override
    public Input input() {
        return input;
    }

    @Override
    public boolean clean() {
        return input.available() == 0 && up.available() == 0;
    }

    @Override
    public void keptFor(MemoryShare client) {
        up.memory().keptFor(client);
    }

    @Override
    public boolean isOver() {
        return over.getCount() == 0;
    }

    @Override
    public ResponseHead readHead() throws IOException {
        parser.parseResponse(input, head); // never false: the input does not end, it fails
        charge();
        return head;
    }

    private void charge() throws NoRoom {
        int now = head.headers().footprint();
        if (!input.memory().resize(charged, now)) {
            throw new NoRoom("a response's head");
        }
        charged = now;
    }

    @Override
    public void releaseHead() {
        head.headers().reset();
        int now = head.headers().footprint();
        input.memory().give(charged - now); // never more than before
        charged = now;
        input.trim();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws ChannelLost {
        try {
            down.write(from, offset, length);
        } catch (IOException e) {
            throw new ChannelLost(e);
        }
    }

    /// A thread of the control port's waits for the channel's end.
    void awaitEnd() throws InterruptedException {
        over.await();
    }

    /// Both streams are over, or will never be used again.
    void halvesOver() {
        over.countDown();
    }

    @Override
    protected void end() {
        // The pool calls this on any thread, which must not wait for the connection's buffer to have room.
        Threads.virtual("channel-end").start(this::sayGoAway);
    }

    private void sayGoAway() {
        try {
            down.end();
        } catch (IOException e) {
            down.abort(); // it was over already
        } finally {
            halvesOver();
        }
    }

    @Override
    protected void reset(boolean invokeEnded) {
        fellSilent = !invokeEnded;
        reset();
    }

    @Override
    public boolean fellSilent() {
        return fellSilent;
    }

    /// Both halves, so that the extension stops working on the exchange at once: the channel is at fault.
    @Override
    public void reset() {
        down.abort();
        Exchange uplink = up;
        if (uplink != null) {
            uplink.abort();
        }
        halvesOver();
    }

    /// As [#reset], but nobody here is at fault: the exchange is not wanted any more.
    private void cancel() {
        down.cancel();
        Exchange uplink = up;
        if (uplink != null) {
            uplink.cancel();
        }
        halvesOver();
    }

    /// One half broke, or what came on it may be lost: the other is of no use any more.
    void lost() {
        instance().pool().slotLost(this);
        reset();
    }

    /// The uplink broke, or has no room for what comes on it.
    void uplinkGone() {
        gone(up);
        reset();
    }

    void downlinkGone() {
        gone(down);
        halvesOver();
    }

    /// Where we have ended a half for want of room, that says nothing of its instance.
    private void gone(Exchange half) {
        if (half.memory().starved()) {
            instance().pool().slotGivenUp(this, true);
        } else {
            instance().pool().slotLost(this);
        }
    }

    /// The pool hears it first: what a reset sets off must find the slot gone.
    @Override
    public void finish(ChannelOutcome outcome) {
        keptFor(null);
        switch (outcome) {
            case ChannelOutcome.Answered(int status) -> instance().pool().slotReleased(this, status);
            case ChannelOutcome.Undone() -> instance().pool().slotReleased(this, 0);
            case ChannelOutcome.Cancelled(boolean answered) -> {
                instance().pool().slotGivenUp(this, answered);
                cancel();
            }
            case ChannelOutcome.Spoilt() -> {
                instance().pool().slotGivenUp(this, true);
                reset();
            }
            case ChannelOutcome.Lost() -> lost();
        }
    }
}
