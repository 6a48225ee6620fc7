// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Headers;
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
}
