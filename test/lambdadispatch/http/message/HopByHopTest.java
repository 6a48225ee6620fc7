// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopTest {
    @ParameterizedTest
    @ValueSource(strings = {"keep-alive", "close"})
    void theUsualConnectionFieldNamesNothingElse(String value) {
        assertThat(HopByHop.namedIn(Headers.of("connection", value))).isNull();
        assertThat(HopByHop.namedIn(Headers.of("x", "y"))).isNull();
    }

    @Test
    void whatAnyConnectionFieldNamesIsForThisHopOnly() {
        Headers headers = Headers.of("connection", "close, X-One", "connection", "x-two,,", "x-one", "1", "X-Two", "2", "x-three", "3");
        HeaderSet named = HopByHop.namedIn(headers);
        assertThat(HopByHop.ofResponse(headers, 0, named)).isTrue();
        assertThat(HopByHop.ofResponse(headers, 2, named)).isTrue();
        assertThat(HopByHop.ofResponse(headers, 3, named)).isTrue();
        assertThat(HopByHop.ofResponse(headers, 4, named)).isFalse();
        assertThat(HopByHop.ofResponse(headers, 3, null)).isFalse();
    }
}
