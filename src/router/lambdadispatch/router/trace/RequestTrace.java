// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;

/// One request's place in a trace: whose child it is, and what the app is told. Touched by the request's thread only.
public final class RequestTrace {
    /// Fields that are written anew where traces are made.
    public static final HeaderSet FIELDS = HeaderSet.of(TraceContext.TRACEPARENT, TraceContext.AMAZON);
    /// As [#FIELDS], and those of a stranger that go with them.
    public static final HeaderSet FIELDS_OF_STRANGERS =
            HeaderSet.of(TraceContext.TRACEPARENT, TraceContext.AMAZON, TraceContext.TRACESTATE);

    private static final byte[] TRACEPARENT = "traceparent: 00-".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AMAZON = "x-amzn-trace-id: Root=1-".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int HALF = 16;

    private final long high; // of the trace id's 128 bits
    private final long low;
    private final String parentId;
    private final long spanId;
    private final long appSpanId = random();
    private final boolean sampled;

    private RequestTrace(long high, long low, String parentId, boolean sampled) {
        this.high = high;
        this.low = low;
        this.parentId = parentId;
        this.sampled = sampled;
        this.spanId = sampled ? random() : 0; // of others nobody ever hears
    }

    /// @param trusted whether the peer's own trace is believed: it goes on, with the decision that was made for it; a stranger's begins
    /// anew
    /// @param ratio of requests that are sampled where nobody has decided yet, 0 to 1
    public static RequestTrace begin(Headers headers, boolean trusted, double ratio) {
        TraceContext context = trusted ? TraceContext.of(headers) : null;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (context == null) {
            return new RequestTrace(random(), random.nextLong(), "", random.nextDouble() < ratio);
        }
        boolean sampled = context.sampled() == null ? random.nextDouble() < ratio : context.sampled();
        return new RequestTrace(half(context, 0), half(context, HALF), context.parentId(), sampled);
    }

    private static long half(TraceContext context, int from) {
        return Long.parseUnsignedLong(context.traceId(), from, from + HALF, 16);
    }

    static long random() {
        long bits;
        do {
            bits = ThreadLocalRandom.current().nextLong();
        } while (bits == 0); // all zeros mean none
        return bits;
    }

    /// Appends what the app is told: its work is a child of the span that stands for it here. Made without a string, since every request
    /// pays for it, sampled or not.
    public void write(Bytes out) {
        out.append(TRACEPARENT);
        hex(out, high, HALF);
        hex(out, low, HALF);
        out.append('-');
        hex(out, appSpanId, HALF);
        out.append(sampled ? "-01\r\n" : "-00\r\n");
        out.append(AMAZON);
        hex(out, high >>> 32, HALF / 2);
        out.append('-');
        hex(out, high, HALF / 2);
        hex(out, low, HALF);
        out.append(";Parent=");
        hex(out, appSpanId, HALF);
        out.append(sampled ? ";Sampled=1\r\n" : ";Sampled=0\r\n");
    }

    /// The lowest so many digits.
    private static void hex(Bytes out, long bits, int digits) {
        int at = out.reserve(digits).length();
        byte[] array = out.array();
        for (int shift = 4 * digits - 4; shift >= 0; shift -= 4) {
            array[at++] = DIGITS[(int) (bits >>> shift) & 15];
        }
        out.length(at);
    }

    public boolean sampled() {
        return sampled;
    }

    String traceId() {
        return TraceContext.hex(high) + TraceContext.hex(low);
    }

    /// "" where nobody began a span before us.
    String parentId() {
        return parentId;
    }

    String spanId() {
        return TraceContext.hex(spanId);
    }

    String appSpanId() {
        return TraceContext.hex(appSpanId);
    }
}
