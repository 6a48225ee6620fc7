// SPDX-License-Identifier: MIT
package lambdadispatch.interop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executors;

/// An app with one page that fetches a dozen resources at once and writes down, for each, by which protocol it came and what it hashes to.
final class PageApp {
    static final int RESOURCES = 12;
    private static final String PAGE = """
            <!doctype html><title>interop</title><link rel=stylesheet href="/style.css"><pre id=out>waiting</pre>
            <script type=module>
            const lines = [];
            const hash = async body => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', body)), b => b.toString(16).padStart(2, '0')).join('');
            const get = async i => {
                const response = await fetch('/resource/' + i);
                lines[i] = 'resource ' + i + ' ' + await hash(await response.arrayBuffer());
            };
            try {
                await Promise.all(Array.from({length: %d}, (_, i) => get(i)));
                const sent = new Uint8Array(300000).fill(7);
                const answer = await fetch('/upload', {method: 'POST', body: sent});
                lines.push('upload ' + await answer.text());
                for (const entry of [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')])
                    lines.push('protocol ' + new URL(entry.name).pathname + ' ' + entry.nextHopProtocol);
                lines.push('done');
            } catch (e) {
                lines.push('failed ' + e);
            }
            document.getElementById('out').textContent = lines.join('\\n');
            </script>
            """.formatted(RESOURCES);

    private PageApp() {}

    /// What a resource consists of.
    static byte[] resource(int number) {
        byte[] body = new byte[20_000 + number * 30_000];
        new Random(number).nextBytes(body);
        return body;
    }

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", PageApp::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        switch (path) {
            case "/" -> send(exchange, "text/html", PAGE.getBytes(StandardCharsets.UTF_8));
            case "/style.css" -> send(exchange, "text/css", "pre { color: black }".getBytes(StandardCharsets.US_ASCII));
            case "/upload" ->
                send(exchange, "text/plain", (body.length + " " + Exchanges.sha256(body)).getBytes(StandardCharsets.US_ASCII));
            default -> {
                boolean resource = path.startsWith("/resource/");
                send(exchange, "application/octet-stream", resource ? resource(Integer.parseInt(path.substring(10))) : new byte[] {'-'});
            }
        }
    }

    private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }
}
