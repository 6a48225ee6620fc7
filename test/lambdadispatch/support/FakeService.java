// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/// An HTTP/1.1 service on 127.0.0.1 that answers as a test says, well or badly. Not built on the product's own server, so that it may
/// misbehave.
public final class FakeService implements AutoCloseable {
    /// What came; header names in lower case.
    public record Asked(String method, String target, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.get(name);
        }

        @Override
        public String toString() {
            return method + " " + target;
        }
    }

    /// How an answer goes out.
    public enum Manner {
        WELL,
        /// The connection is reset instead.
        RESET,
        /// Half of it, then the end.
        CUT,
        /// A byte every [#DRIP], without an end.
        TRICKLE,
        /// Nothing until the service is closed.
        SILENT
    }

    public record Reply(int status, String body, Map<String, String> headers, Manner manner) {
        public static Reply of(int status, String body, String... namesAndValues) {
            Map<String, String> headers = new TreeMap<>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                headers.put(namesAndValues[i], namesAndValues[i + 1]);
            }
            return new Reply(status, body, headers, Manner.WELL);
        }

        public static Reply ok(String body) {
            return of(200, body);
        }

        public Reply in(Manner other) {
            return new Reply(status, body, headers, other);
        }
    }

    private static final Duration DRIP = Duration.ofMillis(20);

    private final ServerSocket listener;
    private final boolean secure;
    private final Function<Asked, Reply> answers;
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    public FakeService(Function<Asked, Reply> answers) {
        this(null, answers);
    }

    /// @param tls null for cleartext
    public FakeService(SSLContext tls, Function<Asked, Reply> answers) {
        this.answers = answers;
        this.secure = tls != null;
        try {
            InetAddress loopback = InetAddress.getByName("127.0.0.1");
            listener = secure ? tls.getServerSocketFactory().createServerSocket(0, 1000, loopback) : new ServerSocket(0, 1000, loopback);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public URI uri() {
        return URI.create((secure ? "https" : "http") + "://127.0.0.1:" + listener.getLocalPort());
    }

    /// All requests until now, in order.
    public List<Asked> asked() {
        return new ArrayList<>(asked);
    }

    public int connections() {
        return connections.get();
    }

    public Set<Socket> open() {
        return open;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                if (listener.isClosed()) {
                    socket.close(); // taken while `close` went through those that were open
                    return;
                }
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (Asked next = read(in); next != null; next = read(in)) {
                asked.add(next);
                boolean last = "close".equals(next.header("connection"));
                if (!write(socket, answers.apply(next), last) || last) {
                    return;
                }
            }
        } catch (IOException e) {
            return; // the client left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private static Asked read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>();
        for (String field = line(in); field != null && !field.isEmpty(); field = line(in)) {
            int colon = field.indexOf(':');
            headers.put(field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip());
        }
        String[] parts = first.split(" ");
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Asked(parts[0], parts[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /// Returns whether the connection goes on.
    private boolean write(Socket socket, Reply reply, boolean last) throws IOException, InterruptedException {
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " So\r\n");
        reply.headers().forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (last) {
            head.append("connection: close\r\n"); // RFC 9112 §9.6
        }
        head.append("content-length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        whole.writeBytes(body);
        OutputStream out = socket.getOutputStream();
        switch (reply.manner()) {
            case WELL -> out.write(whole.toByteArray());
            case RESET -> socket.setSoLinger(true, 0);
            case CUT -> out.write(whole.toByteArray(), 0, whole.size() - body.length / 2 - 1);
            case TRICKLE -> trickle(out, reply, body);
            case SILENT -> closed.await();
        }
        out.flush();
        return reply.manner() == Manner.WELL;
    }

    private void trickle(OutputStream out, Reply reply, byte[] body) throws IOException, InterruptedException {
        out.write(("HTTP/1.1 " + reply.status() + " So\r\ncontent-length: " + Integer.MAX_VALUE + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        for (int i = 0; !closed.await(DRIP.toMillis(), TimeUnit.MILLISECONDS); i++) {
            out.write(i < body.length ? body[i] : ' ');
            out.flush();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
