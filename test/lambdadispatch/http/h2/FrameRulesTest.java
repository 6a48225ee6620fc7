// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.ACK;
import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.DATA;
import static lambdadispatch.support.WireFrame.END_HEADERS;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.GOAWAY;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.PADDED;
import static lambdadispatch.support.WireFrame.PING;
import static lambdadispatch.support.WireFrame.PRIORITY;
import static lambdadispatch.support.WireFrame.PRIORITY_FLAG;
import static lambdadispatch.support.WireFrame.PUSH_PROMISE;
import static lambdadispatch.support.WireFrame.RST_STREAM;
import static lambdadispatch.support.WireFrame.SETTINGS;
import static lambdadispatch.support.WireFrame.WINDOW_UPDATE;
import static lambdadispatch.support.WireFrame.block;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.four;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.priority;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.settings;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The rules of RFC 9113 §4 to §6 about single frames and their order, as a table: what a peer sends, and how the connection or the stream
/// ends for it. Each row is fed in one piece and octet by octet.
@Timeout(120)
class FrameRulesTest {
    private static final int BIG = 16_385;
    private static final byte[] NONE = {};
    private static final WireFrame CONTINUED = new WireFrame(HEADERS, END_STREAM, 1, block(":method: GET", ":scheme: http"));

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    /// @param code of the GOAWAY, or of the RST_STREAM for `stream` where that is not 0
    record Row(String rule, int stream, String code, List<WireFrame> frames) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Row connection(String rule, String code, WireFrame... frames) {
        return new Row(rule, 0, code, List.of(frames));
    }

    private static Row stream(String rule, int id, String code, WireFrame... frames) {
        return new Row(rule, id, code, List.of(frames));
    }

    private static WireFrame frame(int type, int flags, int streamId, byte... payload) {
        return new WireFrame(type, flags, streamId, payload);
    }

    static Stream<Row> size() {
        return Stream.of(
                connection("§4.2 DATA above the maximum", "FRAME_SIZE_ERROR", post(1, "/"), data(1, 0, new byte[BIG])),
                connection("§4.2 HEADERS above the maximum", "FRAME_SIZE_ERROR", frame(HEADERS, END_HEADERS, 1, new byte[BIG])),
                connection("§4.2 unknown type above the maximum", "FRAME_SIZE_ERROR", frame(0xee, 0, 0, new byte[BIG])),
                connection("§6.1 padded DATA without a pad length", "FRAME_SIZE_ERROR", post(1, "/"), frame(DATA, PADDED, 1)),
                connection("§6.2 HEADERS too short for its priority", "FRAME_SIZE_ERROR",
                        frame(HEADERS, PRIORITY_FLAG | END_HEADERS, 1, new byte[4])),
                stream("§6.3 PRIORITY of 4 octets", 1, "FRAME_SIZE_ERROR", post(1, "/"), frame(PRIORITY, 0, 1, new byte[4])),
                connection("§6.3, §6.4 PRIORITY of 6 octets on an idle stream", "FRAME_SIZE_ERROR", frame(PRIORITY, 0, 7, new byte[6])),
                connection("§6.4 RST_STREAM of 3 octets", "FRAME_SIZE_ERROR", post(1, "/"), frame(RST_STREAM, 0, 1, new byte[3])),
                connection("§6.4 RST_STREAM of 5 octets", "FRAME_SIZE_ERROR", post(1, "/"), frame(RST_STREAM, 0, 1, new byte[5])),
                connection("§6.5 SETTINGS of 5 octets", "FRAME_SIZE_ERROR", frame(SETTINGS, 0, 0, new byte[5])),
                connection("§6.5 SETTINGS acknowledgement with a payload", "FRAME_SIZE_ERROR", frame(SETTINGS, ACK, 0, new byte[6])),
                connection("§6.7 PING of 7 octets", "FRAME_SIZE_ERROR", frame(PING, 0, 0, new byte[7])),
                connection("§6.7 PING acknowledgement of 9 octets", "FRAME_SIZE_ERROR", frame(PING, ACK, 0, new byte[9])),
                connection("§6.8 GOAWAY of 7 octets", "FRAME_SIZE_ERROR", frame(GOAWAY, 0, 0, new byte[7])),
                connection("§6.9 WINDOW_UPDATE of 3 octets", "FRAME_SIZE_ERROR", frame(WINDOW_UPDATE, 0, 0, new byte[3])),
                connection("§6.9 WINDOW_UPDATE of 5 octets on a stream", "FRAME_SIZE_ERROR", post(1, "/"),
                        frame(WINDOW_UPDATE, 0, 1, new byte[5])));
    }

