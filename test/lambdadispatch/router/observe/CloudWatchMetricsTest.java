// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import lambdadispatch.base.Clock;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.router.dispatch.Advice;
import lambdadispatch.router.dispatch.InvokeFault;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.router.dispatch.Refusal;
import org.junit.jupiter.api.Test;

class CloudWatchMetricsTest {
    private static final long MINUTE = 60_000;
    private static final Request REQUEST = new Request("GET", "/", "http", "h", new Headers(), 0, 11);

    private final Observer observer = new Observer(false, new Registry());
    private final List<String> lines = new ArrayList<>();
    private List<PoolSnapshot> pools = List.of();
    private long millis = 1_000 * MINUTE + 30_000; // in the middle of one
    private final CloudWatchMetrics metrics =
            new CloudWatchMetrics(new CloudWatchTarget("LambdaDispatch", Map.of("Service", "shop"), Duration.ofMinutes(1)), observer,
            () -> pools, new Clock() {
                @Override
                public long nanoTime() {
                    return millis * 1_000_000;
                }

                @Override
                public Instant now() {
                    return Instant.ofEpochMilli(millis);
                }
            }, lines::add);

    private void tickUntil(long until) {
        while (millis < until) {
            long wait = metrics.tick() / 1_000_000;
            assertThat(wait).isBetween(1L, 1_000L);
            millis += wait;
        }
        metrics.tick();
    }

    private void answered(int status, int times) {
        for (int i = 0; i < times; i++) {
            RequestRecord record = observer.begin(REQUEST, "127.0.0.1", false);
            record.granted(0, "abc");
            record.responded(status);
            record.sent(10);
            observer.end(record);
        }
    }

    private static PoolSnapshot pool(String function, int pending, PoolSnapshot.Totals totals) {
        return new PoolSnapshot(function, 1, 2, 1, 1, 0, 5, pending, 7, 3, 4, 100, 0.1, 2.5, 0, null, java.util.Map.of(),
                new Advice.Seen(0.05, 0.01, 5), totals);
    }

    private static PoolSnapshot.Totals totals(long invokes, Map<InvokeFault, Long> faults) {
        return new PoolSnapshot.Totals(0, 0, 0, Map.of(Refusal.Kind.TIMED_OUT, 2L), invokes, 0, 0, faults);
    }

    private List<Json.JsonObject> documents() throws Exception {
        List<Json.JsonObject> documents = new ArrayList<>();
        for (String line : lines) {
            documents.add(EmfRules.check(line));
        }
        lines.clear();
        return documents;
    }

