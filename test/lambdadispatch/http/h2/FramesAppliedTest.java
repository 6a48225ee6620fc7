// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.http.h2.ClosedStreams.How.ENDED;
import static lambdadispatch.http.h2.ClosedStreams.How.RESET_BY_PEER;
import static lambdadispatch.http.h2.ClosedStreams.How.RESET_BY_US;
import static lambdadispatch.support.WireFrame.ACK;
import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.END_HEADERS;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.GOAWAY;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.INITIAL_WINDOW_SIZE;
import static lambdadispatch.support.WireFrame.PADDED;
import static lambdadispatch.support.WireFrame.PING;
import static lambdadispatch.support.WireFrame.PRIORITY;
import static lambdadispatch.support.WireFrame.RST_STREAM;
import static lambdadispatch.support.WireFrame.SETTINGS;
import static lambdadispatch.support.WireFrame.WINDOW_UPDATE;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.priority;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.settings;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Each frame by itself: what it changes, what is said in return, what it costs its peer's budget, and which error it is where it breaks a
/// rule (RFC 9113 §5, §6).
@Timeout(60)
class FramesAppliedTest {
    private static final Limits LIMITS = new Bounds().windows(20_000, 65_535).headBytes(4000).headFields(20).limits();
    private static final byte[] NONE = {};

    private final CountDownLatch over = new CountDownLatch(1);
    private final Unserved served = new Unserved(LIMITS, exchange -> {
        try {
            over.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }, MemoryShare.UNBOUNDED);
    private final AbuseBudget budget = new AbuseBudget(() -> 0);
    private final Http2Frames frames =
            new Http2Frames(served.connection, new FieldSection(LIMITS, budget, MemoryShare.UNBOUNDED), budget, 0);

    @AfterEach
    void end() {
        served.close();
        over.countDown();
    }

    private void apply(WireFrame... all) throws IOException {
        for (WireFrame each : all) {
            frames.apply(Unserved.received(each));
        }
    }

    private static WireFrame frame(int type, int flags, int streamId, byte... payload) {
        return new WireFrame(type, flags, streamId, payload);
    }

    private void connectionFails(int code, String why, WireFrame frame) {
        assertThatThrownBy(() -> apply(frame)).isInstanceOfSatisfying(ConnectionError.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(ErrorCode.name(code) + ": " + why);
    }

    private void streamFails(int code, String why, WireFrame frame) {
        assertThatThrownBy(() -> apply(frame)).isInstanceOfSatisfying(StreamError.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.streamId()).isEqualTo(frame.streamId());
        }).hasMessage(ErrorCode.name(code) + ": " + why);
    }

    private Http2Stream opened(WireFrame head) throws IOException {
        apply(head);
        Http2Stream stream = served.streams.get(head.streamId());
        assertThat(stream).isNotNull();
        return stream;
    }

    // ---- what it costs

    private interface Act {
        void happens() throws ConnectionError;
    }

    private static int left(Act act) {
        for (int count = 0;; count++) {
            try {
                act.happens();
            } catch (ConnectionError e) {
                return count;
            }
        }
    }

    private void cost(int chores, int resets) {
        assertThat(1000 - left(budget::chore)).as("chores").isEqualTo(chores);
        assertThat(200 - left(budget::reset)).as("resets").isEqualTo(resets);
    }

    @Test
    void framesWithoutUseAreChores() throws IOException {
        opened(post(1, "/"));
        apply(settings(), frame(SETTINGS, ACK, 0), priority(1, 3), frame(GOAWAY, 0, 0, new byte[8]), frame(0x77, 0, 0)); // 5
        apply(data(1, 0, NONE), data(1, PADDED, new byte[] {2, 0, 0}), data(1, 0, new byte[1]), data(1, END_STREAM, NONE)); // 2
        apply(frame(PING, 0, 0, new byte[8]), frame(PING, ACK, 0, new byte[8]), windowUpdate(0, 1), windowUpdate(1, 1)); // 4
        cost(11, 0);
    }

    @Test
    void answersToWhatWeSentAreNone() throws IOException {
        Http2Stream stream = opened(post(1, "/"));
        stream.respond(200, new Headers(), -1); // allows one answer, and a PING
        stream.write(NONE, 0, 0);
        apply(frame(PING, 0, 0, new byte[8]), windowUpdate(0, 1));
        cost(0, 0);
    }

    @Test
    void theSameOnceMoreIsAChore() throws IOException {
        opened(post(1, "/")).respond(200, new Headers(), -1);
        apply(frame(PING, 0, 0, new byte[8]), windowUpdate(0, 1), frame(PING, 0, 0, new byte[8]), windowUpdate(0, 1));
        cost(2, 0);
    }

