// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import lambdadispatch.base.Bytes;
import lambdadispatch.support.TrustAll;
import lambdadispatch.support.WireFrame;

/// What attackers send: octets that no client library would.
final class AttackTools {
    /// The client that attacks, as a trusted proxy would name it.
    static final String CLIENT = "198.51.100.7";
    static final String FORWARDED = "X-Forwarded-For: " + CLIENT + "\r\n";
    private static final int ENTRY = 4000;
    private static final int MOST_IN_PREFIX = 127; // RFC 7541 §5.1, 7 bits
    private static final byte NEWEST_ENTRY = (byte) 0xbe; // indexed field 62, RFC 7541 §6.1

    private AttackTools() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static Socket plain(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return socket;
    }

    static Socket tls(int port, String protocol) throws IOException {
        return TrustAll.connect(port, protocol);
    }

    /// @param version of TLS, and no other
    static Socket tls(int port, String protocol, String version) throws IOException {
        return TrustAll.connect(port, protocol, version);
    }

    /// Begins HTTP/2 with prior knowledge.
    static Socket http2(Socket socket, int... settings) throws IOException {
        send(socket, WireFrame.preface(), WireFrame.settings(settings).bytes());
        return socket;
    }

    static void send(Socket socket, byte[]... octets) throws IOException {
        Bytes all = new Bytes();
        for (byte[] each : octets) {
            all.append(each);
        }
        OutputStream out = socket.getOutputStream();
        out.write(all.array(), 0, all.length());
        out.flush();
    }

    static byte[] get(int stream, String path) {
        return WireFrame.headers(stream, WireFrame.END_STREAM, ":method: GET", ":scheme: http", ":authority: a", ":path: " + path,
                "x-forwarded-for: " + CLIENT).bytes();
    }

    static byte[] post(int stream, String path, int length) {
        return WireFrame.headers(stream, 0, ":method: POST", ":scheme: http", ":authority: a", ":path: " + path,
                "content-length: " + length, "x-forwarded-for: " + CLIENT).bytes();
    }

    /// A request with 60 KB of cookies, which after the first of a connection are some octets on the wire.
    static byte[] byReference(int stream, boolean first, int flags, String method, String path) {
        Bytes block = new Bytes().append(
                WireFrame.block(":method: " + method, ":scheme: http", ":authority: a", ":path: " + path, "x-forwarded-for: " + CLIENT));
        int references = 15;
        if (first) {
            block.append(0x40).append(6).append("cookie").append(MOST_IN_PREFIX);
            int rest = ENTRY - MOST_IN_PREFIX;
            block.append(rest % 128 | 128).append(rest / 128).append("x".repeat(ENTRY));
            references--;
        }
        for (int i = 0; i < references; i++) {
            block.append(NEWEST_ENTRY);
        }
        return new WireFrame(WireFrame.HEADERS, WireFrame.END_HEADERS | flags, stream, block.toArray()).bytes();
    }

    /// So many fields of so many octets each.
    static String fields(int count, int octets) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("x").append(i).append(": ").append("y".repeat(octets)).append("\r\n");
        }
        return text.toString();
    }
}
