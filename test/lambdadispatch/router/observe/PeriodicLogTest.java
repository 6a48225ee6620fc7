// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;

class PeriodicLogTest {
    private final FakeClock clock = new FakeClock(java.time.Instant.EPOCH);
    private final AtomicInteger written = new AtomicInteger();
    private final PeriodicLog log = new PeriodicLog(new Observer(false, new Registry()), this::pools, clock);

    private List<PoolSnapshot> pools() {
        written.incrementAndGet();
        return List.of();
    }

    @Test
    void figuresAreWrittenEveryTenSecondsHoweverOftenItIsAsked() {
        assertThat(log.tick()).isEqualTo(PeriodicLog.INTERVAL.toNanos());
        clock.advance(PeriodicLog.INTERVAL.minusNanos(1));
        assertThat(log.tick()).isEqualTo(1);
        assertThat(written).hasValue(0);
        clock.advance(PeriodicLog.INTERVAL);
        assertThat(log.tick()).isEqualTo(PeriodicLog.INTERVAL.toNanos());
        assertThat(log.tick()).isEqualTo(PeriodicLog.INTERVAL.toNanos());
        assertThat(written).hasValue(1);
    }
}