    @Test
    void anIntervalEndsWithTheMinuteHoweverManyRequestsCame() throws Exception {
        answered(200, 1_000);
        answered(404, 10);
        tickUntil(1_001 * MINUTE - 1_001);
        assertThat(lines).isEmpty();
        tickUntil(1_001 * MINUTE);
        Json.JsonObject first = documents().getFirst();
        assertThat(first.object("_aws").orElseThrow().number("Timestamp")).hasValue(1_000 * MINUTE + 30_000);
        assertThat(first.number("Requests")).hasValue(1_010);
        assertThat(first.number("Requests2xx")).hasValue(1_000);
        assertThat(first.number("Requests4xx")).hasValue(10);
        assertThat(first.number("Requests5xx")).hasValue(0);
        assertThat(first.number("ResponseBytes")).hasValue(10_100);
        answered(500, 3);
        tickUntil(1_002 * MINUTE);
        Json.JsonObject second = documents().getFirst();
        assertThat(second.object("_aws").orElseThrow().number("Timestamp")).hasValue(1_001 * MINUTE);
        assertThat(second.number("Requests")).hasValue(3);
        assertThat(second.number("Requests5xx")).hasValue(3);
        assertThat(second.items("RequestDuration")).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void whatIsLeftAtTheEndIsNotLost() throws Exception {
        answered(200, 5);
        observer.exits().count(ExitReason.RouterGoAway);
        metrics.flush();
        Json.JsonObject last = documents().getFirst();
        assertThat(last.number("Requests")).hasValue(5);
        assertThat(last.number("ExitRouterGoAway")).hasValue(1);
        assertThat(last.get("ExitSelfDeadline")).as("what did not happen costs nothing").isEmpty();
    }

    @Test
    void aPoolsTotalsAreDifferencesAndItsLevelsSamples() throws Exception {
        pools = List.of(pool("f", 4, totals(10, Map.of(InvokeFault.THROTTLED, 2L, InvokeFault.NEVER_CONNECTED, 1L))));
        tickUntil(1_000 * MINUTE + 45_000);
        pools = List.of(pool("f", 9, totals(12, Map.of(InvokeFault.THROTTLED, 3L, InvokeFault.NEVER_CONNECTED, 1L))));
        tickUntil(1_001 * MINUTE);
        Json.JsonObject first = documents().getLast();
        assertThat(first.text("Function")).hasValue("f");
        assertThat(first.text("Service")).hasValue("shop");
        assertThat(first.number("Invokes")).hasValue(12);
        assertThat(first.number("InvokeErrors")).hasValue(4);
        assertThat(first.number("Throttles")).hasValue(3);
        assertThat(first.number("InvokeErrorNeverConnected")).hasValue(1);
        assertThat(first.number("RequestsRefusedTimedOut")).hasValue(2);
        assertThat(first.number("InstancesOpen")).hasValue(3);
        assertThat(first.number("InvokesHeldBack")).hasValue(0);
        assertThat(first.number("ColdStart")).hasValue(2500);
        assertThat(first.items("QueueDepth")).hasSize(30).contains(new Json.JsonNumber("4"), new Json.JsonNumber("9"));
        tickUntil(1_002 * MINUTE);
        Json.JsonObject second = documents().getLast();
        assertThat(second.number("Invokes")).hasValue(0);
        assertThat(second.get("InvokeErrorNeverConnected")).isEmpty();
        assertThat(second.number("QueueDepth")).hasValue(9);
    }

    @Test
    void aPoolThatWentAndCameAgainCountsFromZero() throws Exception {
        pools = List.of(pool("f", 0, totals(10, Map.of())));
        tickUntil(1_001 * MINUTE);
        pools = List.of();
        tickUntil(1_002 * MINUTE + 1);
        tickUntil(1_003 * MINUTE + 1);
        lines.clear();
        pools = List.of(pool("f", 0, totals(3, Map.of())));
        tickUntil(1_004 * MINUTE);
        assertThat(documents().getLast().number("Invokes")).hasValue(3);
    }

    @Test
    void aClockThatJumpsLosesNothing() throws Exception {
        answered(200, 2);
        tickUntil(1_000 * MINUTE + 40_000);
        millis = 900 * MINUTE;
        metrics.tick();
        assertThat(documents().getFirst().number("Requests")).hasValue(2);
        answered(200, 1);
        tickUntil(901 * MINUTE);
        assertThat(documents().getFirst().number("Requests")).hasValue(1);
    }

    @Test
    void everythingThatCanBeReportedKeepsTheRules() throws Exception {
        Map<InvokeFault, Long> faults = new java.util.EnumMap<>(InvokeFault.class);
        for (InvokeFault fault : InvokeFault.values()) {
            faults.put(fault, 1L);
        }
        for (ExitReason reason : ExitReason.values()) {
            observer.exits().count(reason);
        }
        pools = IntStream.range(0, 20).mapToObj(i -> pool("arn:aws:lambda:us-east-1:123456789012:function:f" + i, i, totals(i, faults)))
                .toList();
        answered(200, 500);
        tickUntil(1_001 * MINUTE);
        assertThat(documents()).hasSizeGreaterThanOrEqualTo(21);
    }
}
