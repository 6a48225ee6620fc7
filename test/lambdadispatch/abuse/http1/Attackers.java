// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.carrier.Threads;
import lambdadispatch.support.Http1Peer;

/// Many clients that do the same.
final class Attackers implements AutoCloseable {
    private static final long DRIP_NANOS = 100_000_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final List<Http1Peer> peers = new ArrayList<>();

    /// Connects so many clients, each of which sends one of these, in turn.
    Attackers(UnderAttack target, String listener, int count, String... openings) throws IOException {
        for (int i = 0; i < count; i++) {
            peers.add(new Http1Peer(target.connect(listener)).send(openings[i % openings.length]));
        }
    }

    /// Each goes on with an octet at a time until all have got an answer; returns the answers.
    List<Http1Peer.Answer> dripUntilAnswered(char octet) throws IOException, InterruptedException {
        AtomicInteger waiting = new AtomicInteger(peers.size());
        List<Http1Peer.Answer> answers = java.util.Collections.synchronizedList(new ArrayList<>());
        for (Http1Peer peer : peers) {
            Threads.virtual("test").start(() -> {
                try {
                    answers.add(peer.answer());
                } catch (IOException e) {
                    answers.add(new Http1Peer.Answer(0, e.toString(), ""));
                } finally {
                    waiting.decrementAndGet();
                }
            });
        }
        for (long until = System.nanoTime() + PATIENCE_NANOS; waiting.get() > 0; ) {
            if (System.nanoTime() > until) {
                throw new AssertionError(waiting + " clients that never finish are never answered");
            }
            for (Http1Peer peer : peers) {
                drip(peer, octet);
            }
            LockSupport.parkNanos(DRIP_NANOS);
        }
        return answers;
    }

    private static void drip(Http1Peer peer, char octet) {
        try {
            peer.send(String.valueOf(octet));
        } catch (IOException e) {
            return; // closed by the server: whoever reads the answer tells
        }
    }

    /// Each sends an octet now and then, and reads nothing, until the connection is broken off.
    void awaitResetUnread() {
        long until = System.nanoTime() + PATIENCE_NANOS;
        for (Http1Peer peer : peers) {
            while (isOpen(peer)) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("a client that does not read is not cut off");
                }
                LockSupport.parkNanos(DRIP_NANOS);
            }
        }
    }

    private static boolean isOpen(Http1Peer peer) {
        try {
            peer.send("x");
            return true;
        } catch (IOException reset) {
            return false;
        }
    }

    List<Http1Peer> all() {
        return peers;
    }

    @Override
    public void close() {
        peers.forEach(Http1Peer::close);
    }
}
