// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.base.metrics.Counter;
import lambdadispatch.base.metrics.Histogram;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.trace.EndedRequest;
import lambdadispatch.router.trace.Exporter;
import lambdadispatch.router.trace.RequestTrace;

/// Sees every request begin and end: writes the access log, counts and measures.
public final class Observer {
    /// Of a path that is exported.
    private static final int LONGEST_PATH = 1024;

    private final boolean accessLog;
    private final Registry registry;
    private final AtomicInteger open = new AtomicInteger();
    private final Counter[] byClass = new Counter[6];
    private final Counter retries;
    private final Counter sentBytes;
    private final Histogram durations;
    private final Histogram waits;
    private final Histogram delays;
    private final Counter abandoned = new Counter();
    private final ExitReasons exits;
    private Exporter exporter; // null where no traces are made
    private double traceRatio;

    public Observer(boolean accessLog, Registry registry) {
        this.accessLog = accessLog;
        this.registry = registry;
        for (int i = 1; i < byClass.length; i++) {
            byClass[i] = registry.counter("lambda_dispatch_requests_total", "Requests answered, by class of status", "class", i + "xx");
        }
        retries = registry.counter("lambda_dispatch_retries_total", "Requests tried on a second instance");
        sentBytes = registry.counter("lambda_dispatch_response_bytes_total", "Octets of response bodies");
        durations = registry.httpDurations("lambda_dispatch_request_duration_seconds", "From a request's head to its answer's end");
        waits = registry.durations("lambda_dispatch_queue_wait_seconds", "From a request's arrival to its slot");
        delays = registry.durations("lambda_dispatch_dispatch_delay_seconds", "From a request's head to its being given to an instance");
        exits = new ExitReasons(registry);
        registry.gauge("lambda_dispatch_requests_open", "Requests under way", open::get);
    }

    public Registry registry() {
        return registry;
    }

    public ExitReasons exits() {
        return exits;
    }

    public int open() {
        return open.get();
    }

    /// Has sampled requests traced; before the first request.
    /// @param ratio of requests that are sampled where nobody has decided yet, 0 to 1
    public void trace(Exporter traces, double ratio) {
        exporter = traces;
        traceRatio = ratio;
    }

    /// @param trusted whether what it says of its trace is believed
    public RequestRecord begin(Request request, String client, boolean trusted) {
        open.incrementAndGet();
        return new RequestRecord(request, client, exporter == null ? null : RequestTrace.begin(request.headers(), trusted, traceRatio));
    }

    public void end(RequestRecord record) {
        open.decrementAndGet();
        long nanos = System.nanoTime() - record.startNanos;
        int group = record.status / 100;
        if (group > 0 && group < byClass.length) {
            byClass[group].increment();
        }
        if (record.status == RequestRecord.CLIENT_GONE) {
            abandoned.increment();
        }
        if (record.tries > 1) {
            retries.increment();
        }
        sentBytes.add(record.bytes);
        durations.record(nanos);
        waits.record(record.waitNanos);
        if (record.delayNanos >= 0) {
            delays.record(record.delayNanos);
        }
        if (record.trace != null && record.trace.sampled()) {
            export(record, nanos);
        }
        if (accessLog) {
            AccessLog.write(record, nanos);
        }
    }

    private void export(RequestRecord record, long nanos) {
        Instant end = Instant.now();
        long submitted = record.delayNanos < 0 ? 0 : Math.max(0, record.delayNanos - record.waitNanos);
        exporter.offer(new EndedRequest(record.trace, record.request.method(), cut(record.request.path()), record.status, record.instance,
                record.tries, record.requestId,
                record.fault, end.getEpochSecond() * 1_000_000_000L + end.getNano(), nanos, submitted, record.delayNanos, record.sentNanos,
                record.firstNanos, record.coldNanos));
    }

    /// Many wait while a collector does not answer.
    private static String cut(String path) {
        return path.length() <= LONGEST_PATH ? path : path.substring(0, LONGEST_PATH);
    }

    /// What was seen until now.
    RequestTotals totals() {
        long[] classes = new long[byClass.length];
        for (int i = 1; i < classes.length; i++) {
            classes[i] = byClass[i].value();
        }
        return new RequestTotals(classes, abandoned.value(), retries.value(), sentBytes.value(), durations.snapshot(), waits.snapshot(),
                delays.snapshot());
    }
}
