// SPDX-License-Identifier: MIT
package lambdadispatch.router.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.Test;

/// Values from W3C Trace Context §3.2 and its test suite, and from AWS X-Ray's "Tracing header".
class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void traceparentIsReadWithItsDecision() {
        assertThat(TraceContext.parseTraceparent("00-" + TRACE + "-" + SPAN + "-01")).isEqualTo(new TraceContext(TRACE, SPAN, true));
        assertThat(TraceContext.parseTraceparent("00-" + TRACE + "-" + SPAN + "-00")).isEqualTo(new TraceContext(TRACE, SPAN, false));
        assertThat(TraceContext.parseTraceparent("00-" + TRACE + "-" + SPAN + "-fe")).isEqualTo(new TraceContext(TRACE, SPAN, false));
        assertThat(TraceContext.parseTraceparent("cc-" + TRACE + "-" + SPAN + "-01-what-the-future-brings")).as("a later version")
                .isNotNull();
    }

    @Test
    void malformedOnesBeginTheTraceAnew() {
        for (String wrong : List.of("", "00", "00-" + TRACE + "-" + SPAN, "00-" + TRACE + "-" + SPAN + "-1",
                "00-" + TRACE + "-" + SPAN + "-01-more", "ff-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE.toUpperCase(Locale.ROOT) + "-" + SPAN + "-01", "00-" + "0".repeat(32) + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + "0".repeat(16) + "-01",
                "00_" + TRACE + "-" + SPAN + "-01", "cc-" + TRACE + "-" + SPAN + "-01.more",
                "00-" + TRACE.substring(1) + "g-" + SPAN + "-01")) {
            assertThat(TraceContext.parseTraceparent(wrong)).as(wrong).isNull();
        }
        Headers twice = Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01", "traceparent", "00-" + TRACE + "-" + SPAN + "-01");
        assertThat(TraceContext.of(twice)).as("two of them").isNull();
    }

    @Test
    void amazonsRootIsTheSameTrace() {
        assertThat(TraceContext.parseAmazon("Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" + SPAN + ";Sampled=1"))
                .isEqualTo(new TraceContext(TRACE, SPAN, true));
        assertThat(TraceContext.parseAmazon("Self=1-1-1; Root=1-4bf92f35-77b34da6a3ce929d0e0e4736")).as("as a load balancer sends it")
                .isEqualTo(new TraceContext(TRACE, "", null));
        assertThat(TraceContext.parseAmazon("Root=1-4bf92f35-77b34da6a3ce929d0e0e473x")).isNull();
        assertThat(TraceContext.parseAmazon("Parent=" + SPAN)).isNull();
    }

    @Test
    void traceparentComesBeforeAmazons() {
        Headers both = Headers.of("x-amzn-trace-id", "Root=1-11111111-111111111111111111111111", "traceparent",
                "00-" + TRACE + "-" + SPAN + "-01");
        assertThat(TraceContext.of(both).traceId()).isEqualTo(TRACE);
    }

    @Test
    void aTrustedPeersTraceGoesOnWithItsDecisionAndTheAppIsItsChild() {
        RequestTrace trace = RequestTrace.begin(Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01"), true, 0);
        assertThat(trace.traceId()).isEqualTo(TRACE);
        assertThat(trace.parentId()).isEqualTo(SPAN);
        assertThat(trace.sampled()).isTrue();
        Bytes told = new Bytes();
        trace.write(told);
        assertThat(told.toString()).isEqualTo("traceparent: 00-" + TRACE + "-" + trace.appSpanId() + "-01\r\n"
                + "x-amzn-trace-id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" + trace.appSpanId() + ";Sampled=1\r\n");
    }

    @Test
    void aStrangersTraceBeginsAnewAndDecidesNothing() {
        RequestTrace trace = RequestTrace.begin(Headers.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01"), false, 0);
        assertThat(trace.traceId()).isNotEqualTo(TRACE).matches("[0-9a-f]{32}");
        assertThat(trace.parentId()).isEmpty();
        assertThat(trace.sampled()).isFalse();
        assertThat(RequestTrace.begin(new Headers(), false, 1).sampled()).isTrue();
    }
}
