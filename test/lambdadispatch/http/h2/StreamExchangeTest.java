// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.http.h2.ClosedStreams.How.ENDED;
import static lambdadispatch.http.h2.ClosedStreams.How.RESET_BY_PEER;
import static lambdadispatch.http.h2.ClosedStreams.How.RESET_BY_US;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// One stream as an exchange, without a reader beside it: the frames that each call sends, to the octet, and when the stream leaves.
@Timeout(60)
class StreamExchangeTest {
    private static final int WINDOW = 100_000; // of each stream; the connection's is given back in halves of 65535
    private static final byte[] OCTETS = new byte[200_000];

    private final Unserved served = new Unserved(new Bounds().windows(WINDOW, 65_535).limits());
    private final List<String> events = new ArrayList<>();

    @AfterEach
    void end() {
        served.close();
    }

    private ClosedStreams.How left(int id) {
        return served.streams.get(id) == null ? served.streams.howClosed(id) : null;
    }

    // ---- the answer's length

    @Test
    void aBodyOfKnownLengthEndsWithItsLastOctet() throws IOException {
        Http2Stream stream = served.get(1);
        stream.respond(200, new Headers(), 5);
        stream.write(OCTETS, 0, 3);
        assertThat(left(1)).isNull();
        stream.write(OCTETS, 0, 0);
        stream.write(OCTETS, 0, 2);
        assertThat(left(1)).isEqualTo(ENDED);
        assertThatThrownBy(() -> stream.write(OCTETS, 0, 1)).isInstanceOf(IllegalStateException.class);
        stream.end();
        stream.end(Headers.of("too", "late"));
        assertThat(served.said()).containsExactly("1 200 content-length=5", "1 data 3", "1 data 2 end");
    }

    @Test
    void moreThanWasAnnouncedIsRefusedAndTheRestStillFits() throws IOException {
        Http2Stream stream = served.get(1);
        stream.respond(200, new Headers(), 5);
        stream.write(OCTETS, 0, 3);
        assertThatThrownBy(() -> stream.write(OCTETS, 0, 3)).isInstanceOf(IllegalStateException.class)
                .hasMessage("body longer than its content-length");
        stream.write(OCTETS, 0, 2);
        assertThat(served.said()).containsExactly("1 200 content-length=5", "1 data 3", "1 data 2 end");
    }

    @Test
    void anEndBeforeWhatWasAnnouncedFails() throws IOException {
        Http2Stream stream = served.get(1);
        stream.respond(200, new Headers(), 5);
        stream.write(OCTETS, 0, 4);
        assertThatThrownBy(stream::end).isInstanceOf(IOException.class).hasMessage("body shorter than its content-length");
        assertThat(left(1)).isNull();
        assertThat(served.said()).containsExactly("1 200 content-length=5", "1 data 4");
    }

    @Test
    void aBodyOfUnknownLengthEndsOnceItIsSaid() throws IOException {
        Http2Stream stream = served.get(1);
        stream.respond(200, Headers.of("a", "b"), -1);
        stream.write(OCTETS, 0, 3);
        stream.write(OCTETS, 0, 0);
        assertThat(left(1)).isNull();
        stream.end();
        assertThat(left(1)).isEqualTo(ENDED);
        stream.end();
        assertThat(served.said()).containsExactly("1 200 a=b", "1 data 3", "1 data 0 end");
    }

    @Test
    void trailersEndTheAnswerWhereThereAreAny() throws IOException {
        Http2Stream stream = served.get(1);
        stream.respond(200, new Headers(), -1);
        stream.end(Headers.of("sum", "7"));
        assertThat(left(1)).isEqualTo(ENDED);
        Http2Stream other = served.get(3);
        other.respond(200, new Headers(), -1);
        other.end(new Headers());
        assertThat(served.said()).containsExactly("1 200", "1 sum=7 end", "3 200", "3 data 0 end");
    }

    @ParameterizedTest
    @CsvSource({
            "GET, 200, 0, 1 200 content-length=0 end", "HEAD, 200, 10, 1 200 content-length=10 end", "HEAD, 200, -1, 1 200 end",
            "GET, 204, 0, 1 204 end", "GET, 204, 3, 1 204 end", "GET, 304, 10, 1 304 content-length=10 end", "GET, 304, -1, 1 304 end"})
    void anAnswerWithoutABodyEndsWithItsHead(String method, int status, long length, String head) throws IOException {
        Http2Stream stream = served.open(1, Unserved.request(method, 0), true);
        stream.respond(status, new Headers(), length);
        assertThat(left(1)).isEqualTo(ENDED);
        stream.write(OCTETS, 0, length > 0 ? (int) length : 0);
        stream.end();
        assertThat(served.said()).containsExactly(head);
    }

