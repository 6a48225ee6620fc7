// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import lambdadispatch.http.message.Headers;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who counts as one client.
class ClientAddressTest {
    private static final TrustedProxies TRUSTED = new TrustedProxies(List.of("10.0.0.0/8", "fd00::/8"));
    private static final Object CONNECTION = new Object();

    private static Object named(String... values) {
        Headers headers = new Headers();
        for (String value : values) {
            headers.add("X-Forwarded-For", value);
        }
        return ClientAddress.named(headers, TRUSTED, CONNECTION);
    }

    private static Object of(String literal) {
        return ClientAddress.of(InetAddress.ofLiteral(literal));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "198.51.100.7 | 198.51.100.7",
        "198.51.100.7, 10.1.2.3 | 198.51.100.7",
        "6.6.6.6, 198.51.100.7, 10.1.2.3, 10.1.2.4 | 198.51.100.7",
        "6.6.6.6,198.51.100.7 | 198.51.100.7",
        "198.51.100.7:4711 | 198.51.100.7",
        "10.1.2.3 | 10.1.2.3",
        "2001:db8::1 | 2001:db8::2",
        "[2001:db8::1]:443 | 2001:db8:0:0:9::",
        "rubbish, 198.51.100.7 | 198.51.100.7",
    })
    void clientIsWhoTheNearestTrustedProxyNames(String field, String address) {
        assertThat(named(field)).isEqualTo(of(address));
    }

    @Test
    void severalFieldsAreOneList() {
        assertThat(named("6.6.6.6", "198.51.100.7", "10.1.2.3")).isEqualTo(of("198.51.100.7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "_hidden", "198.51.100.7, unknown", "example.org", "1.2.3.4.5", ","})
    void whereNoAddressIsNamedTheConnectionCounts(String field) {
        assertThat(named(field)).isSameAs(CONNECTION);
    }

    @Test
    void addressesOfOneClientsNetworkAreOneClient() {
        assertThat(of("2001:db8:0:1::1")).isNotEqualTo(of("2001:db8:0:2::1")).isEqualTo(of("2001:db8:0:1:ffff::"));
        assertThat(of("198.51.100.7")).isNotEqualTo(of("198.51.100.8"));
    }

    @Test
    void listOfManyTrustedAddressesIsReadToTheSixteenth() {
        String many = "198.51.100.7" + ", 10.0.0.1".repeat(10_000) + ", 10.0.0.2".repeat(16);
        assertThat(named(many)).isEqualTo(of("10.0.0.2"));
    }

    /// A balancer that is trusted passes on what clients send, such as the wish to be told which instance answered.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"10.1.2.3 | true", "10.1.2.4, 10.1.2.3 | true", "198.51.100.7 | false",
            "10.1.2.4, 198.51.100.7 | false", "unknown | false", "'' | false"})
    void onlyWhoIsTrustedThroughoutIsOneOfOurs(String field, boolean ours) {
        assertThat(ClientAddress.isTrusted(Headers.of("X-Forwarded-For", field), TRUSTED)).isEqualTo(ours);
        assertThat(ClientAddress.isTrusted(new Headers(), TRUSTED)).isTrue();
    }

    @Test
    void strangersWordsCountForNothing() {
        ProxyHandler.Options options = new ProxyHandler.Options("http", "/health", false, java.util.Set.of(), TRUSTED, LowPriority.NONE);
        Peer stranger = Peer.of(ScriptedExchange.of("GET", "/"), options);
        assertThat(stranger.client()).isEqualTo(of("127.0.0.1"));
    }

    @Test
    void eachConnectionOfATrustedPeerThatNamesNobodyCountsForItself() {
        TrustedProxies all = new TrustedProxies(List.of("127.0.0.0/8"));
        ProxyHandler.Options options = new ProxyHandler.Options("http", "/health", false, java.util.Set.of(), all, LowPriority.NONE);
        Object one = Peer.of(ScriptedExchange.of("GET", "/"), options).client();
        assertThat(one).isNotEqualTo(Peer.of(ScriptedExchange.of("GET", "/"), options).client());
    }
}
