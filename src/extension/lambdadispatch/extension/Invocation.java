// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.channel.ExitReason;
import lambdadispatch.channel.InvokePayload;
import lambdadispatch.channel.InvokeResponse;
import lambdadispatch.log.Log;

/// One invocation: an instance that serves one router until its deadline nears, the router says go away, or it is idle.
final class Invocation {
    private static final Log LOG = Log.of("invocation");
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    /// An invoke this old was meant for another time: its router may be gone, and its channels would not be expected any more.
    private static final Duration STALE = Duration.ofSeconds(60);
    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(30);
    private static final Duration SHORTEST_MARGIN = Duration.ofMillis(500);
    /// Kept for the answer to the Runtime API, after everything else.
    private static final Duration LAST_WORDS = Duration.ofMillis(200);
    private static final int MAX_FAILURES_IN_ROW = 5;
    private static final long FIRST_BACKOFF_MILLIS = 50;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ExtensionConfig config;
    private final InvokePayload payload;
    private final Readiness readiness;
    private final long deadlineMs;
    private final long closesAtMs;
    private final long startNanos = System.nanoTime();
    private final RouterLink link;
    private final AtomicInteger openChannels = new AtomicInteger();
    private final AtomicInteger failuresInRow = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch allEnded = new CountDownLatch(1);
    private volatile boolean everOpened;
    private ExitReason reason; // guarded by this

    Invocation(ExtensionConfig config, InvokePayload payload, Readiness readiness, long deadlineMs) {
        this.config = config;
        this.payload = payload;
        this.readiness = readiness;
        this.deadlineMs = deadlineMs;
        this.closesAtMs = deadlineMs - margin(deadlineMs - System.currentTimeMillis());
        this.link = new RouterLink(payload, config.port(), closesAtMs);
    }

    /// A tenth of what is left, so that requests in flight can finish, within bounds.
    static long margin(long remainingMs) {
        return Math.max(SHORTEST_MARGIN.toMillis(), Math.min(LONGEST_MARGIN.toMillis(), remainingMs / 10));
    }

    InvokeResponse run() throws InterruptedException {
        try {
            serve();
        } finally {
            link.close();
        }
        synchronized (this) {
            return new InvokeResponse(payload.poolId(), payload.id(), link.served(), (System.nanoTime() - startNanos) / 1_000_000, reason);
        }
    }

    private void serve() throws InterruptedException {
        if (!readiness.await(Duration.ofMillis(Math.max(0, closesAtMs - System.currentTimeMillis())))) {
            exit(ExitReason.AppConnectionError);
            return;
        }
        if (payload.initOnly()) {
            exit(ExitReason.SelfInitOnly);
            return;
        }
        long age = System.currentTimeMillis() - payload.sentTime().toEpochMilli();
        if (age > STALE.toMillis()) {
            LOG.warn("stale invoke", "ageMs", age);
            exit(ExitReason.SelfStaleRequest);
            return;
        }
        // The first one alone: over cleartext it carries the upgrade, and in any case the others must find its connection.
        Thread.ofVirtual().name("channel").start(() -> channel(true));
        Thread.ofVirtual().name("ping").start(this::ping);
        closing.await();
        // Time for what runs; the router ends the downlinks as their exchanges finish.
        long left = deadlineMs - LAST_WORDS.toMillis() - System.currentTimeMillis();
        if (openChannels.get() > 0 && !allEnded.await(Math.max(0, left), TimeUnit.MILLISECONDS)) {
            LOG.warn("deadline reached with requests in flight", "running", link.running());
        }
    }

    /// Opens one channel, and after it a fresh one if it breaks, so that their number never shrinks for good.
    private void channel(boolean first) {
        openChannels.incrementAndGet();
        try {
            long backoff = FIRST_BACKOFF_MILLIS;
            boolean leader = first;
            while (closing.getCount() > 0) {
                Channel channel = new Channel(link, newId(), config);
                Channel.End end = channel.open();
                if (end == null) {
                    if (!everOpened) {
                        link.reached();
                        everOpened = true;
                    }
                    failuresInRow.set(0);
                    backoff = FIRST_BACKOFF_MILLIS;
                    if (leader) {
                        leader = false;
                        openOthers();
                    }
                    end = channel.serve();
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
        } finally {
            if (openChannels.decrementAndGet() == 0 && closing.getCount() == 0) {
                allEnded.countDown();
            }
        }
    }

    private void openOthers() {
        for (int i = 1; i < payload.numberOfChannels(); i++) {
            Thread.ofVirtual().name("channel").start(() -> channel(false));
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
                if (failuresInRow.incrementAndGet() < MAX_FAILURES_IN_ROW) {
                    return true;
                }
                exit(everOpened ? ExitReason.RouterConnectionError : ExitReason.RouterUnreachable);
                return false;
            }
            case BROKE -> {
                return appIsWell();
            }
        }
        throw new AssertionError(end);
    }

    /// Before a fresh channel is offered: an app that is gone would fail every request on it.
    private boolean appIsWell() {
        if (!link.hasAppFailed() || readiness.check() == null) {
            return true;
        }
        exit(ExitReason.AppConnectionClosed);
        return false;
    }

    private void ping() {
        try {
            int missed = 0;
            long nextPing = System.nanoTime() + PING_INTERVAL.toNanos();
            while (!closing.await(untilNextLook(nextPing), TimeUnit.MILLISECONDS)) {
                if (System.currentTimeMillis() >= closesAtMs) {
                    close(ExitReason.SelfDeadline);
                } else if (!payload.stay() && everOpened && link.idleFor().compareTo(config.idleGrace()) >= 0) {
                    close(ExitReason.SelfLastActive);
                } else if (System.nanoTime() - nextPing >= 0) {
                    nextPing = System.nanoTime() + PING_INTERVAL.toNanos();
                    missed = pinged() ? 0 : missed + 1;
                    if (missed == 3) {
                        exit(ExitReason.RouterConnectionError);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Milliseconds until something may be due: an idle environment's wake-ups are paid for. Never long, since a frozen one's clock jumps.
    private long untilNextLook(long nextPing) {
        long look = Math.min((nextPing - System.nanoTime()) / 1_000_000, closesAtMs - System.currentTimeMillis());
        if (!payload.stay() && everOpened) {
            look = Math.min(look, config.idleGrace().minus(link.idleFor()).toMillis());
        }
        return Math.clamp(look + 1, 1, PING_INTERVAL.toMillis());
    }

    private boolean pinged() throws InterruptedException {
        try {
            int status = link.ping().get(PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            if (status / 100 == 4) {
                exit(ExitReason.RouterStatus4xx);
            }
            return status == 200;
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.debug("ping failed", "why", e.toString());
            return false;
        }
    }

    /// Asks the router to drain this instance, then waits for it to end the channels.
    void close(ExitReason why) {
        LOG.debug("asking to close", "why", why);
        link.requestClose().whenComplete((status, failure) -> {
            if (failure != null) {
                LOG.debug("close request failed", "why", failure.toString());
                note(ExitReason.RouterConnectionError);
            }
        });
        exit(why);
    }

    /// Waits until the router has ended all channels.
    void awaitEnd(Duration patience) {
        try {
            allEnded.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
