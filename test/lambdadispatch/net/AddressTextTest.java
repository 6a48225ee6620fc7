// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
    /// RFC 5952 §4 and §5.
    @ParameterizedTest
    @CsvSource({
        "0:0:0:0:0:0:0:1, ::1", "0:0:0:0:0:0:0:0, ::", "2001:0DB8:0:0:0:0:2:1, 2001:db8::2:1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
            "2001:0:0:1:0:0:0:1, 2001:0:0:1::1", "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1", "fe80:0:0:0:0:0:0:0, fe80::",
            "1:0:0:2:3:4:0:0, 1::2:3:4:0:0",
        "abcd:ef01:2345:6789:abcd:ef01:2345:6789, abcd:ef01:2345:6789:abcd:ef01:2345:6789", "203.0.113.9, 203.0.113.9"})
    void addressHasOneText(String address, String text) throws Exception {
        assertThat(AddressText.of(InetAddress.getByName(address))).isEqualTo(text);
        assertThat(InetAddress.getByName(text)).isEqualTo(InetAddress.getByName(address));
    }

    @Test
    void interfaceIsNobodysBusiness() throws Exception {
        assertThat(AddressText.of(Inet6Address.getByAddress(null, InetAddress.getByName("fe80::1").getAddress(), 3))).isEqualTo("fe80::1");
    }
}