    @Test
    void aResetIsOneUnlessItsStreamWasAnswered() throws IOException {
        opened(post(1, "/"));
        Http2Stream answered = opened(post(3, "/"));
        answered.respond(200, new Headers(), -1);
        opened(post(5, "/"));
        apply(reset(1, 8), reset(3, 8), reset(5, 8));
        assertThat(served.streams.howClosed(1)).isEqualTo(RESET_BY_PEER);
        assertThat(served.streams.howClosed(3)).isEqualTo(RESET_BY_PEER);
        cost(0, 2);
    }

    @Test
    void aResetThatMayHaveCrossedOurEndIsFreeOnceAndThenAsOftenAsWeSentSomething() throws IOException {
        opened(post(1, "/")).cancel();
        apply(reset(1, 8));
        assertThat(served.streams.howClosed(1)).isEqualTo(RESET_BY_PEER);
        opened(post(3, "/")).respond(200, new Headers(), -1); // allows one
        apply(reset(1, 8));
        apply(reset(1, 8), reset(1, 8));
        cost(2, 0);
    }

    @Test
    void whatWasUnderWayWhenWeResetIsFreeAsFarAsTheWindowWent() throws IOException {
        opened(post(1, "/")).cancel();
        apply(data(1, 0, new byte[10_000]), data(1, PADDED, new byte[9_000]), data(1, END_STREAM, new byte[1_000]));
        apply(data(1, 0, NONE)); // a chore for itself, and for what it is behind
        apply(headers(1, END_STREAM, "a: b")); // nor trailers behind the end
        cost(3, 0);
        assertThat(served.streams.howClosed(1)).isEqualTo(RESET_BY_US);
    }

    @Test
    void trailersThatWereUnderWayAreFreeOnce() throws IOException {
        opened(post(1, "/")).cancel();
        apply(headers(1, END_STREAM, "a: b"));
        apply(headers(1, END_STREAM, "a: b"));
        cost(1, 0);
    }

    // ---- DATA

