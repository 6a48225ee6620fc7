// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Attacks by size over HTTP/1.1: messages that never end.
@Timeout(180)
class Http1SizeTest {
    private static final String HEAD = "GET / HTTP/1.1\r\nHost: a\r\n";
    private static final String CHUNKED = "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final int PIECES = 100;
    private static final int CONNECTIONS = 10;

    @RegisterExtension
    static final UnderAttack LISTENER = UnderAttack.besideHttp1();

    /// Sends the opening and then the piece so often that nobody could want more.
    private static void endless(String name, String opening, String piece, int status) throws Exception {
        byte[] octets = piece.repeat(16_384 / piece.length()).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        LISTENER.attack(name, "usual", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "usual", CONNECTIONS, opening)) {
                for (Http1Peer peer : attackers.all()) {
                    pour(peer, octets);
                }
                LISTENER.look();
                for (Http1Peer peer : attackers.all()) {
                    Http1Peer.Answer answer = peer.answer();
                    assertThat(answer.status()).isEqualTo(status);
                    assertThat(answer.closes()).isTrue();
                }
            }
        });
    }

    private static void pour(Http1Peer peer, byte[] octets) throws IOException {
        for (int i = 0; i < PIECES; i++) {
            peer.send(octets);
        }
    }

    @Test
    void hugeHeaderTarget() throws Exception {
        endless("HugeHeader, target", "GET /", "a", 414);
    }

    @Test
    void hugeHeaderName() throws Exception {
        endless("HugeHeader, name", HEAD, "a", 431);
    }

    @Test
    void hugeHeaderValue() throws Exception {
        endless("HugeHeader, value", HEAD + "X: ", "a", 431);
    }

    @Test
    void manyHeaders() throws Exception {
        endless("ManyHeaders", HEAD, "a:b\r\n", 431);
    }

    @Test
    void manyHeadersOfOneName() throws Exception {
        endless("ManyHeaders, cookies", HEAD, "Cookie: abcdefghijklmnop=qrstuvwxyz\r\n", 431);
    }

    @Test
    void oversizedChunkExtension() throws Exception { // CVE-2023-39326, CVE-2024-22019
        endless("Chunk extension", CHUNKED + "1;", "a", 400);
    }

    @Test
    void oversizedChunkExtensionsOfManyChunks() throws Exception {
        endless("Chunk extensions, many", CHUNKED, "1;" + "x".repeat(1_000) + "\r\na\r\n", 400);
    }

    @Test
    void oversizedChunkSize() throws Exception {
        endless("Chunk size", CHUNKED, "0", 400);
    }

    @Test
    void oversizedTrailer() throws Exception {
        endless("Trailer", CHUNKED + "0\r\nX: ", "a", 431);
    }

    @Test
    void manyTrailers() throws Exception {
        endless("Trailers, many", CHUNKED + "0\r\n", "a:b\r\n", 431);
    }

    @Test
    void headersHeldJustBelowTheLimit() throws Exception {
        LISTENER.attack("HugeHeader, held", "impatient", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "impatient", 100, HEAD + "X: " + "a".repeat(60_000))) {
                LISTENER.look();
                for (Http1Peer peer : attackers.all()) {
                    assertThat(peer.answer().status()).isEqualTo(408);
                }
            }
        });
    }

    @Test
    void pipelineFlood() throws Exception {
        String requests = (HEAD + "\r\n").repeat(500);
        LISTENER.attack("Pipeline flood", "usual", () -> {
            try (Attackers attackers = new Attackers(LISTENER, "usual", CONNECTIONS, requests)) {
                LISTENER.look();
                for (Http1Peer peer : attackers.all()) {
                    for (int i = 0; i < 500; i++) {
                        assertThat(peer.answer().text()).isEqualTo("served");
                    }
                }
            }
        });
    }
}
