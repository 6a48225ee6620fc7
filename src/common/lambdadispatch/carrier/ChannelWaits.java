// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Who waits for one channel, and its place in a carrier's selector.
///
/// Interest in input is registered with the first wait and then kept: in the steady state a wait costs no system call of its own. It is
/// dropped when the channel becomes ready while nobody waits, or `select` would return for it again and again, and taken up with the next
/// wait. Interest in output lasts for one wait, since a socket is nearly always writable.
///
/// **No wake-up is lost**, whichever carrier the waiting thread runs on. `select` is level-triggered, so an event that nobody took comes
/// again as long as there is interest. Whoever waits first says so (`inputWaiter`) and then makes sure of the interest; the loop that drops
/// the interest looks at `inputWaiter` once more afterwards. So either the waiter sees that the interest is gone and takes it up, or the
/// loop sees the waiter.
///
/// One thread may wait for input while another waits for output. Any thread may [#close] the channel, which ends both waits.
///
/// **Rest.** A thread that waits costs its stack. Where input may be long in coming, whoever would wait for it leaves a [Rested] in its
/// place and ends: whatever would have ended the wait (input, its end, a close) takes that out and starts a thread for it, once.
public final class ChannelWaits {
    private static final int INPUT = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
    private static final int OUTPUT = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

    private final SelectableChannel channel;
    private final AtomicReference<Object> inputWaiter = new AtomicReference<>(); // a Thread or a Rested
    private final AtomicReference<Object> outputWaiter = new AtomicReference<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean inputSeen;
    private volatile SelectionKey key; // null before the first wait
    private volatile Carrier carrier; // of the key

    /// What goes on once there may be input.
    private record Rested(String thread, Runnable task) {}

    private ChannelWaits(SelectableChannel channel) {
        this.channel = channel;
    }

    /// Takes over the waiting for a channel, which is made non-blocking. Null where the JDK's scheduler serves: there a virtual thread
    /// waits in the channel's own calls, which then have to be left blocking.
    public static ChannelWaits of(SelectableChannel channel) throws IOException {
        if (!Threads.areOnEventLoops()) {
            return null;
        }
        channel.configureBlocking(false);
        return new ChannelWaits(channel);
    }

    /// Whether there may be input that was not read. A hint: false only means that a wait is the better next step.
    public boolean inputSeen() {
        return inputSeen;
    }

    /// A read has brought less than there was room for, so there was no more: the next one had better wait.
    public void inputDrained() {
        inputSeen = false;
    }

    /// Waits until there may be input, the end of it, or a connection to accept.
    /// @throws AsynchronousCloseException the channel was closed meanwhile
    /// @throws ClosedByInterruptException this thread was interrupted, and the channel is closed, as with the JDK's own channels
    public void awaitInput() throws IOException {
        if (awaitInput(() -> false)) {
            inputSeen = true;
        }
    }

    /// As [#awaitInput()], but returns, too, once somebody has called [#endInputWait] for what `left` says from then on.
    /// @return whether `left` says no
    public boolean awaitInput(BooleanSupplier left) throws IOException {
        await(channel.validOps() & INPUT, inputWaiter, left);
        return !left.getAsBoolean();
    }

    /// Has whoever waits for input look at whether it was left.
    public void endInputWait() {
        if (inputWaiter.get() instanceof Thread thread) {
            LockSupport.unpark(thread);
        }
    }

    /// For whoever would wait for input now, after a wait that was left: `task` runs once, on a thread of its own on the channel's carrier,
    /// when there may be input or the end of it, or when the channel was closed.
    /// @return false if that is so already: then the task never runs
    public boolean rest(String thread, Runnable task) {
        Rested rested = new Rested(thread, task);
        if (!inputWaiter.compareAndSet(null, rested)) {
            throw new IllegalStateException("another thread waits for this channel already");
        }
        boolean over;
        try {
            takeInterest(channel.validOps() & INPUT, inputWaiter);
            // Whoever sees input, shuts it or closes the channel says so first and looks for a waiter then.
            over = inputSeen || !channel.isOpen();
        } catch (IOException | CancelledKeyException e) {
            over = true; // closed meanwhile
        }
        return !over || !inputWaiter.compareAndSet(rested, null);
    }

    /// Waits until output may be taken; failures as with [#awaitInput].
    public void awaitOutput() throws IOException {
        await(SelectionKey.OP_WRITE, outputWaiter, () -> false);
    }

    /// Waits until a connection is established or has failed: the channel says which. Failures as with [#awaitInput].
    public void awaitConnection() throws IOException {
        await(SelectionKey.OP_CONNECT, outputWaiter, () -> false);
    }

