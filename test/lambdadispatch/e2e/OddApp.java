// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.net.Input;
import lambdadispatch.support.JavaApp;

/// A web app of plain sockets that answers exactly what a test wants, good or bad. Runs in a process of its own, on the port in `PORT`.
final class OddApp {
    private static final Map<String, String> ANSWERS = Map.ofEntries(
            Map.entry("/", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            Map.entry("/health", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            Map.entry("/odd-fields", "HTTP/1.1 200 OK\r\n" + manyFields()
                    + "X-Twice: 2\r\nSet-Cookie: a=1\r\nX-Twice: 1\r\nSet-Cookie: b=2\r\n"
                    + "X-Octets: \u00fc\u00ff\u0080\r\nConnection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n"),
            Map.entry("/hints",
                    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            Map.entry("/trailers",
                    "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=b\r\nX-Lambda-Fault: app\r\nX-Sum: 2\r\n\r\n"),
            Map.entry("/goes-on", "HTTP/1.1 200 OK\r\nX-Lambda-Wait-Until: 2\r\nContent-Length: 2\r\n\r\nok"),
            Map.entry("/204", "HTTP/1.1 204 No Content\r\nETag: \"a\"\r\n\r\n"),
            Map.entry("/304", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n"),
            Map.entry("/close", ""),
            Map.entry("/junk", "this is not HTTP at all\r\n\r\n"),
            Map.entry("/half", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
            Map.entry("/half-chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
            Map.entry("/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalfXX"),
            Map.entry("/text", text("Content-Type: text/html; charset=utf-8\r\nETag: \"v1\"\r\n")),
            Map.entry("/encoded", text("Content-Type: text/html\r\nContent-Encoding: br\r\n")),
            Map.entry("/image", text("Content-Type: image/png\r\n")));

    private final Semaphore held = new Semaphore(0);
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger gone = new AtomicInteger();

    private OddApp() {}

    /// For `Stack.app`.
    static String command() {
        return JavaApp.command(OddApp.class);
    }

    private static String manyFields() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            fields.append("X-Field-").append(i).append(": ").append(i).append("\r\n");
        }
        return fields.toString();
    }

    private static String text(String fields) {
        return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 5000\r\n\r\n" + "All work and no play. ".repeat(300).substring(0, 5000);
    }

    public static void main(String[] arguments) throws IOException {
        OddApp app = new OddApp();
        try (ServerSocket server = new ServerSocket(Integer.parseInt(System.getenv("PORT")), 200, InetAddress.getLoopbackAddress())) {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> app.serve(socket));
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Input in = new Input((into, offset, length) -> socket.getInputStream().read(into, offset, length), 64 << 10, 1 << 20);
            HeadParser parser = new HeadParser(256 << 10, 1_000);
            RequestHead head = new RequestHead();
            boolean more = true;
            while (more && parser.parseRequest(in, head)) {
                more = answer(head, in, socket);
            }
        } catch (IOException | InterruptedException e) {
            gone.incrementAndGet();
        }
    }

    /// Returns whether the connection stays open.
    private boolean answer(RequestHead head, Input in, Socket socket) throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        String path = head.target();
        BodyReader body = BodyReader.of(in, head);
        switch (path) {
            case "/raw" -> raw(head, body, out);
            case "/hold" -> {
                waiting.incrementAndGet();
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
                held.acquire();
                write(out, "held");
            }
            case "/events", "/page" -> {
                String type = path.equals("/events") ? "text/event-stream" : "text/html";
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                held.acquire();
                write(out, "4\r\nlast\r\n0\r\n\r\n");
            }
            case "/release" -> {
                held.release();
                write(out, ANSWERS.get("/"));
            }
            case "/sink" -> {
                waiting.incrementAndGet();
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + Math.min(100, drain(body).length));
            }
            case "/silent" -> {
                waiting.incrementAndGet();
                gone.addAndGet(socket.getInputStream().read() < 0 ? 1 : 0);
                return false;
            }
            case "/version" -> {
                String version = System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + version.length() + "\r\n\r\n" + version);
            }
            case "/seen" -> {
                String seen = "waiting=" + waiting + " gone=" + gone + " pid=" + ProcessHandle.current().pid();
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + seen.length() + "\r\n\r\n" + seen);
            }
            default -> {
                drain(body);
                write(out, ANSWERS.getOrDefault(path, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
                return !path.matches("/(close|junk|half.*|bad.*)");
            }
        }
        return true;
    }

    /// The request as it came: its head's fields, its body, its trailers.
    private static void raw(RequestHead head, BodyReader body, OutputStream out) throws IOException {
        Bytes said = new Bytes(1024).append(head.method() + " " + head.target() + "\r\n");
        for (int i = 0; i < head.headers().size(); i++) {
            head.headers().writeLine(i, said);
        }
        said.append("\r\n").append(drain(body));
        for (int i = 0; i < body.trailers().size(); i++) {
            body.trailers().writeLine(i, said);
        }
        write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + (head.method().equals("HEAD") ? 0 : said.length()) + "\r\n\r\n");
        if (!head.method().equals("HEAD")) {
            out.write(said.array(), 0, said.length());
        }
    }

    private static byte[] drain(BodyReader body) throws IOException {
        Bytes content = new Bytes();
        byte[] buffer = new byte[8192];
        for (int count; (count = body.read(buffer, 0, buffer.length)) >= 0; ) {
            content.append(buffer, 0, count);
        }
        return content.toArray();
    }

    private static void write(OutputStream out, String octets) throws IOException {
        out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
