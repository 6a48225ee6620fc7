// SPDX-License-Identifier: MIT
package lambdadispatch.abuse;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.base.Clock;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.support.Bounds;

/// The program that is attacked: listeners in a process of their own with a small heap, so that what an attack costs can be told from what
/// the attacker costs, and memory without a bound would be the end of it. Prints its ports; ends when its input does.
final class AbusedListener {
    /// Short enough to be waited for, long enough for a client that goes on.
    static final int STALL_MILLIS = UnderAttack.STALL_MILLIS;

    /// Of the listener "crowded".
    static final int MOST_CONNECTIONS = 40;

    private AbusedListener() {}

    public static void main(String[] arguments) throws Exception {
        Limits impatient = new Bounds().headTimeoutMillis(STALL_MILLIS).bodyStallMillis(STALL_MILLIS).writeStallMillis(STALL_MILLIS)
                .idleMillis(2 * STALL_MILLIS).limits();
        open("usual", Limits.DEFAULT, false);
        Limits patient = Limits.DEFAULT.with().idle(Duration.ofMinutes(10)).limits();
        open("patient", patient, false);
        open("patient-tls", patient, true);
        open("impatient", impatient, false);
        open("impatient-tls", impatient, true);
        open("crowded", new Bounds().maxConnections(MOST_CONNECTIONS).limits(), false);
        System.out.println("ready 0");
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }

    private static void open(String name, Limits limits, boolean tls) throws Exception {
        Server server = new Server(name, new InetSocketAddress("127.0.0.1", 0),
                tls ? SelfSigned.create("abused", Clock.SYSTEM, Duration.ofDays(1)).serverContext() : null, limits, AbusedListener::handle);
        server.start();
        System.out.println(name + " " + server.address().getPort());
    }

    private static void handle(Exchange exchange) throws IOException {
        switch (exchange.request().path()) {
            case "/memory" -> answer(exchange, Long.toString(liveHeap()));
            case "/trust" -> {
                exchange.connection().trustPeer();
                answer(exchange, "trusted");
            }
            case "/hang" -> hang(exchange);
            case "/big" -> big(exchange);
            case "/count" -> count(exchange);
            default -> answer(exchange, "served");
        }
    }

    private static void answer(Exchange exchange, String text) throws IOException {
        exchange.answer(200, "text/plain", text.getBytes(StandardCharsets.US_ASCII));
    }

    /// What is reachable, in bytes.
    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void hang(Exchange exchange) throws IOException {
        CountDownLatch gone = new CountDownLatch(1);
        exchange.onClientGone(gone::countDown);
        try {
            gone.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void big(Exchange exchange) throws IOException {
        byte[] piece = new byte[64 << 10];
        exchange.respond(200, new Headers(), -1);
        for (int i = 0; i < 1_000; i++) {
            exchange.write(piece, 0, piece.length);
        }
        exchange.end();
    }

    private static void count(Exchange exchange) throws IOException {
        byte[] buffer = new byte[8192];
        long total = 0;
        for (int count = exchange.read(buffer, 0, buffer.length); count >= 0; count = exchange.read(buffer, 0, buffer.length)) {
            total += count;
        }
        answer(exchange, Long.toString(total));
    }
}
