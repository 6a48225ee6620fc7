// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import java.util.concurrent.ThreadLocalRandom;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;

/// One request's place in a trace: whose child it is, and what the app is told. Touched by the request's thread only.
public final class RequestTrace {
    /// Fields that are written anew where traces are made.
    public static final HeaderSet FIELDS = HeaderSet.of(TraceContext.TRACEPARENT, TraceContext.AMAZON);
    /// As [#FIELDS], and those of a stranger that go with them.
    public static final HeaderSet FIELDS_OF_STRANGERS = HeaderSet.of(TraceContext.TRACEPARENT, TraceContext.AMAZON, TraceContext.TRACESTATE);

    private final String traceId;
    private final String parentId;
    private final String spanId = TraceContext.hex(random());
    private final String appSpanId = TraceContext.hex(random());
    private final boolean sampled;

    private RequestTrace(String traceId, String parentId, boolean sampled) {
        this.traceId = traceId;
        this.parentId = parentId;
        this.sampled = sampled;
    }

    /// @param trusted whether the peer's own trace is believed: it goes on, with the decision that was made for it; a stranger's begins anew
    /// @param ratio of requests that are sampled where nobody has decided yet, 0 to 1
    public static RequestTrace begin(Headers headers, boolean trusted, double ratio) {
        TraceContext context = trusted ? TraceContext.of(headers) : null;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String traceId = context == null ? TraceContext.hex(random()) + TraceContext.hex(random.nextLong()) : context.traceId();
        boolean sampled = context == null || context.sampled() == null ? random.nextDouble() < ratio : context.sampled();
        return new RequestTrace(traceId, context == null ? "" : context.parentId(), sampled);
    }

    static long random() {
        long bits;
        do {
            bits = ThreadLocalRandom.current().nextLong();
        } while (bits == 0); // all zeros mean none
        return bits;
    }

    /// Appends what the app is told: its work is a child of the span that stands for it here.
    public void write(Bytes out) {
        field(out, TraceContext.TRACEPARENT, TraceContext.traceparent(traceId, appSpanId, sampled));
        field(out, TraceContext.AMAZON, TraceContext.amazon(traceId, appSpanId, sampled));
    }

    private static void field(Bytes out, HeaderName name, String value) {
        out.append(name.bytes()).append(": ").append(value).append('\r').append('\n');
    }

    public boolean sampled() {
        return sampled;
    }

    String traceId() {
        return traceId;
    }

    /// "" where nobody began a span before us.
    String parentId() {
        return parentId;
    }

    String spanId() {
        return spanId;
    }

    String appSpanId() {
        return appSpanId;
    }
}
