// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;

class OnceAMinuteTest {
    @Test
    void sameTextIsSaidOnceAMinuteWhateverItsNumbers() {
        FakeClock clock = new FakeClock(Instant.EPOCH);
        List<String> said = new ArrayList<>();
        OnceAMinute once = new OnceAMinute(said::add, clock);
        once.accept("env-1 listens on 3000");
        once.accept("env-2 listens on 3001");
        once.accept("env-2 ended");
        clock.advance(Duration.ofSeconds(60));
        once.accept("env-3 listens on 3002");
        assertThat(said).containsExactly("env-1 listens on 3000", "env-2 ended", "env-3 listens on 3002");
    }
}
