// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;

/// One invocation: an instance that serves one router until its deadline nears, the router says go away, or it is idle.
final class Invocation {
    private static final Log LOG = Log.of("invocation");
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final Duration LOOK_AT_APP = Duration.ofMillis(500);
    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(30);
    private static final Duration SHORTEST_MARGIN = Duration.ofMillis(500);
    /// Kept for the answer to the Runtime API, after everything else.
    private static final Duration LAST_WORDS = Duration.ofMillis(200);
    private static final int MAX_TRIES_TO_CONNECT = 5;
    private static final int MAX_PINGS_MISSED = 3;
    private static final long FIRST_BACKOFF_MILLIS = 50;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ExtensionConfig config;
    private final InvokePayload payload;
    private final Readiness readiness;
    private final TimeLeft timeLeft;
    private final long marginMillis;
    private final Duration pingInterval;
    private final long startNanos = System.nanoTime();
    private final RouterLink link;
    private final Probe probe;
    private final AtomicInteger openChannels = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch allEnded = new CountDownLatch(1);
    private volatile boolean everOpened;
    private ExitReason reason; // guarded by this

    Invocation(ExtensionConfig config, InvokePayload payload, Readiness readiness, long deadlineMs) {
        this(config, payload, readiness, deadlineMs, PING_INTERVAL);
    }

    Invocation(ExtensionConfig config, InvokePayload payload, Readiness readiness, long deadlineMs, Duration pingInterval) {
        this.pingInterval = pingInterval;
        this.config = config;
        this.payload = payload;
        this.readiness = readiness;
        this.timeLeft = new TimeLeft(deadlineMs, Clock.SYSTEM);
        this.marginMillis = margin(timeLeft.millis());
        this.probe = new Probe(limit -> readiness.check(limit) == null, look -> Threads.virtual("probe").start(look), System::nanoTime);
        this.link = new RouterLink(payload, readiness.app(), this::leftMillis);
    }

    /// A tenth of what is left, so that requests in flight can finish, within bounds.
    static long margin(long remainingMs) {
        return Math.max(SHORTEST_MARGIN.toMillis(), Math.min(LONGEST_MARGIN.toMillis(), remainingMs / 10));
    }

    InvokeResponse run() throws InterruptedException {
        try {
            serve();
        } finally {
            allEnded.countDown(); // for whoever pings
            link.close();
        }
        synchronized (this) {
            return new InvokeResponse(payload.poolId(), payload.id(), link.served(), (System.nanoTime() - startNanos) / 1_000_000, reason);
        }
    }

    private void serve() throws InterruptedException {
        if (!appIsReady()) {
            exit(ExitReason.AppConnectionError);
            return;
        }
        if (payload.initOnly()) {
            exit(ExitReason.SelfInitOnly);
            return;
        }
        // The first one alone: over cleartext it carries the upgrade, and in any case the others must find its connection.
        Threads.spread("channel").start(() -> channel(true));
        Threads.virtual("ping").start(this::ping);
        closing.await();
        // Time for what runs; the router ends the downlinks as their exchanges finish.
        long left = timeLeft.millis() - LAST_WORDS.toMillis();
        if (openChannels.get() > 0 && !allEnded.await(Math.max(0, left), TimeUnit.MILLISECONDS)) {
            LOG.warn("deadline reached with requests in flight", "running", link.running());
        }
        hold();
    }

    /// What the app still does after its answers goes on until the invocation returns, as long as it asked for; and the router hears that it lives.
    private void hold() throws InterruptedException {
        long nextPing = System.nanoTime() + pingInterval.toNanos();
        for (long left = heldMillis(); left > 0; left = heldMillis()) {
            readiness.app().hold().awaitChange(Math.clamp((nextPing - System.nanoTime()) / 1_000_000, 1, left));
            if (System.nanoTime() - nextPing >= 0) {
                nextPing = System.nanoTime() + pingInterval.toNanos();
                link.ping(0, 0);
            }
        }
        if (link.heldUntold()) {
            lastPing();
        }
    }

