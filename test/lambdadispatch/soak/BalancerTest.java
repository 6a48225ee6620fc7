// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Ports;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The files that are shipped for load balancers do what they say: the first router is filled before the next gets anything, and the last
/// is never full.
@Timeout(60)
class BalancerTest {
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<CountDownLatch> reached = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private void answer(int number, Exchange exchange) throws IOException {
        if (exchange.request().path().equals("/hold")) {
            reached.get(number - 1).countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.answer(200, "text/plain", Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @EnumSource(names = {"HAPROXY_FILL_FIRST", "NGINX_FILL_FIRST"})
    void requestsGoToTheFirstThatHasRoom(Balancer.Kind kind) throws Exception {
        Assumptions.assumeTrue(kind.possible(), kind + " is not installed");
        List<Server> routers = IntStream.rangeClosed(1, 3).mapToObj(number -> new Server("router-" + number,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, exchange -> answer(number, exchange)))
                .toList();
        for (Server router : routers) {
            router.start();
        }
        int front = Ports.free();
        URI url = URI.create("http://127.0.0.1:" + front + "/");
        List<CompletableFuture<String>> holding = new ArrayList<>();
        try (Balancer balancer = new Balancer(kind, routers.stream().map(router -> router.address().getPort()).toList(), front, 1)) {
            for (int i = 0; i < 3; i++) {
                balancer.awaitUp(i);
            }
            for (int full = 0; full < 3; full++) {
                for (int i = 0; i < 4; i++) {
                    assertThat(get(url).get(30, TimeUnit.SECONDS)).as("with %d routers full", full).isEqualTo(Integer.toString(full + 1));
                }
                holding.add(get(url.resolve("/hold")));
                assertThat(reached.get(full).await(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(get(url).get(30, TimeUnit.SECONDS)).as("the last has no limit").isEqualTo("3");
            held.countDown();
            for (CompletableFuture<String> each : holding) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            held.countDown();
            client.close();
            routers.forEach(Server::close);
        }
    }

    private CompletableFuture<String> get(URI url) {
        return client.sendAsync(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString()).thenApply(HttpResponse::body);
    }
}
