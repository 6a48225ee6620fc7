// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sets of names of any size, and how a field section's memory grows.
class HeaderSetTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 40, 200})
    void aSetOfAnySizeKnowsItsNamesAndNoOthers(int size) {
        HeaderName[] names = new HeaderName[size];
        Headers in = new Headers();
        Headers out = new Headers();
        for (int i = 0; i < size; i++) {
            names[i] = HeaderName.of("x-name-" + i * i);
            in.add("X-Name-" + i * i, "");
        }
        for (int i = 0; i < 2_000; i++) {
            out.add("y-" + i, "");
        }
        HeaderSet set = HeaderSet.of(names);
        for (int i = 0; i < size; i++) {
            assertThat(set.contains(in, i)).as(in.name(i)).isTrue();
        }
        for (int i = 0; i < out.size(); i++) {
            assertThat(set.contains(out, i)).as(out.name(i)).isFalse();
        }
    }

    @Test
    void namesThatShareTheirHashAreToldApartByTheirOctets() {
        // '@' and '`' differ in the bit that case does, and share the hash
        HeaderSet set = HeaderSet.of(HeaderName.of("a@"), HeaderName.of("b`"));
        Headers headers = Headers.of("a@", "", "a`", "", "b@", "", "b`", "");
        assertThat(set.contains(headers, 0)).isTrue();
        assertThat(set.contains(headers, 1)).isFalse();
        assertThat(set.contains(headers, 2)).isFalse();
        assertThat(set.contains(headers, 3)).isTrue();
        HeaderSet both = HeaderSet.of(HeaderName.of("a@"), HeaderName.of("a`")); // one place, two names
        assertThat(both.contains(headers, 0)).isTrue();
        assertThat(both.contains(headers, 1)).isTrue();
        assertThat(both.contains(headers, 2)).isFalse();
    }

    @Test
    void theFieldsOfOneHopAreThoseOfTheRfc() {
        Headers headers =
                Headers.of("Connection", "", "Keep-Alive", "", "Proxy-Connection", "", "TE", "", "Upgrade", "", "Transfer-Encoding", "",
                "Proxy-Authenticate", "", "Trailer-X", "", "Content-Length", "", "Via", "");
        for (int i = 0; i < headers.size(); i++) {
            assertThat(HeaderSet.HOP_BY_HOP_OF_RESPONSES.contains(headers, i)).as(headers.name(i)).isEqualTo(i < 7); // RFC 9110 §7.6.1
        }
    }

    @Test
    void aSectionIsEmptyOrCountsItsOctets() {
        Headers headers = new Headers(4);
        assertThat(headers.isEmpty()).isTrue();
        assertThat(headers.find(HeaderName.TE)).isEqualTo(-1);
        assertThat(headers.contains(HeaderName.TE)).isFalse();
        headers.add(HeaderName.TE, "trailers");
        assertThat(headers.isEmpty()).isFalse();
        assertThat(headers.byteCount()).isEqualTo(10);
        assertThat(headers.contains(HeaderName.TE)).as("the first field counts").isTrue();
        headers.add(HeaderName.VIA, "x");
        assertThat(headers.find(HeaderName.VIA)).isEqualTo(1);
        assertThat(headers.byteCount()).isEqualTo(14);
        assertThat(new String(headers.array(), headers.nameStart(1), 4, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("viax");
    }

    @Test
    void aSectionIsAskedForOneFieldAfterAnother() {
        byte[] source = "..name=value..".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Headers headers = new Headers();
        headers.add(source, 2, 4, 7, 5);
        assertThat(headers.toString()).isEqualTo("name: value\n");
        assertThatThrownBy(() -> headers.add(source, 2, 4, 7, 50)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void memoryOfUsualSectionsIsTakenOnceAndGrowsByDoubling() {
        Headers headers = new Headers(16);
        String value = "v".repeat(15);
        headers.add("n", value);
        assertThat(headers.array()).as("sixteen octets fit into sixteen").hasSize(16);
        headers.clear();
        headers.add("n", value + "v");
        assertThat(headers.array()).as("one more doubles it").hasSize(32);
        headers.clear();
        headers.add("n", "v".repeat(99));
        assertThat(headers.array()).as("or takes what is needed").hasSize(100);
        Headers fields = new Headers(64);
        for (int i = 0; i < 16; i++) {
            assertThat(allocated(() -> fields.add("n", "v"))).as("field " + i).isLessThan(100);
        }
        assertThat(allocated(() -> fields.add("n", "v"))).as("the seventeenth").isGreaterThan(32 * 5 * 4);
        fields.clear();
        for (int i = 0; i < 32; i++) {
            assertThat(allocated(() -> fields.add("n", "v"))).as("field " + i + " of the next message").isLessThan(100);
        }
    }

    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
