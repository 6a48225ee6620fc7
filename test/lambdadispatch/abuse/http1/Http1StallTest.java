// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.TlsTransport;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.TrustAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Attacks by patience over HTTP/1.1: connections that do not go on, or go on for ever.
@Timeout(180)
class Http1StallTest {
    private static final int CONNECTIONS = 99;
    private static final String HEAD = "GET / HTTP/1.1\r\nHost: a\r\n";

    @RegisterExtension
    static final UnderAttack LISTENER = UnderAttack.besideHttp1();

    /// The limit is for the whole head: octets that keep coming do not extend it.
    @Test
    void slowlorisHead() throws Exception {
        LISTENER.attack("Slowloris, head", "impatient", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient", CONNECTIONS, HEAD + "X-Slow: ", HEAD, "GET /")) {
                LISTENER.look();
                List<Http1Peer.Answer> answers = attackers.dripUntilAnswered('x');
                assertThat(answers).hasSize(CONNECTIONS).allSatisfy(answer -> assertThat(answer.status()).as(answer.head()).isEqualTo(408))
                        .allSatisfy(answer -> assertThat(answer.closes()).isTrue());
            }
        });
    }

    @Test
    void slowlorisEmptyLines() throws Exception {
        LISTENER.attack("Slowloris, empty lines", "impatient", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient", CONNECTIONS, "\r\n\r\n\r\n\r\n\r\n\r\n")) {
                for (Http1Peer peer : attackers.all()) {
                    assertThat(peer.answer().status()).isEqualTo(400);
                }
            }
        });
    }

    @Test
    void slowlorisSilence() throws Exception {
        LISTENER.attack("Slowloris, silence", "impatient", () -> {
            try (Attackers silent = new Attackers(LISTENER, "impatient", CONNECTIONS, "");
                    Attackers idle = new Attackers(LISTENER, "impatient", CONNECTIONS, HEAD + "\r\n")) {
                for (Http1Peer peer : idle.all()) {
                    assertThat(peer.answer().status()).isEqualTo(200);
                }
                LISTENER.look();
                silent.all().forEach(Http1Peer::awaitEnd);
                idle.all().forEach(Http1Peer::awaitEnd);
            }
        });
    }

    @Test
    void slowlorisBody() throws Exception {
        String post = "POST /count HTTP/1.1\r\nHost: a\r\n";
        LISTENER.attack("Slowloris, body", "impatient", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient", CONNECTIONS, post + "Content-Length: 100000\r\n\r\nx",
                    post + "Transfer-Encoding: chunked\r\n\r\nfffff\r\nx", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: ")) {
                LISTENER.look();
                for (Http1Peer peer : attackers.all()) {
                    Http1Peer.Answer answer = peer.answer();
                    assertThat(answer.status()).isEqualTo(408);
                    assertThat(answer.closes()).isTrue();
                }
            }
        });
    }

    @Test
    void slowRead() throws Exception {
        String big = "GET /big HTTP/1.1\r\nHost: a\r\n\r\n";
        LISTENER.attack("SlowRead", "impatient", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient", 40, big, big.repeat(200))) {
                LISTENER.look();
                attackers.awaitResetUnread();
            }
        });
    }

    @Test
    void halfOpenTls() throws Exception {
        String startOfClientHello = "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003";
        LISTENER.attack("Half-open TLS", "impatient-tls", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient-tls", CONNECTIONS, startOfClientHello, "")) {
                LISTENER.look();
                attackers.all().forEach(Http1Peer::awaitEnd);
            }
        });
    }

    @Test
    void silenceAfterTheTlsHandshake() throws Exception {
        LISTENER.attack("Silence after TLS", "impatient-tls", () -> {
            List<Http1Peer> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    silent.add(new Http1Peer(overTls()));
                }
                LISTENER.look();
                silent.forEach(Http1Peer::awaitEnd);
            } finally {
                silent.forEach(Http1Peer::close);
            }
        });
    }

    /// On a loaded machine a handshake may itself take longer than the listener's patience: then once more.
    private static Transport overTls() throws Exception {
        SSLContext trusting = TrustAll.context();
        IOException last = null;
        for (int attempt = 0; attempt < 10; attempt++) {
            TlsTransport tls = TlsTransport.client(LISTENER.connect("impatient-tls"), trusting, "127.0.0.1", 0, List.of("http/1.1"));
            try {
                tls.handshake();
                return tls;
            } catch (IOException e) {
                tls.close();
                last = e;
            }
        }
        throw last;
    }

    @Test
    void plaintextOnTheTlsPort() throws Exception {
        LISTENER.attack("Plaintext on the TLS port", "impatient-tls", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient-tls", CONNECTIONS, HEAD + "\r\n")) {
                for (Http1Peer peer : attackers.all()) {
                    Http1Peer.Answer answer = peer.answer();
                    assertThat(answer.status()).isEqualTo(400);
                    assertThat(answer.text()).contains("https");
                    peer.awaitEnd();
                }
            }
        });
    }

    @Test
    void connectionFlood() throws Exception {
        LISTENER.attack("Connection flood", "crowded", () -> {
            try (Http1Peer early = new Http1Peer(LISTENER.connect("crowded"))) {
                assertThat(early.send(HEAD + "\r\n").answer().status()).isEqualTo(200);
                int taken = flood(400);
                assertThat(taken).as("connections that were served, of a limit of %s", LISTENER.mostConnections())
                        .isLessThan(LISTENER.mostConnections());
                assertThat(early.send(HEAD + "\r\n").answer().status()).as("one that was there before").isEqualTo(200);
            }
            awaitServedAgain();
        });
    }

    /// @return how many of so many connections, held at once, are answered rather than closed
    private static int flood(int connections) throws IOException {
        int taken = 0;
        List<Http1Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                peers.add(new Http1Peer(LISTENER.connect("crowded")));
            }
            LISTENER.look();
            for (Http1Peer peer : peers) {
                taken += isAnswered(peer) ? 1 : 0;
            }
        } finally {
            peers.forEach(Http1Peer::close);
        }
        return taken;
    }

    private static boolean isAnswered(Http1Peer peer) {
        try {
            return peer.send(HEAD + "\r\n").answer().status() == 200;
        } catch (IOException closed) {
            return false;
        }
    }

    private static void awaitServedAgain() throws IOException {
        long until = System.nanoTime() + 30_000_000_000L;
        while (System.nanoTime() < until) {
            try (Http1Peer late = new Http1Peer(LISTENER.connect("crowded"))) {
                if (isAnswered(late)) {
                    return;
                }
            }
        }
        throw new AssertionError("nobody is served when the flood is over");
    }
}
