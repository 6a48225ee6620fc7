// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import static lambdadispatch.soak.AttackTools.ascii;
import static lambdadispatch.soak.AttackTools.http2;
import static lambdadispatch.soak.AttackTools.plain;
import static lambdadispatch.soak.AttackTools.send;
import static lambdadispatch.soak.AttackTools.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.function.Function;
import lambdadispatch.support.Stack;
import lambdadispatch.support.WireFrame;

/// What an idle connection costs the router: `./build.sh soak idle` opens some hundred of each kind, has the router's garbage collected,
/// and compares with before.
final class IdleConnections {
    private static final int COUNT = 500;

    private enum Kind { HTTP1, HTTP2, HTTP1_TLS, HTTP2_TLS }

    /// What the connection has been used for.
    private enum Past { NOTHING, ONE_REQUEST, ONE_LONG_REQUEST }

    private final Stack stack;
    private int usual; // descriptors of the router's while there are no connections

    private IdleConnections(Stack stack) {
        this.stack = stack;
    }

    static void run(Function<Consumer<String>, Stack> stacks) throws Exception {
        try (Stack stack = stacks.apply(_ -> { }).instances(1).router("LAMBDA_DISPATCH_MaxInstanceCount", "1")
                .router("LAMBDA_DISPATCH_KeepAliveTimeout", "1h").router("LAMBDA_DISPATCH_HeaderTimeout", "1h").start()) {
            IdleConnections idle = new IdleConnections(stack);
            idle.awaitNoConnections();
            for (Kind kind : Kind.values()) {
                idle.close(idle.open(kind, Past.ONE_LONG_REQUEST, 200)); // until what is made once is there
            }
            System.out.printf("%n== idle connections, %d of each kind%n%-10s %-18s %14s %14s%n", COUNT, "kind", "after", "heap, octets",
                    "RSS, octets");
            for (Kind kind : Kind.values()) {
                for (Past past : Past.values()) {
                    idle.measure(kind, past);
                }
            }
        }
    }

    private void measure(Kind kind, Past past) throws Exception {
        awaitNoConnections();
        Vitals before = settled();
        List<Socket> sockets = open(kind, past, COUNT);
        try {
            Vitals after = settled();
            System.out.printf("%-10s %-18s %,14d %,14d%n", kind, past, (after.liveObjectsKb() - before.liveObjectsKb()) * 1024 / COUNT,
                    (after.residentKb() - before.residentKb()) * 1024 / COUNT);
            System.out.println("    most of it: " + after.grownSince(before));
        } finally {
            close(sockets);
        }
    }

    /// Until the router has closed what is left of those before.
    private void awaitNoConnections() throws IOException, InterruptedException {
        int open;
        do {
            Thread.sleep(500);
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + stack.routerPid() + "/fd"))) {
                open = (int) descriptors.count();
            }
            usual = usual == 0 ? open : usual;
        } while (open > usual + 5);
    }

    /// Some things are let go by threads that run a little later.
    private Vitals settled() throws IOException, InterruptedException {
        Vitals least = Vitals.of(stack.routerPid());
        for (int i = 0; i < 3; i++) {
            Thread.sleep(1000);
            Vitals next = Vitals.of(stack.routerPid());
            least = next.liveObjectsKb() < least.liveObjectsKb() ? next : least;
        }
        return least;
    }

    private List<Socket> open(Kind kind, Past past, int count) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = switch (kind) {
                case HTTP1, HTTP2 -> plain(stack.port("incoming"));
                case HTTP1_TLS -> tls(stack.port("incoming-tls"), "http/1.1");
                case HTTP2_TLS -> tls(stack.port("incoming-tls"), "h2");
            };
            socket.setSoTimeout(30_000);
            sockets.add(socket);
            if (kind == Kind.HTTP2 || kind == Kind.HTTP2_TLS) {
                overHttp2(http2(socket), past);
            } else if (past != Past.NOTHING) {
                String target = past == Past.ONE_REQUEST ? "/ping" : "/ping?" + "x".repeat(30_000);
                send(socket, ascii("GET " + target + " HTTP/1.1\r\nHost: a\r\n"
                        + (past == Past.ONE_REQUEST ? "" : AttackTools.fields(2, 15_000)) + "\r\n"));
                readUntil(socket, "pong");
            }
        }
        return sockets;
    }

    private static void overHttp2(Socket socket, Past past) throws IOException {
        if (past == Past.NOTHING) {
            readUntil(socket, "\0\0\0\4\1\0\0\0\0"); // our SETTINGS acknowledged
            return;
        }
        byte[] block = past == Past.ONE_REQUEST ? WireFrame.block(":method: GET", ":scheme: http", ":authority: a", ":path: /ping")
                : WireFrame.block(":method: GET", ":scheme: http", ":authority: a", ":path: /ping?" + "x".repeat(7_000),
                        "x-long: " + "y".repeat(7_000));
        send(socket, new WireFrame(WireFrame.HEADERS, WireFrame.END_HEADERS | WireFrame.END_STREAM, 1, block).bytes());
        readUntil(socket, "pong");
    }

    private static void readUntil(Socket socket, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        byte[] buffer = new byte[2048];
        while (seen.indexOf(wanted) < 0) {
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                throw new IOException("closed after: " + seen);
            }
            seen.append(new String(buffer, 0, count, java.nio.charset.StandardCharsets.ISO_8859_1));
        }
    }

    private void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
