// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1,true", "10.255.255.255,true", "172.16.0.1,true", "172.31.255.255,true", "172.32.0.1,false", "192.168.1.1,true",
            "192.169.1.1,false",
            "169.254.1.1,true", "8.8.8.8,false", "11.0.0.1,false", "::1,true", "::2,false", "fd00::1,true", "fe80::1,true", "febf::1,true",
            "fec0::1,false", "2001:db8::1,false",
        "::ffff:10.0.0.1,true", "::ffff:8.8.8.8,false"})
    void defaultIsLoopbackAndPrivateRanges(String address, boolean trusted) throws UnknownHostException {
        TrustedProxies proxies = new TrustedProxies(List.of(TrustedProxies.DEFAULT.split(",")));
        assertThat(proxies.trusts(InetAddress.getByName(address))).isEqualTo(trusted);
    }

    @ParameterizedTest
    @CsvSource({"203.0.113.0/25,203.0.113.127,true", "203.0.113.0/25,203.0.113.128,false", "203.0.113.9,203.0.113.9,true",
            "203.0.113.9,203.0.113.8,false", "0.0.0.0/0,8.8.8.8,true",
        "0.0.0.0/0,::2,false", "2001:db8::/33,2001:db8:7fff::1,true", "2001:db8::/33,2001:db8:8000::1,false", "::/0,2001:db8::1,true"})
    void networksAreMatchedBitByBit(String network, String address, boolean trusted) throws UnknownHostException {
        assertThat(new TrustedProxies(List.of(network)).trusts(InetAddress.getByName(address))).isEqualTo(trusted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.0/", "10", "300.0.0.1",
            "example.org/8", "1.2.3.4/8/9"})
    void whatIsNoNetworkIsRefusedByName(String text) {
        assertThatThrownBy(() -> new TrustedProxies(List.of("10.0.0.0/8", text))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(text);
    }
}
