// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Tunnel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Which request asks for HTTP/2 on its connection (RFC 7540 §3.2), and what becomes of it there.
class H2cUpgradeTest {
    private static final Tunnel TUNNEL = played(Tunnel.class, (proxy, method, arguments) -> {
        throw new AssertionError(method);
    });

    private final List<String> events = new ArrayList<>();
    private final H2cUpgrade upgrade = new H2cUpgrade(exchange -> events.add("handled"), (tunnel, request, settings) -> {
        assertThat(tunnel).isSameAs(TUNNEL);
        events.add(settings);
        events.add(request.method() + " " + request.target() + " " + request.scheme() + " " + request.authority() + " "
                + request.contentLength() + " " + request.version());
        events.add(request.headers().toString());
    });

    private static <T> T played(Class<T> type, InvocationHandler by) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, by));
    }

    private void handle(long length, boolean tunnels, String... fields) throws IOException {
        Request request = new Request("POST", "/a", "https", "host:1", Headers.of(fields), length, 11);
        upgrade.handle(played(Exchange.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "request" -> request;
            case "tunnels" -> tunnels;
            case "tunnel" -> {
                events.add("101 " + arguments[0]);
                yield TUNNEL;
            }
            default -> throw new AssertionError(method);
        }));
    }

    private static final String[] WANTED = {"Host", "host:1", "Upgrade", "websocket, h2c", "x", "1",
        "Connection", "Upgrade, HTTP2-Settings", "HTTP2-Settings", "AAMAAABk"};

    @Test
    void whoeverAsksForItIsServedThatRequestWithoutWhatWasOfTheOldConnection() throws IOException {
        handle(0, true, WANTED);
        assertThat(events).hasSize(4).startsWith("101 " + Headers.of("upgrade", "h2c"), "AAMAAABk", "POST /a http host:1 0 20");
        assertThat(events.getLast()).isEqualTo(Headers.of("x", "1").toString());
    }

    @Test
    void aBodyOrAConnectionThatCanNotBeTakenOverKeepsTheOldProtocol() throws IOException {
        handle(1, true, WANTED);
        handle(-1, true, WANTED);
        handle(0, false, WANTED);
        assertThat(events).containsExactly("handled", "handled", "handled");
    }

    static List<List<String>> unwanted() {
        List<List<String>> all = new ArrayList<>();
        for (int left = 2; left < WANTED.length; left += 2) { // without one of them
            if (left != 4) {
                all.add(with(left, null, null));
            }
        }
        all.add(with(2, "Upgrade", "websocket"));
        all.add(with(6, "Connection", "Upgrade"));
        all.add(with(6, "Connection", "HTTP2-Settings"));
        all.add(with(4, "HTTP2-Settings", "AAMAAABk")); // twice
        return all;
    }

    private static List<String> with(int at, String name, String value) {
        List<String> fields = new ArrayList<>(List.of(WANTED));
        fields.remove(at);
        fields.remove(at);
        if (name != null) {
            fields.add(name);
            fields.add(value);
        }
        return fields;
    }

    @ParameterizedTest
    @MethodSource("unwanted")
    void whatDoesNotAskForItAsTheRfcSaysGoesThrough(List<String> fields) throws IOException {
        handle(0, true, fields.toArray(String[]::new));
        assertThat(events).containsExactly("handled");
    }

    @Test
    void itKnowsItsPeersIfTheHandlerBehindItDoes() {
        Handler knowing = new Handler() {
            @Override
            public void handle(Exchange exchange) {}

            @Override
            public boolean knowsItsPeers() {
                return true;
            }
        };
        assertThat(new H2cUpgrade(knowing, (tunnel, request, settings) -> { }).knowsItsPeers()).isTrue();
        assertThat(upgrade.knowsItsPeers()).isFalse();
    }
}
