// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.observe.Observer;
import lambdadispatch.router.observe.Timeline;
import lambdadispatch.support.FakeClock;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final FakeClock clock = new FakeClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final Timeline timeline = new Timeline(new Observer(false, new Registry()), List::of, clock);
    private final AtomicInteger written = new AtomicInteger();
    private final Events events = new Events(timeline, () -> Json.object("n", written.incrementAndGet()));

    private ScriptedExchange watcher(List<CompletableFuture<Void>> served) throws Exception {
        ScriptedExchange watcher = new ScriptedExchange(new Request("GET", "/events", "http", "localhost", new Headers(), 0, 11));
        served.add(CompletableFuture.runAsync(() -> {
            try {
                events.serve(watcher, false);
            } catch (IOException watcherWent) {
                assertThat(watcherWent).hasMessage("gone");
            }
        }, task -> Thread.ofVirtual().start(task)));
        watcher.await(() -> watcher.flushedText().contains("event: status"));
        return watcher;
    }

    private void second() {
        clock.advance(Duration.ofSeconds(1));
        timeline.tick();
    }

    @Test
    void stateIsWrittenOnceASecondHoweverManyWatch() throws Exception {
        second();
        List<CompletableFuture<Void>> served = new ArrayList<>();
        List<ScriptedExchange> watchers = List.of(watcher(served), watcher(served), watcher(served));
        assertThat(written).hasValue(1);
        second();
        for (ScriptedExchange each : watchers) {
            each.await(() -> each.flushedText().endsWith("event: status\ndata: {\"n\":2}\n\n"));
        }
        watchers.forEach(ScriptedExchange::goes);
        second();
        for (CompletableFuture<Void> each : served) {
            each.get(20, TimeUnit.SECONDS);
        }
        assertThat(written).hasValueLessThanOrEqualTo(3);
    }
}