    @Test
    void onlyOneAnswerIsGivenAndNoBodyBeforeIt() throws IOException {
        Http2Stream stream = served.get(1);
        assertThat(stream.responded()).isFalse();
        assertThatThrownBy(() -> stream.write(OCTETS, 0, 1)).isInstanceOf(IllegalStateException.class)
                .hasMessage("no response to write to");
        stream.respond(200, new Headers(), -1);
        assertThat(stream.responded()).isTrue();
        assertThatThrownBy(() -> stream.respond(500, new Headers(), 0)).isInstanceOf(IllegalStateException.class)
                .hasMessage("already responded");
        assertThat(served.said()).containsExactly("1 200");
    }

    @Test
    void anInterimAnswerComesBeforeTheAnswerOnlyAndIsNever101() throws IOException {
        Http2Stream stream = served.get(1);
        stream.inform(103, Headers.of("link", "a"));
        stream.inform(101, new Headers());
        stream.inform(102, new Headers());
        stream.respond(200, new Headers(), -1);
        stream.inform(103, new Headers());
        assertThat(served.said()).containsExactly("1 103 link=a", "1 102", "1 200");
    }

    @Test
    void anAnswerHasADateOfItsOwnUnlessTheAppGaveOneAndInterimOnesHaveNone() throws IOException {
        Http2Stream stream = served.get(1);
        stream.inform(103, new Headers());
        stream.respond(200, Headers.of("date", "today"), 0);
        served.get(3).respond(200, new Headers(), 0);
        List<String> dates = new ArrayList<>();
        lambdadispatch.http.hpack.HpackDecoder decoder = new lambdadispatch.http.hpack.HpackDecoder(4096, 1 << 16);
        for (lambdadispatch.support.WireFrame frame : served.frames()) {
            int before = dates.size();
            decoder.decode(frame.payload(), 0, frame.payload().length, (n, na, nl, v, va, vl, never) -> {
                if (new String(n, na, nl).equals("date")) {
                    dates.add(new String(v, va, vl));
                }
            });
            if (before == dates.size()) {
                dates.add("none");
            }
        }
        assertThat(dates).hasSize(3).startsWith("none", "today");
        assertThat(dates.getLast()).endsWith("GMT");
    }

    @Test
    void theAppsOwnFramingFieldsAreNotSent() throws IOException {
        Http2Stream stream = served.get(1);
        stream.respond(200, Headers.of("content-length", "99", "upgrade", "h2c", "x", "1", "connection", "close"), -1);
        stream.end(Headers.of("content-length", "99", "y", "2"));
        assertThat(served.said()).containsExactly("1 200 x=1", "1 y=2 end");
    }

    // ---- 100 (Continue)

    private Http2Stream expecting(int id, String expectation, long length) {
        return served.open(id, Unserved.request("POST", length, "expect", expectation), false);
    }

    @Test
    void whoWaitsForItIsToldToGoOnOnceAndBeforeItsBodyOnly() throws IOException {
        Http2Stream stream = expecting(1, "100-Continue", 3);
        Thread reader = Thread.ofVirtual().start(() -> read(stream, 3));
        while (reader.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        stream.receive(OCTETS, 0, 3, 0, true);
        assertThat(join(reader)).containsExactly("3");
        read(stream, 3);
        assertThat(served.said()).containsExactly("1 100");
    }

    private void read(Http2Stream stream, int most) {
        try {
            events.add(Integer.toString(stream.read(new byte[most], 0, most)));
        } catch (IOException e) {
            events.add(e.getMessage());
        }
    }

    private List<String> join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return events;
    }

    @Test
    void whoseBodyIsThereIsNotTold() throws IOException {
        Http2Stream began = expecting(1, "100-continue", -1);
        began.receive(OCTETS, 0, 1, 0, false);
        began.read(new byte[1], 0, 1);
        Http2Stream ended = expecting(3, "100-continue", -1);
        ended.receive(OCTETS, 0, 0, 0, true);
        ended.read(new byte[1], 0, 1);
        Http2Stream whole = served.open(5, Unserved.request("POST", 0, "expect", "100-continue"), true);
        whole.read(new byte[1], 0, 1);
        assertThat(served.said()).isEmpty();
    }

