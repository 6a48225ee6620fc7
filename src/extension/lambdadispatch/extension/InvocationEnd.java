// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.log.Log;
import lambdadispatch.protocol.ExitReason;

/// Owns why and when one invocation ends: from its first reason to end until the last of its channels has.
///
/// ```
///   SERVING --drain, end--> ENDING --last channel over, endAtOnce--> OVER
/// ```
/// While it is ending, requests that run go on and no channel is opened. Safe from any thread.
final class InvocationEnd {
    private static final Log LOG = Log.of("invocation");
    private static final int NOT_EXPECTED = 409;

    private final RouterLink link;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean welcome;
    private ExitReason reason; // guarded by this, as what follows
    private int openChannels;

    InvocationEnd(RouterLink link) {
        this.link = link;
    }

    boolean isServing() {
        return ending.getCount() > 0;
    }

    /// The router knows this invocation.
    void welcomed() {
        welcome = true;
    }

    /// What the router's refusal of a control request means.
    ///
    /// Whether an invoke is too old is the router's to say, who has but one clock for it: by the time in the payload, one whose clock is a
    /// minute behind this one would find every environment closed to it. It waits for an invocation as long as its own call to Lambda
    /// lasts, and for one alone. To one that comes later, such as the second try of an event, it says at the first contact that it does not
    /// know it.
    ExitReason refused(int status) {
        if (status == NOT_EXPECTED && !welcome) {
            LOG.warn("stale invoke: the router does not wait for it", "sent", link.sentTime());
            return ExitReason.SelfStaleRequest;
        }
        int group = status / 100;
        return group == 4 ? ExitReason.RouterStatus4xx : group == 5 ? ExitReason.RouterStatus5xx : ExitReason.RouterStatusOther;
    }

    /// The worst of all reasons so far; null while there is none.
    synchronized ExitReason reason() {
        return reason;
    }

    /// A reason that ends nothing by itself.
    synchronized void note(ExitReason why) {
        reason = reason == null ? why : reason.worst(why);
    }

    /// Asks the router to drain this instance, then waits for it to end the channels; not if it can not be asked.
    void drain(ExitReason why) {
        LOG.debug("asking to close", "why", why);
        note(why);
        ending.countDown(); // first, or the downlinks' ends that this asks for would look like the router's own wish
        link.requestClose().whenComplete((status, failure) -> {
            if (over.getCount() == 0) {
                return; // what was asked for came before the answer
            }
            if (failure != null) {
                LOG.debug("close request failed", "why", failure.toString());
                endAtOnce(ExitReason.RouterConnectionError);
            } else if (status != 200) {
                endAtOnce(why);
            }
        });
        end(why);
    }

    /// Nobody is to be asked: it is over as soon as the channels are.
    void end(ExitReason why) {
        note(why);
        ending.countDown();
        synchronized (this) {
            if (openChannels > 0) {
                return;
            }
        }
        over.countDown();
    }

    /// Nobody is there who would end the channels, or take an answer: not worth another paid second.
    void endAtOnce(ExitReason why) {
        end(why);
        over.countDown();
    }

    synchronized void channelBegins() {
        openChannels++;
    }

    void channelOver() {
        synchronized (this) {
            openChannels--;
            if (openChannels > 0 || isServing()) {
                return;
            }
        }
        over.countDown();
    }

    synchronized boolean hasChannels() {
        return openChannels > 0;
    }

    /// The answer to the invoke is due, whatever still runs.
    void isOver() {
        over.countDown();
    }

    void awaitEnding() throws InterruptedException {
        ending.await();
    }

    /// False if it takes longer.
    boolean awaitOver(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }
}