    private void await(int operation, AtomicReference<Object> waiter, BooleanSupplier left) throws IOException {
        Thread self = Thread.currentThread();
        if (!waiter.compareAndSet(null, self)) {
            throw new IllegalStateException("another thread waits for this channel already");
        }
        try {
            takeInterest(operation, waiter);
            while (waiter.get() == self && !left.getAsBoolean()) {
                if (!channel.isOpen()) {
                    throw new AsynchronousCloseException();
                }
                LockSupport.park(this);
                if (self.isInterrupted()) {
                    close();
                    throw new ClosedByInterruptException();
                }
            }
        } catch (CancelledKeyException e) {
            throw new AsynchronousCloseException();
        } finally {
            waiter.compareAndSet(self, null);
        }
    }

    private void takeInterest(int operation, AtomicReference<Object> waiter) throws IOException {
        SelectionKey known = key;
        if (known == null) {
            known = register(operation);
        }
        if ((known.interestOps() & operation) == 0) {
            SelectionKey mine = known;
            carrier.run(() -> add(mine, operation, waiter));
        }
    }

    /// Only for somebody who waits still. Where the event came in the moment since the channel was registered, the wait is over and the
    /// interest dropped already; taken up once more, that in a connection would have `select` return at once for ever, with nothing to
    /// tell.
    private void add(SelectionKey known, int operation, AtomicReference<Object> waiter) {
        try {
            if (waiter.get() != null) {
                known.interestOpsOr(operation);
            }
        } catch (CancelledKeyException e) {
            wakeAll(); // closed meanwhile: who waits looks at the channel
        }
    }

    private synchronized SelectionKey register(int operation) throws IOException {
        if (key == null) {
            Carrier mine = Threads.carrier();
            carrier = mine;
            key = mine.register(channel, operation, this);
        }
        return key;
    }

    /// For tests: what the selector looks for.
    int interest() throws IOException {
        SelectionKey known = key;
        return known == null ? 0 : carrier.call(known::interestOps);
    }

    /// Called by the loop.
    void ready(SelectionKey ready) {
        int operations;
        try {
            operations = ready.readyOps();
        } catch (CancelledKeyException e) {
            wakeAll();
            return;
        }
        if ((operations & INPUT) != 0) {
            inputSeen = true;
            if (!wake(inputWaiter)) {
                dropInterest(ready, INPUT);
                wake(inputWaiter);
            }
        }
        if ((operations & OUTPUT) != 0) {
            dropInterest(ready, OUTPUT);
            wake(outputWaiter);
        }
    }

    private static void dropInterest(SelectionKey key, int operations) {
        try {
            key.interestOpsAnd(~operations);
        } catch (CancelledKeyException e) {
            return; // closed meanwhile, and whoever closed it wakes the waiters
        }
    }

    /// Ends the wait of whoever waits. False if nobody does.
    private boolean wake(AtomicReference<Object> waiter) {
        Object who = waiter.getAndSet(null);
        switch (who) {
            case Thread thread -> LockSupport.unpark(thread);
            case Rested rested -> goOn(rested);
            case null, default -> { }
        }
        return who != null;
    }

    private void goOn(Rested rested) {
        Carrier known = carrier;
        (known == null ? Threads.carrier() : known).builder().name(rested.thread).start(rested.task);
    }

    /// To be called after the input was shut: a wait for it ends, if the system has not ended it already.
    public void inputShut() {
        inputSeen = true;
        wake(inputWaiter);
    }

    /// The channel was closed: threads that wait see that for themselves.
    private void wakeAll() {
        if (inputWaiter.get() instanceof Rested) {
            wake(inputWaiter);
        }
        endInputWait();
        if (outputWaiter.get() instanceof Thread thread) {
            LockSupport.unpark(thread);
        }
    }

    /// Closes the channel: waits end, and the selector lets go of the descriptor. Only whoever comes first does it, others return at once:
    /// a virtual thread may be held up in the middle of it, with the channel's monitor, and its carrier must not come to wait for that.
    public void close() throws IOException {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        Carrier known = carrier;
        try {
            if (known == null) {
                channel.close();
                noteClosed();
            } else {
                known.call(() -> {
                    channel.close();
                    return null;
                });
            }
        } finally {
            wakeAll();
        }
    }

    /// Somebody may have begun to wait meanwhile: then the selector must hear of it to let go of the descriptor.
    private void noteClosed() {
        Carrier since = carrier;
        if (since != null) {
            since.run(() -> {});
        }
    }

    /// As [#close], where it matters that the port is free: waits until it is.
    public void closeAndRelease() throws IOException {
        close();
        Carrier known = carrier;
        if (known != null) {
            known.releaseClosed();
        }
    }
}