    @Test
    void whoWasToldByTheAppOrAnsweredOrExpectsSomethingElseIsNotToldAgain() throws IOException {
        Http2Stream told = expecting(1, "100-continue", -1);
        told.inform(100, new Headers());
        Http2Stream informed = expecting(3, "100-continue", -1);
        informed.inform(102, new Headers());
        Http2Stream answered = expecting(5, "100-continue", -1);
        answered.respond(200, new Headers(), -1);
        Http2Stream other = expecting(7, "a reply", -1);
        for (Http2Stream each : List.of(told, informed, answered, other)) {
            each.supply(OCTETS, 0, 1); // so that nobody waits
            each.read(new byte[1], 0, 1);
        }
        assertThat(served.said()).containsExactly("1 100", "3 102", "5 200", "3 100");
    }

    // ---- how it leaves

    @Test
    void aStreamLeavesWhenBothSidesHaveEndedWhicheverIsFirst() throws IOException {
        Http2Stream requestFirst = served.post(1);
        requestFirst.receive(OCTETS, 0, 0, 0, true);
        assertThat(requestFirst.remoteClosed()).isTrue();
        assertThat(requestFirst.seemsOver()).isFalse();
        assertThat(left(1)).isNull();
        requestFirst.respond(200, new Headers(), 0);
        assertThat(requestFirst.seemsOver()).isTrue();
        assertThat(left(1)).isEqualTo(ENDED);
        Http2Stream answerFirst = served.post(3);
        answerFirst.respond(200, new Headers(), 0);
        assertThat(answerFirst.seemsOver()).isFalse();
        answerFirst.receive(OCTETS, 0, 1, 0, false);
        assertThat(left(3)).isNull();
        answerFirst.receive(OCTETS, 0, 1, 0, true);
        assertThat(left(3)).isEqualTo(ENDED);
        Http2Stream trailed = served.post(5);
        trailed.respond(200, new Headers(), 0);
        trailed.receiveTrailers(new Headers());
        assertThat(left(5)).isEqualTo(ENDED);
    }

    @Test
    void anAnswerThatIsNotWholeWhenItsHandlerReturnsIsReset() throws IOException {
        Http2Stream silent = served.get(1);
        silent.handlerReturned();
        Http2Stream begun = served.get(3);
        begun.respond(200, new Headers(), 2);
        begun.write(OCTETS, 0, 1);
        begun.handlerReturned();
        assertThat(left(1)).isEqualTo(RESET_BY_US);
        assertThat(left(3)).isEqualTo(RESET_BY_US);
        Http2Stream whole = served.get(5);
        whole.respond(200, new Headers(), 0);
        whole.handlerReturned();
        assertThat(left(5)).isEqualTo(ENDED);
        assertThat(served.said()).containsExactly("1 INTERNAL_ERROR", "3 200 content-length=2", "3 data 1", "3 INTERNAL_ERROR",
                "5 200 content-length=0 end");
    }

    @Test
    void abortAndCancelResetItWithTheirCodesOnce() throws IOException {
        Http2Stream aborted = served.get(1);
        aborted.abort();
        aborted.cancel();
        Http2Stream cancelled = served.get(3);
        cancelled.cancel();
        cancelled.abort();
        cancelled.handlerReturned();
        assertThatThrownBy(() -> aborted.respond(200, new Headers(), 0)).hasMessage("stream reset");
        assertThatThrownBy(aborted::end).hasMessage("stream reset");
        assertThatThrownBy(() -> aborted.read(new byte[1], 0, 1)).hasMessage("stream reset");
        assertThat(served.said()).containsExactly("1 INTERNAL_ERROR", "3 CANCEL");
    }

    @Test
    void whoeverAskedToHearOfItHearsOfTheClientsLeavingOnce() throws IOException {
        Http2Stream stream = served.get(1);
        stream.onClientGone(() -> events.add("replaced"));
        stream.onClientGone(() -> events.add("gone"));
        served.streams.broken(stream, new IOException("reset by the client"));
        assertThat(left(1)).isEqualTo(RESET_BY_PEER);
        assertThat(events).containsExactly("gone");
        served.streams.broken(stream, new IOException("again"));
        stream.fail(new IOException("again")).run();
        assertThat(events).containsExactly("gone");
        stream.onClientGone(() -> events.add("at once"));
        assertThat(events).containsExactly("gone", "at once");
    }

