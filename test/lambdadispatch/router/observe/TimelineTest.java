// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Clock;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private static final class TestClock implements Clock {
        private volatile long millis = 1_700_000_000_250L;

        @Override
        public long nanoTime() {
            return millis * 1_000_000;
        }

        @Override
        public Instant now() {
            return Instant.ofEpochMilli(millis);
        }
    }

    private final TestClock clock = new TestClock();
    private final Observer observer = new Observer(false, new Registry());
    private final Timeline timeline = new Timeline(observer, List::of, clock);

    private void answered(int status) {
        RequestRecord record = observer.begin(new Request("GET", "/", "http", "h", new Headers(), 0, 11), "203.0.113.9", false);
        record.responded(status);
        observer.end(record);
    }

    @Test
    void eachSampleHoldsWhatItsOwnSecondSaw() {
        answered(200);
        answered(503);
        clock.millis += 750;
        assertThat(timeline.tick()).isEqualTo(1_000_000_000L);
        answered(200);
        clock.millis += 1000;
        timeline.tick();
        assertThat(timeline.samples()).extracting(Sample::requests).containsExactly(2L, 1L);
        assertThat(timeline.samples()).extracting(Sample::failed).containsExactly(1L, 0L);
        assertThat(timeline.samples()).extracting(Sample::epochSecond).containsExactly(1_700_000_001L, 1_700_000_002L);
    }

    @Test
    void nothingIsSampledTwiceInASecond() {
        assertThat((double) timeline.tick()).isCloseTo(750_000_000, within(1.0));
        clock.millis += 400;
        timeline.tick();
        assertThat(timeline.samples()).isEmpty();
    }

    @Test
    void onlyTheLastFifteenMinutesAreKept() {
        for (int i = 0; i < Timeline.SECONDS + 50; i++) {
            clock.millis += 1000;
            timeline.tick();
        }
        assertThat(timeline.samples()).hasSize(Timeline.SECONDS);
        assertThat(timeline.samples().getLast().epochSecond() - timeline.samples().getFirst().epochSecond())
                .isEqualTo(Timeline.SECONDS - 1);
    }

    @Test
    void whoWaitsForTheNextSampleIsWokenByIt() throws Exception {
        CompletableFuture<Sample> waits = CompletableFuture.supplyAsync(() -> {
            try {
                return timeline.after(0, 60_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        clock.millis += 1000;
        timeline.tick();
        assertThat(waits.get(20, TimeUnit.SECONDS).epochSecond()).isEqualTo(1_700_000_001L);
        assertThat(timeline.after(1_700_000_001L, 1)).as("none in time").isNull();
    }
}