    /// What holding has cost is told before the connection goes.
    private void lastPing() throws InterruptedException {
        try {
            link.ping(0, 0).get(LAST_WORDS.toMillis() / 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("last ping failed", "why", e.toString());
        }
    }

    private long heldMillis() {
        return Math.min(readiness.app().hold().leftMillis(System.nanoTime()), timeLeft.millis() - LAST_WORDS.toMillis());
    }

    /// Waits for the app, and keeps the router informed of why, since its clients wait too. False if the app did not come, or the router has given up.
    private boolean appIsReady() throws InterruptedException {
        CompletableFuture<Integer> told = null;
        long toldNanos = 0;
        for (long left = leftMillis(); left > 0; left = leftMillis()) {
            boolean ready = readiness.await(Duration.ofMillis(Math.min(left, LOOK_AT_APP.toMillis())));
            if (ready && (told == null || told.isDone())) { // the first channel must find its connection
                return true;
            }
            if (ready) {
                told.handle((status, failure) -> null).join(); // soon: it has a time-out
            } else if (told == null || told.isDone() && System.nanoTime() - toldNanos >= pingInterval.toNanos()) {
                told = link.appNotReady(readiness.fault());
                toldNanos = System.nanoTime();
            } else if (told.state() == Future.State.SUCCESS && told.resultNow() / 100 == 4) {
                return false;
            }
        }
        return readiness.await(Duration.ZERO);
    }

    /// Until it asks to be closed.
    private long leftMillis() {
        return timeLeft.millis() - marginMillis;
    }

    /// Opens one channel, and after it a fresh one if it breaks, so that their number never shrinks for good.
    private void channel(boolean first) {
        openChannels.incrementAndGet();
        try {
            long backoff = FIRST_BACKOFF_MILLIS;
            int unreachable = 0;
            boolean leader = first;
            while (closing.getCount() > 0) {
                Channel channel = new Channel(link, newId());
                Channel.End end = channel.open();
                if (end == null) {
                    if (!everOpened) {
                        link.reached();
                        everOpened = true;
                    }
                    unreachable = 0;
                    backoff = FIRST_BACKOFF_MILLIS;
                    if (leader) {
                        leader = false;
                        openOthers();
                    }
                    end = channel.serve();
                }
                unreachable += end == Channel.End.UNREACHABLE ? 1 : 0;
                if (unreachable == MAX_TRIES_TO_CONNECT) {
                    exit(everOpened ? ExitReason.RouterConnectionError : ExitReason.RouterUnreachable);
                    return;
                }
                if (!goesOn(end, channel)) {
                    return;
                }
                if (end != Channel.End.BROKE) {
                    Thread.sleep(backoff);
                    backoff = Math.min(1_000, backoff * 2);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("channel failed", e); // a fault of ours: rather a fresh environment than one with fewer channels, or none, until its deadline
            close(ExitReason.ChannelErrorOther);
        } finally {
            if (openChannels.decrementAndGet() == 0 && closing.getCount() == 0) {
                allEnded.countDown();
            }
        }
    }

    private void openOthers() {
        for (int i = 1; i < payload.numberOfChannels(); i++) {
            Threads.spread("channel").start(() -> channel(false));
        }
    }

    private boolean goesOn(Channel.End end, Channel channel) {
        switch (end) {
            case GO_AWAY -> {
                if (closing.getCount() > 0) { // otherwise it is what we asked for
                    exit(ExitReason.RouterGoAway);
                }
                return false;
            }
            case REFUSED -> {
                int group = channel.status() / 100;
                exit(group == 4 ? ExitReason.RouterStatus4xx : group == 5 ? ExitReason.RouterStatus5xx : ExitReason.RouterStatusOther);
                return false;
            }
            case UNREACHABLE -> {
                return true;
            }
            case BROKE -> {
                return appIsWell();
            }
        }
        throw new AssertionError(end);
    }

    /// Before a fresh channel is offered: an app that is gone would fail every request on it.
    private boolean appIsWell() {
        if (!link.hasAppFailed()) {
            return true;
        }
        if (readiness.accepts()) {
            link.appIsThere();
            return true;
        }
        if (closing.getCount() > 0) {
            LOG.warn("the app takes no more connections");
            close(ExitReason.AppConnectionClosed);
        } else {
            note(ExitReason.AppConnectionClosed);
        }
        return false;
    }

    /// Watches the time, and pings until the last channel has ended: while an instance drains its requests still run.
    private void ping() {
        try {
            int missed = 0;
            long nextPing = System.nanoTime() + pingInterval.toNanos();
            while (!allEnded.await(untilNextLook(nextPing), TimeUnit.MILLISECONDS)) {
                boolean serving = closing.getCount() > 0;
                if (serving && leftMillis() <= 0) {
                    close(ExitReason.SelfDeadline);
                } else if (serving && mayIdle() && link.idleFor().compareTo(config.idleGrace()) >= 0) {
                    close(ExitReason.SelfLastActive);
                } else if (System.nanoTime() - nextPing >= 0) {
                    long delayMillis = (System.nanoTime() - nextPing) / 1_000_000;
                    nextPing = System.nanoTime() + pingInterval.toNanos();
                    missed = pinged(delayMillis) ? 0 : missed + 1;
                    if (missed == MAX_PINGS_MISSED) {
                        giveUp(ExitReason.RouterConnectionError);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("ping failed", e); // nobody would look at the deadline any more
            giveUp(ExitReason.ChannelErrorOther);
        }
    }

    private boolean mayIdle() {
        return !payload.stay() && everOpened;
    }

    /// Milliseconds until something may be due: an idle environment's wake-ups are paid for. Never long, since a frozen one's clock jumps.
    private long untilNextLook(long nextPing) {
        long look = (nextPing - System.nanoTime()) / 1_000_000;
        if (closing.getCount() > 0) {
            look = Math.min(look, leftMillis());
            look = Math.min(look, idleIn());
        }
        return Math.clamp(look + 1, 1, pingInterval.toMillis());
    }

    /// Before the first channel is open nobody is idle; but it may open at any moment, and then the grace period counts.
    private long idleIn() {
        if (payload.stay()) {
            return Long.MAX_VALUE;
        }
        return (everOpened ? config.idleGrace().minus(link.idleFor()) : config.idleGrace()).toMillis();
    }

    private boolean pinged(long delayMillis) throws InterruptedException {
        try {
            int status = link.ping(delayMillis, config.health().probed() ? probe.millis() : 0).get(PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            if (status / 100 == 4) {
                giveUp(ExitReason.RouterStatus4xx); // it has written this instance off, and broken off whatever ran here
            }
            return status == 200;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("ping failed", "why", e.toString());
            return false;
        }
    }

    /// Asks the router to drain this instance, then waits for it to end the channels; not if it can not be asked.
    void close(ExitReason why) {
        LOG.debug("asking to close", "why", why);
        note(why);
        closing.countDown(); // first, or the downlinks' ends that this asks for would look like the router's own wish
        link.requestClose().whenComplete((status, failure) -> {
            if (allEnded.getCount() == 0) {
                return; // what was asked for came before the answer
            }
            if (failure != null) {
                LOG.debug("close request failed", "why", failure.toString());
                giveUp(ExitReason.RouterConnectionError);
            } else if (status != 200) {
                giveUp(why);
            }
        });
        exit(why);
    }

    /// Nobody is there who would end the channels, or take an answer: not worth another paid second.
    private void giveUp(ExitReason why) {
        exit(why);
        allEnded.countDown();
    }

    private void exit(ExitReason why) {
        note(why);
        closing.countDown();
        if (openChannels.get() == 0) {
            allEnded.countDown();
        }
    }

    private void note(ExitReason why) {
        synchronized (this) {
            reason = reason == null ? why : reason.worst(why);
        }
    }

    private static String newId() {
        byte[] raw = new byte[16];
        RANDOM.nextBytes(raw);
        return HexFormat.of().formatHex(raw);
    }
}