    @Test
    void whoseHandlerHasReturnedHearsNothing() throws IOException {
        Http2Stream stream = served.post(1);
        stream.onClientGone(() -> events.add("gone"));
        stream.respond(200, new Headers(), 0);
        stream.handlerReturned();
        stream.onClientGone(() -> events.add("asked too late"));
        served.streams.broken(stream, new IOException("reset by the client"));
        assertThat(events).isEmpty();
    }

    // ---- what has come

    @Test
    void whatHasComeIsSeenWithoutReadingIt() throws IOException {
        Http2Stream stream = served.post(1);
        assertThat(stream.available()).isZero();
        assertThat(stream.bodyEnded()).isFalse();
        stream.receive(OCTETS, 0, 60, 0, false);
        assertThat(stream.supply(OCTETS, 0, 40)).isTrue();
        assertThat(stream.supply(OCTETS, 0, WINDOW)).as("more than a window").isFalse();
        assertThat(stream.available()).isEqualTo(100);
        stream.receive(OCTETS, 0, 1, 0, true);
        assertThat(stream.bodyEnded()).as("not read yet").isFalse();
        stream.read(new byte[WINDOW], 0, WINDOW);
        assertThat(stream.available()).isZero();
        assertThat(stream.bodyEnded()).isTrue();
    }

    // ---- a peer that does not read

    /// Until nothing more may wait to be sent, however it is owed.
    private void fillOutput() {
        assertThatThrownBy(() -> {
            while (true) {
                served.output.control(out -> out.append(OCTETS, 0, 1000));
            }
        }).isInstanceOf(ConnectionError.class);
    }

