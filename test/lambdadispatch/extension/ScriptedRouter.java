// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.protocol.InvokePayload;

/// A router's control port, without TLS, that does what a test says.
final class ScriptedRouter implements AutoCloseable {
    static final String ID = "ab12";

    final AtomicInteger pings = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final Set<String> channelIds = ConcurrentHashMap.newKeySet();
    final List<String> appFaults = new CopyOnWriteArrayList<>();
    /// What pings and close requests say of how the environment feels.
    final List<String> conditions = new CopyOnWriteArrayList<>();
    final List<Exchange> downlinks = new CopyOnWriteArrayList<>();
    volatile int channelStatus = 200;
    volatile int uplinkStatus = 200;
    /// How many downlinks are broken off before one is taken.
    final AtomicInteger breaks = new AtomicInteger();
    final List<Long> brokenNanos = new CopyOnWriteArrayList<>();
    /// What a downlink's answer waits for.
    volatile CountDownLatch admission = new CountDownLatch(0);
    /// What the router waits for behind each piece of a response.
    volatile CountDownLatch taking = new CountDownLatch(0);
    final AtomicInteger downlinksGone = new AtomicInteger();
    final AtomicInteger uplinksEnded = new AtomicInteger();
    final AtomicInteger uplinksBroken = new AtomicInteger();
    volatile int pingStatus = 200;
    /// 0 breaks the request off.
    volatile int closeStatus = 200;
    volatile boolean drainsWhenAsked = true;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Server server;

    ScriptedRouter() throws IOException {
        Limits limits = Limits.DEFAULT.with().bodyStall(Duration.ZERO).leastRate(LeastRate.NONE)
                .maxStreams(1000).connectionWindow(1 << 24).maxConnections(100).limits();
        server = new Server("scripted", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, limits, new Handler() {
            @Override
            public void handle(Exchange exchange) throws IOException {
                control(exchange);
            }

            @Override
            public boolean takesH2cUpgrade() {
                return true; // or nothing here would speak HTTP/2
            }
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.address().getPort();
    }

    InvokePayload payload(int channels, boolean stay) {
        return payload(url(), channels, stay);
    }

    static InvokePayload payload(String url, int channels, boolean stay) {
        return new InvokePayload("pool", ID, url, channels, Instant.now(), false, "token", "", ControlPaths.PROTOCOL_VERSION, stay,
                HeadLimits.RELAYED_REQUEST_BYTES);
    }

    private void control(Exchange exchange) throws IOException {
        ControlPaths path = ControlPaths.parse(exchange.request().target()).orElseThrow();
        Stream.ofNullable(exchange.request().headers().get(ControlPaths.CONDITION_HEADER)).forEach(conditions::add);
        switch (path.kind()) {
            case PING -> {
                pings.incrementAndGet();
                String fault = exchange.request().headers().get(ControlPaths.APP_NOT_READY_HEADER);
                answer(exchange, pingStatus);
                if (fault != null) { // once it has been answered
                    appFaults.add(fault);
                }
            }
            case CLOSE -> {
                closes.incrementAndGet();
                if (closeStatus == 0) {
                    exchange.abort();
                    return;
                }
                answer(exchange, closeStatus);
                if (drainsWhenAsked) {
                    goAway();
                }
            }
            case CHANNEL -> channel(exchange, path);
        }
    }

    private void channel(Exchange exchange, ControlPaths path) throws IOException {
        if (exchange.request().method().equals("POST")) {
            if (uplinkStatus != 200) {
                answer(exchange, uplinkStatus);
                return;
            }
            try {
                byte[] bin = new byte[100];
                while (exchange.read(bin, 0, bin.length) >= 0) {
                    await(taking);
                }
            } catch (IOException e) {
                uplinksBroken.incrementAndGet();
                throw e;
            }
            uplinksEnded.incrementAndGet();
            answer(exchange, 200);
            return;
        }
        if (breaks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            brokenNanos.add(System.nanoTime());
            exchange.abort();
            return;
        }
        await(admission);
        if (channelStatus != 200) {
            answer(exchange, channelStatus);
            return;
        }
        channelIds.add(path.channelId());
        exchange.respond(200, new Headers(), -1);
        exchange.flush();
        downlinks.add(exchange);
        exchange.onClientGone(() -> {
            downlinks.remove(exchange);
            downlinksGone.incrementAndGet();
        });
        await(over);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private static void answer(Exchange exchange, int status) throws IOException {
        exchange.answer(status, "text/plain", new byte[0]);
    }

    /// Ends all downlinks, as a router does that has nothing more to say.
    void goAway() throws IOException {
        for (Exchange downlink : downlinks) {
            downlink.end();
        }
        downlinks.clear();
    }

    /// Breaks the first downlink off.
    void breakOne() {
        downlinks.removeFirst().abort();
    }

    @Override
    public void close() {
        over.countDown();
        admission.countDown();
        taking.countDown();
        server.close();
    }
}
