// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lambdadispatch.base.json.Json;

/// A sampled request that is over, and its spans (OpenTelemetry Protocol 1, JSON encoding; HTTP semantic conventions).
///
/// ```
///   server span   ├───────────────────────────────────────────────┤
///   queue           ├────────────┤        waits for a slot
///   cold start        ├──────────┤        of the instance that it got, where that was invoked while it waited
///   dispatch                     ├┤       until the request is on its way to the instance
///   app                           ├───────────────────────────────┤   event "first octet"
/// ```
///
/// @param endEpochNanos when it ended, since the epoch
/// @param nanos from its head to its answer's end; the following count from its head as well
/// @param submittedNanos when it asked for a slot
/// @param grantedNanos when it got one; negative if it never did
/// @param sentNanos when it was on its way to the instance; negative if it never was
/// @param firstNanos when its answer began; 0 if it never did
/// @param coldNanos how long before it was granted its instance was invoked; 0 if that was before the request came
public record EndedRequest(
        RequestTrace trace,
        String method,
        String path,
        int status,
        String instance,
        int tries,
        String requestId,
        String fault,
        long endEpochNanos,
        long nanos,
        long submittedNanos,
        long grantedNanos,
        long sentNanos,
        long firstNanos,
        long coldNanos) {
    private static final int KIND_INTERNAL = 1;
    private static final int KIND_SERVER = 2;
    private static final int KIND_CLIENT = 3;
    private static final int STATUS_ERROR = 2;

    /// The spans, the server's first.
    List<Json> spans() {
        List<Json> spans = new ArrayList<>();
        Map<String, Json> attributes = new TreeMap<>();
        attributes.put("http.request.method", text(method));
        attributes.put("url.path", text(path));
        attributes.put("http.response.status_code", number(status));
        attributes.put("lambda_dispatch.instance", text(instance));
        attributes.put("lambda_dispatch.tries", number(tries));
        attributes.put("lambda_dispatch.request_id", text(requestId == null ? "" : requestId));
        if (fault != null) {
            attributes.put("error.type", text(fault));
        }
        spans.add(span(method, KIND_SERVER, trace.spanId(), trace.parentId(), new long[] {0, nanos}, attributes, List.of()));
        long waited = grantedNanos < 0 ? nanos : grantedNanos;
        spans.add(child("queue", submittedNanos, waited));
        if (coldNanos > 0 && grantedNanos >= 0) {
            spans.add(child("cold start", Math.max(0, grantedNanos - coldNanos), grantedNanos));
        }
        if (sentNanos >= 0) {
            spans.add(child("dispatch", grantedNanos, sentNanos));
            List<Json> events = firstNanos == 0 ? List.of() : List.of(Json.object("name", "first octet", "timeUnixNano", at(firstNanos)));
            spans.add(span("app", KIND_CLIENT, trace.appSpanId(), trace.spanId(), new long[] {sentNanos, nanos}, Map.of(), events));
        }
        return spans;
    }

    private Json child(String name, long from, long to) {
        String id = TraceContext.hex(RequestTrace.random());
        return span(name, KIND_INTERNAL, id, trace.spanId(), new long[] {from, to}, Map.of(), List.of());
    }

    private Json span(String name, int kind, String id, String parent, long[] fromTo, Map<String, Json> attributes, List<Json> events) {
        List<Json> pairs = new ArrayList<>();
        attributes.forEach((key, value) -> pairs.add(Json.object("key", key, "value", value)));
        Json failed = status >= 500 && kind == KIND_SERVER ? Json.object("code", STATUS_ERROR) : Json.object();
        return Json.object("traceId", trace.traceId(), "spanId", id, "parentSpanId", parent, "name", name, "kind", kind,
                "startTimeUnixNano", at(fromTo[0]),
                "endTimeUnixNano", at(fromTo[1]), "attributes", Json.of(pairs), "events", Json.of(events), "status", failed);
    }

    /// 64-bit numbers are strings in this encoding.
    private String at(long sinceStart) {
        return Long.toString(endEpochNanos - nanos + Math.min(sinceStart, nanos));
    }

    private static Json text(String value) {
        return Json.object("stringValue", value);
    }

    private static Json number(long value) {
        return Json.object("intValue", Long.toString(value));
    }
}
