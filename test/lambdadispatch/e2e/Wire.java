// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import lambdadispatch.support.Stack;
import lambdadispatch.support.TrustAll;

/// A client for one request on a connection of its own that sends exactly what the test says, over either version of HTTP.
abstract sealed class Wire implements AutoCloseable permits Http1Wire, Http2Wire {
    enum Version { HTTP_1, HTTP_2 }

    /// How a request ends.
    enum Body { NONE, FOLLOWS }

    final Socket socket;
    final Answer answer = new Answer();

    Wire(Socket socket) {
        this.socket = socket;
    }

    static Wire open(Version version, Stack stack) throws IOException {
        return of(version, new Socket(InetAddress.getLoopbackAddress(), stack.port("incoming")));
    }

    /// @param port what it is for, as the router's log says
    static Wire overTls(Version version, Stack stack, String port) throws IOException {
        return of(version, TrustAll.connect(stack.port(port), version == Version.HTTP_1 ? "http/1.1" : "h2"));
    }

    private static Wire of(Version version, Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return switch (version) {
            case HTTP_1 -> new Http1Wire(socket);
            case HTTP_2 -> new Http2Wire(socket);
        };
    }

    /// A request without a body, and its whole answer.
    static Answer get(Version version, Stack stack, String target, String... fields) throws Exception {
        return call(version, stack, "GET", target, fields);
    }

    static Answer call(Version version, Stack stack, String method, String target, String... fields) throws Exception {
        try (Wire wire = open(version, stack)) {
            wire.request(method, target, Body.NONE, fields);
            return wire.answer.awaitEnd();
        }
    }

    /// A short body with its length, and the whole answer.
    static Answer post(Version version, Stack stack, String target, String body) throws Exception {
        try (Wire wire = open(version, stack)) {
            wire.request("POST", target, Body.FOLLOWS, "content-length", Integer.toString(body.length()));
            wire.body(body);
            wire.endBody();
            return wire.answer.awaitEnd();
        }
    }

    /// Sends the head; with a body to follow and no `content-length` among the fields only its end tells its length.
    abstract void request(String method, String target, Body body, String... fields) throws IOException;

    abstract void body(byte[] octets, int length) throws IOException;

    void body(String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        body(octets, octets.length);
    }

    abstract void endBody(String... trailers) throws IOException;

    /// The client goes away: closes the connection, resets the stream.
    abstract void leave() throws IOException;

    final void receive() {
        Thread.ofVirtual().name("wire").start(() -> {
            try {
                read();
            } catch (IOException | RuntimeException e) {
                answer.end(Answer.End.BROKEN);
            }
        });
    }

    abstract void read() throws IOException;

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