    @Test
    void dataIsOfAStreamThatIsOpen() {
        connectionFails(ErrorCode.PROTOCOL_ERROR, "DATA on stream 0", data(0, 0, NONE));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "DATA on an idle stream", data(1, 0, NONE));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "DATA on an idle stream", data(2, 0, NONE));
    }

    @Test
    void dataReachesItsStreamWithoutItsPadding() throws IOException {
        Http2Stream stream = opened(post(1, "/"));
        apply(data(1, PADDED, new byte[] {2, 10, 11, 12, 0, 0}), data(1, END_STREAM, new byte[] {13}));
        byte[] read = new byte[10];
        assertThat(stream.read(read, 1, 9)).isEqualTo(4);
        assertThat(read).startsWith(0, 10, 11, 12, 13, 0);
        assertThat(stream.read(read, 0, 9)).isEqualTo(-1);
    }

    @Test
    void dataCountsForTheConnectionWithItsPaddingOnWhateverStream() throws IOException {
        for (int id = 1; id < 9; id += 2) {
            opened(post(id, "/"));
        }
        apply(data(1, 0, new byte[16_384]), data(3, 0, new byte[16_384]), data(5, 0, new byte[16_384]), data(7, PADDED, new byte[16_383]));
        connectionFails(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the connection's window allows", data(1, 0, new byte[1]));
    }

    @Test
    void dataOnAClosedStreamIsAnErrorOfItAndGivesItsCreditBack() throws IOException {
        Http2Stream ended = opened(get(1, "/"));
        ended.respond(200, new Headers(), 0);
        assertThat(served.streams.howClosed(1)).isEqualTo(ENDED);
        opened(post(3, "/"));
        apply(reset(3, 8));
        for (int id : new int[] {1, 3}) {
            streamFails(ErrorCode.STREAM_CLOSED, "DATA on a closed stream", data(id, 0, new byte[16_384]));
        }
        assertThat(served.said()).filteredOn(line -> line.startsWith("0 ")).containsExactly("0 +32768");
    }

    // ---- HEADERS

    @Test
    void identifiersGrowAndAreOdd() throws IOException {
        opened(get(5, "/"));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "stream identifier not above the last", get(3, "/"));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "even stream identifier", get(8, "/"));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "HEADERS on stream 0", get(0, "/"));
        opened(get(7, "/"));
    }

    @Test
    void trailersEndARequestAndAreHeldToTheirRules() throws IOException {
        Http2Stream stream = opened(post(1, "/"));
        streamFails(ErrorCode.PROTOCOL_ERROR, "trailers without END_STREAM", headers(1, 0, "a: b"));
        streamFails(ErrorCode.PROTOCOL_ERROR, "malformed trailers", headers(1, END_STREAM, ":path: b"));
        streamFails(ErrorCode.PROTOCOL_ERROR, "malformed trailers", headers(1, END_STREAM, "a: " + "b".repeat(3980)));
        assertThat(stream.remoteClosed()).isFalse();
        apply(headers(1, END_STREAM, "a: b"));
        assertThat(stream.remoteClosed()).isTrue();
        assertThat(stream.trailers().get("a")).isEqualTo("b");
        streamFails(ErrorCode.STREAM_CLOSED, "HEADERS after END_STREAM", headers(1, END_STREAM, "a: b"));
        stream.respond(200, new Headers(), 0);
        connectionFails(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream", headers(1, END_STREAM, "a: b"));
        opened(post(3, "/"));
        apply(reset(3, 8));
        streamFails(ErrorCode.STREAM_CLOSED, "HEADERS after RST_STREAM", headers(3, END_STREAM, "a: b"));
    }

    @Test
    void trailersInSeveralFramesAreOneSection() throws IOException {
        Http2Stream stream = opened(post(1, "/"));
        byte[] block = WireFrame.block("a: b");
        assertThat(frames.sectionOpen()).isFalse();
        apply(frame(HEADERS, END_STREAM, 1, block));
        assertThat(frames.sectionOpen()).isTrue();
        assertThat(stream.remoteClosed()).isFalse();
        apply(frame(CONTINUATION, END_HEADERS, 1));
        assertThat(frames.sectionOpen()).isFalse();
        assertThat(stream.remoteClosed()).isTrue();
    }

    @Test
    void whatIsNoRequestIsRefusedOnItsStream() throws IOException {
        apply(headers(1, END_STREAM, ":method: CONNECT", ":authority: a:1"));
        apply(headers(3, 0, ":method: CONNECT", ":authority: a:1"));
        apply(headers(5, END_STREAM, ":method: GET", ":scheme: http", ":path: /", "a: " + "b".repeat(3900)));
        assertThat(served.said()).containsExactly("1 501 content-length=0 end", "3 501 content-length=0 end", "3 NO_ERROR",
                "5 431 content-length=0 end");
        assertThat(served.streams.howClosed(1)).isEqualTo(ENDED);
        assertThat(served.streams.howClosed(3)).isEqualTo(RESET_BY_US);
        assertThat(served.streams.dataDue(3, 20_001, false)).isFalse();
        assertThat(served.streams.dataDue(3, 20_000, false)).isTrue();
        assertThat(served.streams.lastTaken()).isEqualTo(5);
        assertThat(served.streams.size()).isZero();
        streamFails(ErrorCode.PROTOCOL_ERROR, ":method missing or invalid", headers(7, END_STREAM, ":scheme: http"));
        served.streams.refuse();
        streamFails(ErrorCode.REFUSED_STREAM, "connection is ending", headers(9, END_STREAM, ":method: CONNECT", ":authority: a:1"));
        streamFails(ErrorCode.REFUSED_STREAM, "too many streams", get(11, "/"));
        assertThat(served.said()).isEmpty();
    }

    // ---- PRIORITY

    @Test
    void aPriorityIsAnErrorOfItsStreamOrWhereThatIsIdleOfTheConnection() throws IOException {
        opened(post(5, "/"));
        streamFails(ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of 4 bytes", frame(PRIORITY, 0, 5, new byte[4]));
        streamFails(ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of 6 bytes", frame(PRIORITY, 0, 3, new byte[6]));
        streamFails(ErrorCode.PROTOCOL_ERROR, "stream depends on itself", priority(5, 0x8000_0005));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "stream depends on itself", priority(7, 7));
        connectionFails(ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of 4 bytes", frame(PRIORITY, 0, 4, new byte[4]));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "PRIORITY on stream 0", priority(0, 1));
        apply(priority(5, 7), priority(9, 5));
    }

    // ---- RST_STREAM

    @Test
    void aResetFailsItsStreamWithItsCode() throws IOException {
        Http2Stream stream = opened(post(1, "/"));
        CountDownLatch gone = new CountDownLatch(1);
        stream.onClientGone(gone::countDown);
        connectionFails(ErrorCode.FRAME_SIZE_ERROR, "RST_STREAM of 3 bytes", frame(RST_STREAM, 0, 1, new byte[3]));
        apply(reset(1, 5));
        assertThat(gone.getCount()).isZero();
        assertThatThrownBy(() -> stream.read(new byte[1], 0, 1)).hasMessage("stream reset by the client: STREAM_CLOSED");
        assertThat(served.said()).isEmpty();
        connectionFails(ErrorCode.PROTOCOL_ERROR, "RST_STREAM on an idle stream", reset(3, 8));
    }

    // ---- SETTINGS

    @Test
    void settingsAreAcknowledgedAndMoveEachStreamsWindow() throws IOException {
        Http2Stream one = opened(post(1, "/"));
        apply(windowUpdate(1, 10));
        apply(settings(INITIAL_WINDOW_SIZE, 1000));
        Http2Stream two = opened(post(3, "/"));
        assertThat(one.sendSide().window).isEqualTo(1010);
        assertThat(two.sendSide().window).isEqualTo(1000);
        apply(settings(INITIAL_WINDOW_SIZE, 400), frame(SETTINGS, ACK, 0), settings());
        assertThat(one.sendSide().window).isEqualTo(410);
        assertThat(two.sendSide().window).isEqualTo(400);
        assertThat(served.said()).containsExactly("settings ack", "settings ack", "settings ack");
        frames.settings(settings(INITIAL_WINDOW_SIZE, 401).payload(), 0, 6, false);
        assertThat(two.sendSide().window).isEqualTo(401);
        assertThat(served.said()).as("those of an upgrade").isEmpty();
    }

    @Test
    void settingsThatTakeAnyWindowTooHighEndTheConnection() throws IOException {
        opened(post(1, "/"));
        Http2Stream wide = opened(post(3, "/"));
        opened(post(5, "/"));
        apply(windowUpdate(3, Integer.MAX_VALUE - 65_535));
        assertThat(wide.sendSide().window).isEqualTo(Integer.MAX_VALUE);
        apply(settings(INITIAL_WINDOW_SIZE, 65_534), settings(INITIAL_WINDOW_SIZE, 65_535));
        connectionFails(ErrorCode.FLOW_CONTROL_ERROR, "initial window takes a stream's window too high",
                settings(INITIAL_WINDOW_SIZE, 65_536));
    }

    @Test
    void settingsAndPingsAndGoAwaysAreOfTheConnectionAndHaveTheirLengths() throws IOException {
        connectionFails(ErrorCode.PROTOCOL_ERROR, "SETTINGS on a stream", frame(SETTINGS, 0, 1));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "PING on a stream", frame(PING, 0, 1, new byte[8]));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "GOAWAY on a stream", frame(GOAWAY, 0, 1, new byte[8]));
        connectionFails(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of 6 bytes", frame(SETTINGS, ACK, 0, new byte[6]));
        connectionFails(ErrorCode.FRAME_SIZE_ERROR, "PING of 7 bytes", frame(PING, 0, 0, new byte[7]));
        connectionFails(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY of 7 bytes", frame(GOAWAY, 0, 0, new byte[7]));
        apply(frame(GOAWAY, 0, 0, new byte[8]), frame(GOAWAY, 0, 0, new byte[9]));
        assertThat(served.said()).isEmpty();
    }

    // ---- PING

    @Test
    void aPingIsAnsweredWithItsOctetsAndAnAnswerIsNot() throws IOException {
        byte[] octets = {1, 2, 3, 4, 5, 6, 7, 8};
        apply(frame(PING, 0, 0, octets));
        assertThat(served.frames()).singleElement().satisfies(answer -> {
            assertThat(answer.flags()).isEqualTo(ACK);
            assertThat(answer.payload()).isEqualTo(octets);
        });
        apply(frame(PING, ACK, 0, octets));
        assertThat(served.said()).isEmpty();
    }

    @Test
    void theAnswerToTheShutdownsPingIsHeard() throws IOException {
        served.connection.shutdown().settingsSent(true);
        opened(get(1, "/"));
        served.connection.stop();
        assertThat(served.said()).containsExactly("goaway 2147483647 NO_ERROR", "ping");
        apply(frame(PING, ACK, 0, "draining".getBytes()));
        assertThat(served.said()).as("at once").containsExactly("goaway 1 NO_ERROR");
    }

    // ---- WINDOW_UPDATE

    @Test
    void anIncrementWidensWhatItNamesUpToTheLargestWindow() throws IOException {
        Http2Stream stream = opened(post(1, "/"));
        apply(windowUpdate(1, 0x8000_0001));
        assertThat(stream.sendSide().window).isEqualTo(65_536);
        apply(windowUpdate(1, Integer.MAX_VALUE - 65_536));
        streamFails(ErrorCode.FLOW_CONTROL_ERROR, "stream window above 2^31-1", windowUpdate(1, 1));
        streamFails(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0", windowUpdate(1, 0));
        apply(windowUpdate(0, Integer.MAX_VALUE - 65_535));
        connectionFails(ErrorCode.FLOW_CONTROL_ERROR, "connection window above 2^31-1", windowUpdate(0, 1));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0", windowUpdate(0, 0));
        connectionFails(ErrorCode.FRAME_SIZE_ERROR, "WINDOW_UPDATE of 3 bytes", frame(WINDOW_UPDATE, 0, 0, new byte[3]));
        connectionFails(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream", windowUpdate(3, 1));
        stream.cancel();
        apply(windowUpdate(1, 1)); // it was under way
        streamFails(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0", windowUpdate(1, 0));
    }
}
