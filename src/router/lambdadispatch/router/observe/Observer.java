// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.Request;
import lambdadispatch.metrics.Counter;
import lambdadispatch.metrics.Histogram;
import lambdadispatch.metrics.Registry;

/// Sees every request begin and end: writes the access log, counts and measures.
public final class Observer {
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

    public Record begin(Request request, String client) {
        open.incrementAndGet();
        return new Record(request, client);
    }

    public void end(Record record) {
        open.decrementAndGet();
        long nanos = System.nanoTime() - record.startNanos;
        int group = record.status / 100;
        if (group > 0 && group < byClass.length) {
            byClass[group].increment();
        }
        if (record.status == Record.CLIENT_GONE) {
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
        if (accessLog) {
            AccessLog.write(record, nanos);
        }
    }

    /// What was seen until now.
    RequestTotals totals() {
        long[] classes = new long[byClass.length];
        for (int i = 1; i < classes.length; i++) {
            classes[i] = byClass[i].value();
        }
        return new RequestTotals(classes, abandoned.value(), retries.value(), sentBytes.value(), durations.snapshot(), waits.snapshot(), delays.snapshot());
    }
}
