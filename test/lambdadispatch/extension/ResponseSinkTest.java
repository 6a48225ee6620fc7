// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Headers;
import lambdadispatch.protocol.Party;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Which way a response takes where there are two: one whole on the uplink that channels share, or all of it on the channel's own.
@Timeout(30)
class ResponseSinkTest {
    private final List<String> shared = new ArrayList<>();
    private boolean takes = true;
    private final Uplink uplink = new Uplink(() -> { });
    private final Received own = Received.from(uplink, Long.MAX_VALUE);
    private final ResponseSink sink = new ResponseSink(uplink, response -> {
        if (takes) {
            shared.add(new String(response.array(), 0, response.length(), StandardCharsets.ISO_8859_1));
        }
        return takes;
    });

    private void body(String text) throws Exception {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        sink.raw(octets, 0, octets.length);
    }

    @Test
    void wholeResponseTakesTheSharedWayWhereThatTakesIt() throws Exception {
        sink.head(200, Headers.of("content-length", "2"), false);
        body("ok");
        sink.end();
        assertThat(shared).singleElement().asString().startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
        sink.head(204, new Headers(), false);
        sink.end();
        assertThat(shared).hasSize(2);
        assertThat(shared.getLast()).as("nothing is left of the first").startsWith("HTTP/1.1 204 ").doesNotContain("ok");
    }

    @Test
    void restOfAResponseWhoseBeginningLeftGoesTheSameWay() throws Exception {
        sink.head(200, Headers.of("content-length", "4"), false);
        body("be");
        sink.flush();
        body("en");
        sink.end();
        assertThat(shared).isEmpty();
        assertThat(own.await(text -> text.endsWith("been"))).startsWith("HTTP/1.1 200 ");
        sink.head(204, new Headers(), false);
        sink.end();
        assertThat(shared).as("the next response may choose again").hasSize(1);
    }

    @Test
    void responseBehindAnInterimOneFollowsIt() throws Exception {
        sink.interim(103, Headers.of("link", "</a>"));
        sink.head(200, Headers.of("content-length", "2"), false);
        body("ok");
        sink.end();
        assertThat(shared).isEmpty();
        assertThat(own.await(text -> text.endsWith("ok"))).startsWith("HTTP/1.1 103 ").contains("HTTP/1.1 200 ");
    }

    @Test
    void whatTheSharedWayDoesNotTakeGoesOnTheChannelsOwn() throws Exception {
        takes = false;
        sink.head(200, Headers.of("content-length", "2"), false);
        body("ok");
        sink.end();
        assertThat(own.await(text -> text.endsWith("ok"))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void responseIsTakenBackWhileNothingOfItHasLeft() throws Exception {
        sink.interim(103, new Headers());
        sink.head(200, Headers.of("content-length", "4"), false);
        body("be");
        assertThat(sink.retract()).isTrue();
        sink.head(502, Headers.of("content-length", "0"), false);
        sink.flush();
        assertThat(sink.retract()).as("it has left").isFalse();
        sink.end();
        assertThat(own.await(text -> text.contains(" 502 "))).doesNotContain(" 200 ");
    }

    private void gather(int octets) throws Exception {
        sink.raw(new byte[octets], 0, octets);
    }

    @Test
    void aPieceLeavesBeforeItWouldGrowBeyond32KiB() throws Exception {
        gather(30_000);
        gather((32 << 10) - 30_000);
        assertThat(own.pieces()).as("exactly that much").isZero();
        gather(1);
        assertThat(own.pieces()).isEqualTo(1);
        assertThat(own.bytes()).hasSize(32 << 10);
        sink.flush();
        assertThat(own.pieces()).isEqualTo(2);
        assertThat(own.bytes()).hasSize((32 << 10) + 1);
        sink.flush();
        assertThat(own.pieces()).as("nothing is left").isEqualTo(2);
    }

    @Test
    void onlyWhatBelongsToTheAppsConnectionIsLeftOut() throws Exception {
        takes = false;
        sink.head(200, Headers.of("x-a", "1", "connection", "x-mine", "x-mine", "2", "keep-alive", "timeout=5", "transfer-encoding",
                "chunked", "x-lambda-fault", "client", "x-b", "3"), true);
        sink.end();
        assertThat(own.text()).isEqualTo("HTTP/1.1 200 OK\r\nx-a: 1\r\nx-b: 3\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    @Test
    void aFailureSaysWhose() throws Exception {
        takes = false;
        sink.failure(503, Headers.of("content-length", "0"), Party.ENVIRONMENT);
        sink.end();
        assertThat(own.text()).isEqualTo("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nx-lambda-fault: environment\r\n\r\n");
    }

    @Test
    void chunksAreFramedAndAnEmptyOneIsNone() throws Exception {
        takes = false;
        byte[] text = "..hello..".getBytes(StandardCharsets.US_ASCII);
        sink.chunk(text, 2, 5);
        sink.chunk(text, 0, 0);
        sink.chunk(new byte[20], 0, 20);
        sink.lastChunk(Headers.of("x-sum", "1"));
        sink.end();
        assertThat(own.text()).isEqualTo("5\r\nhello\r\n14\r\n" + "\0".repeat(20) + "\r\n0\r\nx-sum: 1\r\n\r\n");
    }

    @Test
    void anInterimResponseLeavesAtOnceAndLeavesTheFinalOneFree() throws Exception {
        sink.interim(103, Headers.of("link", "</a>"));
        assertThat(own.text()).isEqualTo("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
        assertThat(sink.retract()).isTrue();
        body("x");
        sink.flush();
        assertThat(sink.retract()).isFalse();
    }

    @Test
    void aResponseThatLeftLeavesTheNextOneFree() throws Exception {
        takes = false;
        body("x");
        sink.end();
        assertThat(sink.retract()).as("the next one has not begun").isTrue();
    }

    @Test
    void anEncodersMemoryIsHeldUntilItsEnd() throws Exception {
        takes = false;
        assertThat(sink.encoding()).isFalse();
        ResponseSink.Gzip gzip = sink.gzip();
        assertThat(sink.encoding()).isTrue();
        gzip.write("hello".getBytes(StandardCharsets.US_ASCII));
        gzip.write('!');
        gzip.close();
        assertThat(sink.encoding()).as("closed, not given back").isTrue();
        gzip.end();
        assertThat(sink.encoding()).isFalse();
        ResponseSink.Gzip brokenOff = sink.gzip();
        brokenOff.end();
        assertThatThrownBy(() -> brokenOff.write(new byte[1])).as("there is no encoder any more").hasMessageContaining("closed");
        sink.lastChunk(Headers.EMPTY);
        sink.end();
        assertThat(own.text()).endsWith("\r\n0\r\n\r\n");
    }
}
