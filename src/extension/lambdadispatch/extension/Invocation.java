// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.protocol.InvokeResponse;

/// One invocation: an instance that serves one router until its deadline nears, the router says go away, or it is idle. Waits for the app
/// before that, and after it for what the app still does.
final class Invocation {
    private static final Log LOG = Log.of("invocation");
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final Duration LOOK_AT_APP = Duration.ofMillis(500);
    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(30);
    private static final Duration SHORTEST_MARGIN = Duration.ofMillis(500);
    /// Kept for the answer to the Runtime API, after everything else.
    private static final Duration LAST_WORDS = Duration.ofMillis(200);

    private final InvokePayload payload;
    private final Readiness readiness;
    private final TimeLeft timeLeft;
    private final long marginMillis;
    private final Duration pingInterval;
    private final long startNanos = System.nanoTime();
    private final RouterLink link;
    private final InvocationEnd end;
    private final ChannelKeeper channels;
    private final Heartbeat heartbeat;

    Invocation(ExtensionConfig config, InvokePayload payload, Readiness readiness, long deadlineMs) {
        this(config, payload, readiness, deadlineMs, PING_INTERVAL);
    }

    Invocation(ExtensionConfig config, InvokePayload payload, Readiness readiness, long deadlineMs, Duration pingInterval) {
        this.pingInterval = pingInterval;
        this.payload = payload;
        this.readiness = readiness;
        this.timeLeft = new TimeLeft(deadlineMs, Clock.SYSTEM);
        this.marginMillis = margin(timeLeft.millis());
        this.link = new RouterLink(payload, readiness.app(), this::leftMillis);
        this.end = new InvocationEnd(link);
        this.channels = new ChannelKeeper(link, end, readiness, payload.numberOfChannels());
        Heartbeat.Rules rules = new Heartbeat.Rules(pingInterval, config.idleGrace(), payload.stay(), config.health().probed());
        this.heartbeat = new Heartbeat(link, end, channels, rules, this::leftMillis, readiness);
    }

    /// A tenth of what is left, so that requests in flight can finish, within bounds.
    static long margin(long remainingMs) {
        return Math.max(SHORTEST_MARGIN.toMillis(), Math.min(LONGEST_MARGIN.toMillis(), remainingMs / 10));
    }

    InvokeResponse run() throws InterruptedException {
        try {
            serve();
        } finally {
            end.isOver(); // for whoever pings
            link.close();
        }
        return new InvokeResponse(payload.poolId(), payload.id(), link.served(), (System.nanoTime() - startNanos) / 1_000_000,
                end.reason());
    }

    private void serve() throws InterruptedException {
        ExitReason unready = awaitApp();
        if (unready != null) {
            end.end(unready);
            return;
        }
        if (payload.initOnly()) {
            end.end(ExitReason.SelfInitOnly);
            return;
        }
        channels.start();
        heartbeat.start();
        end.awaitEnding();
        // Time for what runs; the router ends the downlinks as their exchanges finish.
        long left = timeLeft.millis() - LAST_WORDS.toMillis();
        if (end.hasChannels() && !end.awaitOver(Math.max(0, left))) {
            LOG.warn("deadline reached with requests in flight", "running", link.running(), "channels", link.channels());
        }
        hold();
    }

    /// Asks the router to drain this instance, and ends when it has. From any thread.
    void drain(ExitReason why) {
        end.drain(why);
    }

    /// What the app still does after its answers goes on until the invocation returns, as long as it asked for; and the router hears that
    /// it lives.
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

    /// Waits for the app, and keeps the router informed of why, since its clients wait too. Null once it is ready; else that it did not
    /// come, or that the router does not wait for it.
    private ExitReason awaitApp() throws InterruptedException {
        CompletableFuture<Integer> told = null;
        long toldNanos = 0;
        for (long left = leftMillis(); left > 0; left = leftMillis()) {
            boolean ready = readiness.await(Duration.ofMillis(Math.min(left, LOOK_AT_APP.toMillis())));
            if (told != null && told.state() == Future.State.SUCCESS) {
                int status = told.resultNow();
                if (status / 100 == 4) {
                    return end.refused(status) == ExitReason.SelfStaleRequest ? ExitReason.SelfStaleRequest : ExitReason.AppConnectionError;
                }
                if (status == 200) {
                    end.welcomed();
                }
            }
            if (ready && (told == null || told.isDone())) { // the first channel must find its connection
                return null;
            }
            if (ready) {
                told.handle((status, failure) -> null).join(); // soon: it has a time-out
            } else if (told == null || told.isDone() && System.nanoTime() - toldNanos >= pingInterval.toNanos()) {
                told = link.appNotReady(readiness.fault());
                toldNanos = System.nanoTime();
            }
        }
        return readiness.await(Duration.ZERO) ? null : ExitReason.AppConnectionError;
    }

    /// Until it asks to be drained.
    private long leftMillis() {
        return timeLeft.millis() - marginMillis;
    }
}