    static Stream<Row> place() {
        return Stream.of(
                connection("§6.1 DATA on stream 0", "PROTOCOL_ERROR", frame(DATA, 0, 0)),
                connection("§6.2 HEADERS on stream 0", "PROTOCOL_ERROR", headers(0, END_STREAM, ":method: GET")),
                connection("§6.3 PRIORITY on stream 0", "PROTOCOL_ERROR", priority(0, 1)),
                connection("§6.4 RST_STREAM on stream 0", "PROTOCOL_ERROR", reset(0, 8)),
                connection("§6.5 SETTINGS on a stream", "PROTOCOL_ERROR", frame(SETTINGS, 0, 1)),
                connection("§6.6, §8.4 PUSH_PROMISE from a client", "PROTOCOL_ERROR", frame(PUSH_PROMISE, END_HEADERS, 1, four(2))),
                connection("§6.7 PING on a stream", "PROTOCOL_ERROR", frame(PING, 0, 1, new byte[8])),
                connection("§6.8 GOAWAY on a stream", "PROTOCOL_ERROR", frame(GOAWAY, 0, 1, new byte[8])),
                connection("§6.10 CONTINUATION on stream 0", "PROTOCOL_ERROR", frame(CONTINUATION, END_HEADERS, 0)),
                connection("§6.10 CONTINUATION after nothing", "PROTOCOL_ERROR", frame(CONTINUATION, END_HEADERS, 1)),
                connection("§6.10 CONTINUATION after END_HEADERS", "PROTOCOL_ERROR", get(1, "/"), frame(CONTINUATION, END_HEADERS, 1)),
                connection("§6.10 DATA inside a field section", "PROTOCOL_ERROR", CONTINUED, frame(DATA, 0, 1)),
                connection("§6.10 CONTINUATION of another stream", "PROTOCOL_ERROR", CONTINUED, frame(CONTINUATION, END_HEADERS, 3)),
                connection("§6.10 PING inside a field section", "PROTOCOL_ERROR", CONTINUED, WireFrame.ping("12345678")),
                connection("§5.5 an unknown type inside a field section", "PROTOCOL_ERROR", CONTINUED, frame(0xee, 0, 1)),
                connection("§5.1 DATA on an idle stream", "PROTOCOL_ERROR", frame(DATA, 0, 1)),
                connection("§5.1 RST_STREAM on an idle stream", "PROTOCOL_ERROR", get(1, "/"), reset(3, 8)),
                connection("§5.1 WINDOW_UPDATE on an idle stream", "PROTOCOL_ERROR", windowUpdate(1, 1)),
                connection("§5.1 WINDOW_UPDATE on a stream that only we could open", "PROTOCOL_ERROR", get(3, "/"), windowUpdate(2, 1)),
                connection("§5.1.1 an even stream identifier", "PROTOCOL_ERROR", get(2, "/")),
                connection("§5.1.1 an identifier below the last", "PROTOCOL_ERROR", get(5, "/"), get(3, "/")),
                stream("§5.3.1 PRIORITY that makes a stream depend on itself", 1, "PROTOCOL_ERROR", post(1, "/"), priority(1, 1)),
                stream("§5.3.1 HEADERS that make a stream depend on itself", 1, "PROTOCOL_ERROR",
                        frame(HEADERS, END_STREAM | END_HEADERS | PRIORITY_FLAG, 1,
                        join(four(1), new byte[] {0}, get(1, "/").payload()))),
                connection("§6.1 padding as long as the payload", "PROTOCOL_ERROR", post(1, "/"),
                        frame(DATA, PADDED, 1, (byte) 3, (byte) 0, (byte) 0)),
                connection("§6.2 padding longer than the payload", "PROTOCOL_ERROR",
                        frame(HEADERS, PADDED | END_HEADERS, 1, (byte) 200, (byte) 0x82)));
    }

