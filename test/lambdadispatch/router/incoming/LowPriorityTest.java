// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;

/// Which requests give way.
class LowPriorityTest {
    private final LowPriority some = new LowPriority(List.of("/reports/*", "/export", "X-Priority: low", "X-Batch"));

    private boolean low(String target, String... fields) {
        return some.matches(ScriptedExchange.of("GET", target, fields).request());
    }

    @Test
    void aPathIsMeantWholeOrWithAStarAllBelowIt() {
        assertThat(low("/reports/2026?x=1")).isTrue();
        assertThat(low("/reports")).isFalse();
        assertThat(low("/export?all")).isTrue();
        assertThat(low("/export/1")).isFalse();
        assertThat(low("/")).isFalse();
    }

    @Test
    void aFieldIsMeantWithItsValueOrWithAny() {
        assertThat(low("/", "x-priority", "LOW")).isTrue();
        assertThat(low("/", "x-priority", "high")).isFalse();
        assertThat(low("/", "x-batch", "7")).isTrue();
    }

    @Test
    void whatIsNeitherIsRefused() {
        assertThatThrownBy(() -> new LowPriority(List.of("a b"))).isInstanceOf(IllegalArgumentException.class);
    }
}
