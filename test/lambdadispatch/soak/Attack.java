// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import static lambdadispatch.soak.AttackTools.FORWARDED;
import static lambdadispatch.soak.AttackTools.ascii;
import static lambdadispatch.soak.AttackTools.byReference;
import static lambdadispatch.soak.AttackTools.fields;
import static lambdadispatch.soak.AttackTools.get;
import static lambdadispatch.soak.AttackTools.http2;
import static lambdadispatch.soak.AttackTools.plain;
import static lambdadispatch.soak.AttackTools.post;
import static lambdadispatch.soak.AttackTools.send;
import static lambdadispatch.soak.AttackTools.tls;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import lambdadispatch.support.WireFrame;

/// One connection of each kind of attack: what is sent until the router has something of it. Whoever runs it holds the connection
/// afterwards.
enum Attack {
    /// 60 KB of fields on each of 250 streams, by reference to one entry of HPACK's table.
    HEADS_BY_REFERENCE(8) {
        @Override
        Socket open(Target target) throws IOException {
            return heads(http2(plain(target.http())), 250, WireFrame.END_STREAM, "GET", "/delay?ms=60000");
        }
    },
    HEADS_BY_REFERENCE_TLS(4) {
        @Override
        Socket open(Target target) throws IOException {
            return heads(http2(tls(target.https(), "h2")), 250, WireFrame.END_STREAM, "GET", "/delay?ms=60000");
        }
    },
    /// Nobody who has shown a token.
    HEADS_TO_THE_CONTROL_PORT(2) {
        @Override
        Socket open(Target target) throws IOException {
            return heads(http2(tls(target.control(), "h2")), 4000, 0, "POST", "/nope");
        }
    },
    HALF_A_HEAD(1500) {
        @Override
        Socket open(Target target) throws IOException {
            return sent(plain(target.http()), "GET / HTTP/1.1\r\nHost: a\r\n" + fields(16, 4000));
        }
    },
    LONG_HEADS_THAT_WAIT(500) {
        @Override
        Socket open(Target target) throws IOException {
            return sent(plain(target.http()), "GET /delay?ms=60000 HTTP/1.1\r\nHost: a\r\n" + FORWARDED + fields(4, 15_000) + "\r\n");
        }
    },
    /// A long target, an answer, and then nothing.
    LONG_TARGET_THEN_IDLE(500) {
        @Override
        Socket open(Target target) throws IOException {
            return sent(plain(target.http()), "GET /ping?" + "x".repeat(60_000) + " HTTP/1.1\r\nHost: a\r\n" + FORWARDED + "\r\n");
        }
    },
    LONG_BLOCK_THEN_IDLE(200) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = http2(plain(target.http()));
            byte[] block = WireFrame.block(":method: GET", ":scheme: http", ":authority: a", ":path: /health", "x-long: "
                    + "y".repeat(15_000));
            send(socket, new WireFrame(WireFrame.HEADERS, WireFrame.END_HEADERS | WireFrame.END_STREAM, 1, block).bytes());
            return socket;
        }
    },
    /// Six octets of a ClientHello that is to be long.
    BEGUN_HANDSHAKE(1500) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = plain(target.https());
            send(socket, new byte[] {22, 3, 1, 0x40, 0, 1});
            return socket;
        }
    },
    /// Most of a ClientHello of 32 KB, in two whole records.
    HANDSHAKE_IN_PIECES(300) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = plain(target.https());
            byte[] record = new byte[5 + 14_000];
            System.arraycopy(new byte[] {22, 3, 1, 0x36, (byte) 0xb0, 1, 0, 0x7d, 0}, 0, record, 0, 9);
            byte[] next = new byte[5 + 14_000];
            System.arraycopy(record, 0, next, 0, 5);
            send(socket, record, next);
            return socket;
        }
    },
    /// The whole windows of four uploads that wait for a slot.
    FULL_WINDOWS(150) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = http2(plain(target.http()));
            byte[] piece = new byte[16_384];
            for (int stream = 1; stream <= 7; stream += 2) {
                send(socket, post(stream, "/upload", 9_999_999));
                for (int i = 0; i < 15; i++) {
                    send(socket, WireFrame.data(stream, 0, piece).bytes());
                }
            }
            return socket;
        }
    },
    UPLOADS_THAT_STOP(4) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = http2(plain(target.http()));
            for (int stream = 1; stream <= 31; stream += 2) {
                send(socket, post(stream, "/upload", 1_000_000), WireFrame.data(stream, 0, new byte[16_384]).bytes());
            }
            return socket;
        }
    },
    DOWNLOADS_THAT_ARE_NOT_TAKEN(4) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = http2(plain(target.http()), WireFrame.INITIAL_WINDOW_SIZE, 0);
            for (int stream = 1; stream <= 31; stream += 2) {
                send(socket, get(stream, "/bytes?n=10m"));
            }
            return socket;
        }
    },
    DOWNLOADS_OVER_TLS_THAT_ARE_NOT_TAKEN(16) {
        @Override
        Socket open(Target target) throws IOException {
            return sent(tls(target.https(), "http/1.1"), "GET /bytes?n=10m HTTP/1.1\r\nHost: a\r\n" + FORWARDED + "\r\n");
        }

        @Override
        boolean reads() {
            return false;
        }
    },
    FULL_QUEUE(4) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = http2(plain(target.http()));
            for (int stream = 1; stream <= 499; stream += 2) {
                send(socket, get(stream, "/delay?ms=100"));
            }
            return socket;
        }
    },
    /// Streams that are given up as soon as they are opened.
    RAPID_RESETS(4) {
        @Override
        Socket open(Target target) throws IOException {
            Socket socket = http2(plain(target.http()));
            for (int stream = 1; stream <= 2001; stream += 2) {
                send(socket, get(stream, "/delay?ms=100"), WireFrame.reset(stream, 8).bytes());
            }
            return socket;
        }
    },
    TRAILERS_WITHOUT_END(100) {
        @Override
        Socket open(Target target) throws IOException {
            return sent(plain(target.http()), "POST /upload HTTP/1.1\r\nHost: a\r\n" + FORWARDED
                    + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + fields(15, 4000));
        }
    },
    /// RFC 8446 §4.6.3: each asks for an answer. After the handshake this is what a second one is in TLS 1.3; in TLS 1.2 it is a
    /// renegotiation.
    KEY_UPDATES(2) {
        @Override
        Socket open(Target target) throws IOException {
            return handshakes(target, "TLSv1.3", 5000);
        }
    },
    RENEGOTIATIONS(2) {
        @Override
        Socket open(Target target) throws IOException {
            return handshakes(target, "TLSv1.2", 50);
        }
    };

    /// @param control with TLS
    record Target(int http, int https, int control) {}

    private final int connections;

    Attack(int connections) {
        this.connections = connections;
    }

    /// How many at once.
    int connections() {
        return connections;
    }

    /// Whether it takes what it is sent.
    boolean reads() {
        return true;
    }

    /// @throws IOException the router has ended the connection already
    abstract Socket open(Target target) throws IOException;

    private static Socket sent(Socket socket, String octets) throws IOException {
        send(socket, ascii(octets));
        return socket;
    }

    private static Socket heads(Socket socket, int streams, int flags, String method, String path) throws IOException {
        for (int i = 0; i < streams; i++) {
            send(socket, byReference(2 * i + 1, i == 0, flags, method, path));
        }
        return socket;
    }

    private static Socket handshakes(Target target, String protocol, int count) throws IOException {
        SSLSocket socket = (SSLSocket) AttackTools.tls(target.https(), "http/1.1", protocol);
        for (int i = 0; i < count; i++) {
            socket.startHandshake();
        }
        return socket;
    }
}