    static Stream<Row> values() {
        return Stream.of(
                connection("§6.5.2 ENABLE_PUSH of 2", "PROTOCOL_ERROR", settings(WireFrame.ENABLE_PUSH, 2)),
                connection("§6.5.2 INITIAL_WINDOW_SIZE of 2^31", "FLOW_CONTROL_ERROR",
                        settings(WireFrame.INITIAL_WINDOW_SIZE, Integer.MIN_VALUE)),
                connection("§6.5.2 MAX_FRAME_SIZE of 2^14-1", "PROTOCOL_ERROR", settings(WireFrame.MAX_FRAME_SIZE, 16_383)),
                connection("§6.5.2 MAX_FRAME_SIZE of 2^24", "PROTOCOL_ERROR", settings(WireFrame.MAX_FRAME_SIZE, 1 << 24)),
                connection("§6.9 WINDOW_UPDATE of 0 for the connection", "PROTOCOL_ERROR", windowUpdate(0, 0)),
                stream("§6.9 WINDOW_UPDATE of 0 for a stream", 1, "PROTOCOL_ERROR", post(1, "/"), windowUpdate(1, 0)),
                connection("§6.9.1 the connection's window above 2^31-1", "FLOW_CONTROL_ERROR", windowUpdate(0, Integer.MAX_VALUE)),
                stream("§6.9.1 a stream's window above 2^31-1", 1, "FLOW_CONTROL_ERROR", post(1, "/"), windowUpdate(1, Integer.MAX_VALUE)),
                connection("§6.9.2 settings that take a stream's window above 2^31-1", "FLOW_CONTROL_ERROR", post(1, "/"),
                        windowUpdate(1, Integer.MAX_VALUE - 65_535), settings(WireFrame.INITIAL_WINDOW_SIZE, 65_536)),
                connection("§4.3 a field block that does not decode", "COMPRESSION_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80)),
                connection("§4.3 trailers that do not decode", "COMPRESSION_ERROR", post(1, "/"),
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80)),
                connection("§4.3 a field block on a closed stream that does not decode", "COMPRESSION_ERROR", post(1, "/"), reset(1, 8),
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80)));
    }

    static Stream<Row> states() {
        return Stream.of(
                stream("§5.1 DATA after END_STREAM", 1, "STREAM_CLOSED", post(1, "/hang"), data(1, END_STREAM, NONE), data(1, 0, NONE)),
                stream("§5.1 HEADERS after END_STREAM", 1, "STREAM_CLOSED", get(1, "/hang"), headers(1, END_STREAM, "a: b")),
                stream("§5.1 DATA after RST_STREAM", 1, "STREAM_CLOSED", post(1, "/hang"), reset(1, 8), data(1, 0, NONE)),
                stream("§5.1 HEADERS after RST_STREAM", 1, "STREAM_CLOSED", post(1, "/hang"), reset(1, 8), headers(1, END_STREAM, "a: b")),
                stream("§8.1 a second field section without END_STREAM", 1, "PROTOCOL_ERROR", post(1, "/hang"), headers(1, 0, "a: b")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"size", "place", "values", "states"})
    void aBrokenRuleEndsWhatItIsAbout(Row row) throws IOException {
        for (Http2Served served : List.of(Http2Served.start(log, FrameRulesTest::handle),
                Http2Served.dribbling(log, FrameRulesTest::handle))) {
            served.peer.silent().begin().send(row.frames().toArray(WireFrame[]::new));
            if (row.stream() == 0) {
                assertThat(served.peer.awaitGoAway()).isEqualTo(row.code());
                served.peer.awaitEnd();
            } else {
                assertThat(served.peer.awaitReset(row.stream())).isEqualTo(row.code());
                // RFC 9113 §5.4.2: a stream error does not affect other streams
                assertThat(served.peer.send(get(101, "/")).answer(101).status()).isEqualTo(200);
            }
        }
    }

    static Stream<Row> harmless() {
        return Stream.of(
                connection("§4.1, §5.5 an unknown type", "", frame(0xee, 0xff, 0, (byte) 1), frame(0xef, 0, 77, (byte) 1)),
                connection("§4.1 unused flags", "", frame(PING, 0xfe, 0, new byte[8])),
                connection("§4.1 the reserved bit of the stream identifier", "", frame(PING, 0, 0x8000_0000, new byte[8])),
                connection("§6.5.2 an unknown setting", "", settings(0xabcd, 17)),
                connection("§6.5.2 no table, the largest table, the largest list", "", settings(1, 0, 6, -1), settings(1, -1)),
                connection("§6.5 the same setting twice: the last holds", "",
                        settings(WireFrame.INITIAL_WINDOW_SIZE, 0, WireFrame.INITIAL_WINDOW_SIZE, 65_535)),
                connection("§6.3 PRIORITY on idle, open, closed streams", "", priority(9, 0), post(1, "/hang"), priority(1, 0), reset(1, 8),
                        priority(1, 0), priority(2, 0)),
                connection("§5.1 WINDOW_UPDATE and RST_STREAM after RST_STREAM", "", post(1, "/hang"), reset(1, 8), windowUpdate(1, 5),
                        reset(1, 8)),
                connection("§5.1 WINDOW_UPDATE on a half-closed (remote) stream", "", get(1, "/hang"), windowUpdate(1, 5)),
                connection("§6.8 GOAWAY: what follows is still answered", "",
                        frame(GOAWAY, 0, 0, join(four(0), four(0), "bye".getBytes()))),
                connection("§6.9 the reserved bit of an increment", "", windowUpdate(0, 0x8000_0001)),
                connection("§5.1.1 identifiers may be skipped", "", get(3, "/"), get(51, "/")),
                connection("§7 an unknown error code", "", post(1, "/hang"), reset(1, 0xdead_beef)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmless")
    void whatIsAllowedOrToBeIgnoredDoesNoHarm(Row row) throws IOException {
        for (Http2Served served : List.of(Http2Served.start(log, FrameRulesTest::handle),
                Http2Served.dribbling(log, FrameRulesTest::handle))) {
            served.peer.silent().begin().send(row.frames().toArray(WireFrame[]::new)).send(get(101, "/"));
            assertThat(served.peer.answer(101).text()).isEqualTo("hello\n");
        }
    }

    private static void handle(lambdadispatch.http.server.Exchange exchange) throws IOException {
        if (exchange.request().target().equals("/hang")) {
            java.util.concurrent.CountDownLatch gone = new java.util.concurrent.CountDownLatch(1);
            exchange.onClientGone(gone::countDown);
            try {
                gone.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return;
        }
        Http2Served.ECHO.handle(exchange);
    }

    private static byte[] join(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(p -> p.length).sum();
        java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(length);
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }
}