    private void connectionIsClosed() throws IOException {
        assertThat(served.ends[1].read(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @Test
    void aResetThatCanNotBeSaidEndsTheConnection() throws IOException {
        Http2Stream stream = served.post(1);
        stream.onClientGone(() -> events.add("told"));
        fillOutput();
        stream.abort();
        connectionIsClosed();
        assertThat(events).containsExactly("told");
        assertThat(left(1)).isEqualTo(RESET_BY_US);
    }

    @Test
    void creditThatCanNotBeSaidEndsTheConnection() throws IOException {
        Http2Stream stream = served.post(1);
        stream.receive(OCTETS, 0, 40_000, 0, false);
        stream.respond(200, new Headers(), 0);
        fillOutput();
        stream.handlerReturned();
        connectionIsClosed();
    }

    // ---- credit

    /// So many octets of the connection's window were given back, and wait for half of it to be gone.
    private void credited(int octets) throws IOException {
        served.streams.credit(65_535 / 2 - octets - 1);
        assertThat(grants()).as("more than %d", octets).isEmpty();
        served.streams.credit(1);
        assertThat(grants()).as("less than %d", octets).containsExactly("0 +32767");
    }

    private List<String> grants() throws IOException {
        return served.said().stream().filter(line -> line.startsWith("0 +")).toList();
    }

    @Test
    void whatIsReadIsGivenBackToStreamAndConnectionByHalves() throws IOException {
        Http2Stream stream = served.post(1);
        stream.receive(OCTETS, 0, 60_000, 0, false);
        stream.read(new byte[32_766], 0, 32_766);
        assertThat(served.said()).isEmpty();
        stream.read(new byte[1], 0, 1);
        assertThat(served.said()).containsExactly("0 +32767");
        stream.read(new byte[17_232], 0, 17_232);
        assertThat(served.said()).isEmpty();
        stream.read(new byte[1], 0, 1);
        assertThat(served.said()).containsExactly("1 +50000");
    }

    @Test
    void paddingIsGivenBackAtOnce() throws IOException {
        served.post(1).receive(OCTETS, 0, 10, 100, false);
        credited(100);
    }

    @Test
    void whatComesOnAStreamThatFailedOrIsAnErrorIsGivenBackWhole() throws IOException {
        Http2Stream stream = served.post(1);
        stream.fail(new IOException("reset"));
        stream.forget();
        stream.receive(OCTETS, 0, 10, 100, false);
        credited(110);
        Http2Stream longer = served.open(3, Unserved.request("POST", 5), false);
        assertThatThrownBy(() -> longer.receive(OCTETS, 0, 6, 100, false)).isInstanceOf(StreamError.class);
        credited(106);
    }

    @Test
    void whatNobodyReadIsGivenBackWhenTheStreamLeavesOrItsHandlerReturns() throws IOException {
        Http2Stream reset = served.post(1);
        reset.receive(OCTETS, 0, 100, 0, false);
        served.streams.broken(reset, new IOException("gone"));
        credited(100);
        Http2Stream answered = served.post(3);
        answered.receive(OCTETS, 0, 200, 0, false);
        answered.respond(200, new Headers(), 0);
        answered.handlerReturned();
        credited(200);
        Http2Stream broken = served.post(5);
        broken.receive(OCTETS, 0, 300, 0, true);
        broken.handlerReturned();
        credited(300);
    }

    @Test
    void whatMayStillComeBehindOurResetIsWhatTheWindowLeaves() throws IOException {
        Http2Stream stream = served.post(1);
        stream.receive(OCTETS, 0, 40_000, 0, false);
        assertThat(stream.dataDue()).isEqualTo(60_000);
        stream.cancel();
        assertThat(served.streams.dataDue(1, 60_001, false)).isFalse();
        assertThat(served.streams.dataDue(1, 60_000, true)).isTrue();
        Http2Stream whole = served.get(3);
        whole.cancel();
        assertThat(served.streams.dataDue(3, 0, false)).isFalse();
    }

    // ---- memory

    private static int cost(Request request) {
        return (3 << 10) + request.footprint();
    }

    @Test
    void aStreamTakesItsCostAndGivesItBackHoweverItEnds() throws IOException {
        MemoryShare memory = new MemoryAccount(1 << 30).open("a", 0, () -> { });
        Request request = Unserved.request("POST", -1);
        for (int way = 0; way < 3; way++) {
            Http2Stream stream = served.open(2 * way + 1, request, false);
            assertThat(stream.admit(memory, false)).isTrue();
            assertThat(stream.memory()).isSameAs(memory);
            assertThat(memory.held()).isEqualTo(cost(request));
            stream.receive(OCTETS, 0, 1000, 0, false);
            assertThat(memory.held()).isEqualTo(cost(request) + 1024);
            switch (way) {
                case 0 -> stream.respond(200, new Headers(), 0);
                case 1 -> served.streams.broken(stream, new IOException("gone"));
                default -> { }
            }
            stream.handlerReturned();
            assertThat(memory.held()).as("way %d", way).isZero();
        }
    }

    @Test
    void aStreamThatThereIsNoMemoryForIsNotAdmitted() {
        Request request = Unserved.request("GET", 0);
        MemoryAccount account = new MemoryAccount(MemoryShare.FREE);
        MemoryShare memory = account.open("a", 0, () -> { });
        MemoryShare other = account.open("b", 0, () -> { });
        assertThat(memory.take(MemoryShare.FREE)).isTrue();
        assertThat(other.take(2 * MemoryShare.FREE)).isTrue();
        Http2Stream stream = new Http2Stream(served.connection, 1, request, true);
        assertThat(stream.admit(memory, false)).isFalse();
        assertThat(stream.admit(memory, true)).isFalse();
        assertThat(memory.held()).isEqualTo(MemoryShare.FREE);
    }

    @Test
    void aStreamThatHoldsTooMuchIsResetWhenOthersNeedIt() throws IOException {
        MemoryShare memory = new MemoryAccount(100_000).open("a", 0, () -> { });
        Http2Stream stream = served.post(1);
        assertThat(stream.admit(memory, true)).isTrue();
        stream.receive(OCTETS, 0, 95_000, 0, false); // more than seven eighths, with what the stream costs
        served.saidUntil("1 ENHANCE_YOUR_CALM");
        assertThat(left(1)).isEqualTo(RESET_BY_US);
    }

    @Test
    void aStreamThatAnswersForItselfHasAShareThatEndsWithIt() throws IOException {
        MemoryAccount account = new MemoryAccount(1 << 30);
        MemoryShare memory = account.open("a", 0, () -> { });
        Request request = Unserved.request("POST", -1);
        Http2Stream stream = served.open(1, request, false);
        assertThat(stream.admit(memory, true)).isTrue();
        assertThat(stream.memory()).isNotSameAs(memory);
        assertThat(account.held()).isEqualTo(cost(request));
        stream.receive(OCTETS, 0, 50_000, 0, false);
        assertThat(memory.held()).isZero();
        assertThat(stream.memory().held()).isGreaterThanOrEqualTo(50_000);
        stream.respond(200, new Headers(), 0);
        stream.handlerReturned();
        assertThat(account.held()).isZero();
        assertThat(account.shares()).isOne();
    }
}
