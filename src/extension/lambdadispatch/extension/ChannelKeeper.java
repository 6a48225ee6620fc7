// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.security.SecureRandom;
import java.util.HexFormat;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.protocol.ExitReason;

/// Keeps the channels of one invocation open: as many as the router wants, and a fresh one for each that breaks, so that their number never
/// shrinks for good. Each has a thread.
final class ChannelKeeper {
    private static final Log LOG = Log.of("invocation");
    private static final int MAX_TRIES_TO_CONNECT = 5;
    private static final long FIRST_BACKOFF_MILLIS = 50;
    private static final long LONGEST_BACKOFF_MILLIS = 1_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final RouterLink link;
    private final InvocationEnd end;
    private final Readiness readiness;
    private final int wanted;
    private volatile boolean everOpened;

    /// @param wanted how many channels
    ChannelKeeper(RouterLink link, InvocationEnd end, Readiness readiness, int wanted) {
        this.link = link;
        this.end = end;
        this.readiness = readiness;
        this.wanted = wanted;
    }

    /// The first channel is opened alone: over cleartext it carries the upgrade, and in any case the others must find its connection.
    void start() {
        Threads.spread("channel").start(() -> keepOne(true));
    }

    private void openOthers() {
        for (int i = 1; i < wanted; i++) {
            Threads.spread("channel").start(() -> keepOne(false));
        }
    }

    /// Whether the router was ever reached.
    boolean everOpened() {
        return everOpened;
    }

    private void keepOne(boolean first) {
        end.channelBegins();
        try {
            untilNoneIsWanted(first);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // a fault of ours: rather a fresh environment than one with fewer channels, or none, until its deadline
            LOG.error("channel failed", e);
            end.drain(ExitReason.ChannelErrorOther);
        } finally {
            end.channelOver();
        }
    }

    private void untilNoneIsWanted(boolean first) throws InterruptedException {
        long backoff = FIRST_BACKOFF_MILLIS;
        int unreachable = 0;
        boolean leader = first;
        while (end.isServing()) {
            Channel channel = new Channel(link, newId());
            Channel.End how = channel.open();
            if (how == null) {
                reached();
                unreachable = 0;
                backoff = FIRST_BACKOFF_MILLIS;
                if (leader) {
                    leader = false;
                    openOthers();
                }
                how = channel.serve();
            }
            unreachable += how == Channel.End.UNREACHABLE ? 1 : 0;
            if (unreachable == MAX_TRIES_TO_CONNECT) {
                end.end(everOpened ? ExitReason.RouterConnectionError : ExitReason.RouterUnreachable);
                return;
            }
            if (!goesOn(how, channel)) {
                return;
            }
            if (how != Channel.End.BROKE) {
                Thread.sleep(backoff);
                backoff = Math.min(LONGEST_BACKOFF_MILLIS, backoff * 2);
            }
        }
    }

    private void reached() {
        if (!everOpened) {
            link.reached();
            end.welcomed();
            everOpened = true;
        }
    }

    private boolean goesOn(Channel.End how, Channel channel) {
        switch (how) {
            case GO_AWAY -> {
                if (end.isServing()) { // otherwise it is what we asked for
                    end.end(ExitReason.RouterGoAway);
                }
                return false;
            }
            case REFUSED -> {
                end.end(end.refused(channel.status()));
                return false;
            }
            case UNREACHABLE -> {
                return true;
            }
            case BROKE -> {
                return appIsWell();
            }
        }
        throw new AssertionError(how);
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
        if (end.isServing()) {
            LOG.warn("the app takes no more connections");
            end.drain(ExitReason.AppConnectionClosed);
        } else {
            end.note(ExitReason.AppConnectionClosed);
        }
        return false;
    }

    static String newId() {
        byte[] raw = new byte[16];
        RANDOM.nextBytes(raw);
        return HexFormat.of().formatHex(raw);
    }
}
