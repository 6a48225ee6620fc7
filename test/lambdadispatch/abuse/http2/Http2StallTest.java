// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http2;

import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.ping;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.base.Bytes;
import lambdadispatch.net.Transport;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Attacks by patience: connections that do not go on. The listener has short limits; the good client uses another of the same process.
@Timeout(180)
class Http2StallTest {
    private static final int CONNECTIONS = 50;

    @RegisterExtension
    static final UnderAttack LISTENER = new UnderAttack();

    @FunctionalInterface
    private interface Opening {
        void send(Http2Peer peer) throws IOException;
    }

    private static List<Http2Peer> open(Opening opening) throws IOException {
        List<Http2Peer> peers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Http2Peer peer = LISTENER.peer("impatient").silent();
            opening.send(peer);
            peers.add(peer);
        }
        LISTENER.look();
        return peers;
    }

    @Test
    void windowStall() throws Exception {
        LISTENER.attack("WindowStall, streams", "impatient", () -> {
            Http2Peer attacker = LISTENER.peer("impatient").silent().begin(INITIAL_WINDOW_SIZE, 0);
            for (int id = 1; id <= 200; id += 2) {
                attacker.send(get(id, "/big"));
            }
            attacker.roundTrip("all open");
            LISTENER.look();
            for (int id = 1; id <= 200; id += 2) {
                assertThat(attacker.awaitReset(id)).isEqualTo("INTERNAL_ERROR");
                assertThat(attacker.soFar(id).ended()).isFalse();
            }
        });
        LISTENER.attack("WindowStall, connections", "impatient", () -> {
            for (Http2Peer attacker : open(peer -> peer.begin(INITIAL_WINDOW_SIZE, 1 << 30).send(get(1, "/big")))) {
                assertThat(attacker.awaitReset(1)).isEqualTo("INTERNAL_ERROR");
                assertThat(attacker.soFar(1).body().length).isLessThanOrEqualTo(65_535);
            }
        });
    }

    @Test
    void slowRead() throws Exception {
        LISTENER.attack("SlowRead", "impatient", () -> {
            List<Transport> attackers = new ArrayList<>();
            try {
                Bytes wire =
                        new Bytes().append(WireFrame.preface()).append(WireFrame.settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE).bytes());
                wire.append(windowUpdate(0, 1 << 30).bytes()).append(get(1, "/big").bytes()).append(get(3, "/big").bytes());
                for (int i = 0; i < 10; i++) {
                    attackers.add(LISTENER.connect("impatient"));
                    attackers.getLast().write(wire.array(), 0, wire.length());
                }
                for (Transport attacker : attackers) {
                    awaitReset(attacker);
                }
            } finally {
                attackers.forEach(Transport::close);
            }
        });
    }

    /// Without reading: a reset shows when something is written.
    private static void awaitReset(Transport attacker) {
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        byte[] ping = ping("there?..").bytes();
        try {
            while (System.nanoTime() < until) {
                attacker.write(ping, 0, ping.length);
                LISTENER.look();
                LockSupport.parkNanos(100_000_000);
            }
        } catch (IOException reset) {
            return;
        }
        throw new AssertionError("a client that does not read is not cut off");
    }

    @Test
    void slowlorisWithoutAPreface() throws Exception {
        LISTENER.attack("Slowloris, silence", "impatient", () -> {
            List<Transport> silent = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    silent.add(LISTENER.connect("impatient"));
                }
                LISTENER.look();
                for (Transport each : silent) {
                    assertThat(each.read(new byte[1], 0, 1)).isEqualTo(-1);
                }
            } finally {
                silent.forEach(Transport::close);
            }
        });
    }

    @Test
    void slowlorisInsideThePreface() throws Exception {
        LISTENER.attack("Slowloris, half a preface", "impatient", () -> {
            for (Http2Peer attacker : open(peer -> peer.sendRaw("PRI * HTTP/2.0\r\n\r\nSM\r\n".getBytes(StandardCharsets.US_ASCII)))) {
                attacker.awaitEnd();
            }
        });
        LISTENER.attack("Slowloris, no settings", "impatient", () -> {
            for (Http2Peer attacker : open(peer -> peer.sendRaw(WireFrame.preface()))) {
                assertThat(attacker.awaitGoAway()).isEqualTo("SETTINGS_TIMEOUT");
                attacker.awaitEnd();
            }
        });
    }

    @Test
    void slowlorisInsideAHead() throws Exception {
        LISTENER.attack("Slowloris, head", "impatient", () -> {
            List<Http2Peer> attackers =
                    open(peer -> peer.begin().send(post(1, "/hang"), new WireFrame(HEADERS, 0, 3, WireFrame.block(":method: GET"))));
            dripUntilTheEnd(attackers, new WireFrame(CONTINUATION, 0, 3, WireFrame.block("a: b")));
            for (Http2Peer attacker : attackers) {
                assertThat(attacker.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
                attacker.awaitEnd();
            }
        });
    }

    /// Sends something often enough that no limit on each read would ever be over.
    private static void dripUntilTheEnd(List<Http2Peer> attackers, WireFrame drop) throws IOException {
        List<Http2Peer> open = new ArrayList<>(attackers);
        long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!open.isEmpty()) {
            assertThat(System.nanoTime()).as("drips are taken without an end").isLessThan(until);
            open.removeIf(attacker -> !takes(attacker, drop));
            LockSupport.parkNanos(UnderAttack.STALL_MILLIS * 250_000L);
        }
    }

    private static boolean takes(Http2Peer attacker, WireFrame drop) {
        try {
            attacker.send(drop);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void slowlorisInsideABody() throws Exception {
        LISTENER.attack("Slowloris, body", "impatient", () -> {
            for (Http2Peer attacker : open(
                    peer -> peer.begin().send(post(1, "/count", "content-length: 100000"), data(1, 0, new byte[1])))) {
                attacker.awaitReset(1);
                assertThat(attacker.soFar(1).status()).isEqualTo(408);
            }
        });
    }

    @Test
    void idleConnections() throws Exception {
        LISTENER.attack("Idle connections", "impatient", () -> {
            for (Http2Peer attacker : open(Http2Peer::begin)) {
                assertThat(attacker.awaitGoAway()).isEqualTo("NO_ERROR");
                attacker.awaitEnd();
            }
        });
    }

    @Test
    void halfOpenTls() throws Exception {
        byte[] startOfClientHello = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        LISTENER.attack("Half-open TLS", "impatient-tls", () -> {
            List<Transport> halfOpen = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    halfOpen.add(LISTENER.connect("impatient-tls"));
                    halfOpen.getLast().write(startOfClientHello, 0, i % startOfClientHello.length);
                }
                LISTENER.look();
                for (Transport each : halfOpen) {
                    assertThat(closedByThePeer(each)).isTrue();
                }
            } finally {
                halfOpen.forEach(Transport::close);
            }
        });
    }

    private static boolean closedByThePeer(Transport transport) {
        try {
            return transport.read(new byte[1], 0, 1) < 0;
        } catch (IOException reset) {
            return true; // what we had sent was not read
        }
    }
}
