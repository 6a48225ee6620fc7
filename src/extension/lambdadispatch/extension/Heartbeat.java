// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.protocol.ExitReason;

/// Watches the time of one invocation, and pings its router until the last channel has ended: while an instance drains its requests still
/// run.
final class Heartbeat {
    private static final Log LOG = Log.of("invocation");
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int MAX_PINGS_MISSED = 3;

    /// @param interval between pings
    /// @param idleGrace an invocation without a request for so long ends
    /// @param stays it does not end for that
    /// @param probed whether the app's health path is asked, too
    record Rules(Duration interval, Duration idleGrace, boolean stays, boolean probed) {}

    private final RouterLink link;
    private final InvocationEnd end;
    private final ChannelKeeper channels;
    private final Rules rules;
    private final LongSupplier leftMillis;
    private final Probe probe;

    /// @param leftMillis until the invocation is to ask to be drained
    Heartbeat(RouterLink link, InvocationEnd end, ChannelKeeper channels, Rules rules, LongSupplier leftMillis, Readiness readiness) {
        this.link = link;
        this.end = end;
        this.channels = channels;
        this.rules = rules;
        this.leftMillis = leftMillis;
        this.probe = new Probe(limit -> readiness.check(limit) == null, look -> Threads.virtual("probe").start(look), System::nanoTime);
    }

    void start() {
        Threads.virtual("ping").start(this::watch);
    }

    private void watch() {
        try {
            int missed = 0;
            long nextPing = System.nanoTime() + rules.interval().toNanos();
            while (!end.awaitOver(untilNextLook(nextPing))) {
                boolean serving = end.isServing();
                if (serving && leftMillis.getAsLong() <= 0) {
                    end.drain(ExitReason.SelfDeadline);
                } else if (serving && mayIdle() && link.idleFor().compareTo(rules.idleGrace()) >= 0) {
                    end.drain(ExitReason.SelfLastActive);
                } else if (System.nanoTime() - nextPing >= 0) {
                    long delayMillis = (System.nanoTime() - nextPing) / 1_000_000;
                    nextPing = System.nanoTime() + rules.interval().toNanos();
                    missed = pinged(delayMillis) ? 0 : missed + 1;
                    if (missed == MAX_PINGS_MISSED) {
                        end.endAtOnce(ExitReason.RouterConnectionError);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("ping failed", e); // nobody would look at the deadline any more
            end.endAtOnce(ExitReason.ChannelErrorOther);
        }
    }

    private boolean mayIdle() {
        return !rules.stays() && channels.everOpened();
    }

    /// Milliseconds until something may be due: an idle environment's wake-ups are paid for. Never long, since a frozen one's clock jumps.
    private long untilNextLook(long nextPing) {
        long look = (nextPing - System.nanoTime()) / 1_000_000;
        if (end.isServing()) {
            look = Math.min(look, leftMillis.getAsLong());
            look = Math.min(look, idleIn());
        }
        return Math.clamp(look + 1, 1, rules.interval().toMillis());
    }

    /// Before the first channel is open nobody is idle; but it may open at any moment, and then the grace period counts.
    private long idleIn() {
        if (rules.stays()) {
            return Long.MAX_VALUE;
        }
        return (channels.everOpened() ? rules.idleGrace().minus(link.idleFor()) : rules.idleGrace()).toMillis();
    }

    private boolean pinged(long delayMillis) throws InterruptedException {
        try {
            int status = link.ping(delayMillis, rules.probed() ? probe.millis() : 0).get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (status / 100 == 4) {
                end.endAtOnce(ExitReason.RouterStatus4xx); // it has written this instance off, and broken off whatever ran here
            }
            return status == 200;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("ping failed", "why", e.toString());
            return false;
        }
    }
}
