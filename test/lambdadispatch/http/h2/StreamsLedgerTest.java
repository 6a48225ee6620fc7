// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.http.h2.ClosedStreams.How.ENDED;
import static lambdadispatch.http.h2.ClosedStreams.How.RESET_BY_PEER;
import static lambdadispatch.http.h2.ClosedStreams.How.RESET_BY_US;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The ledger of a connection's streams by itself: who is taken, what each way out settles, and what is remembered (RFC 9113 §5.1, §6.8).
@Timeout(60)
class StreamsLedgerTest {
    private static final IOException GONE = new IOException("gone");
    private static final long EARLY_NANOS = 200_000_000; // that a client has after an early answer

    private final Unserved served = new Unserved(new Bounds().windows(100_000, 65_535).limits());
    private final AtomicInteger emptied = new AtomicInteger();
    private final Streams streams = new Streams(served.output, new ReceiveWindow(1000), emptied::incrementAndGet);

    @AfterEach
    void end() {
        streams.close(GONE);
        served.close();
    }

    private Http2Stream stream(int id, boolean ended) {
        return new Http2Stream(served.connection, id, Unserved.request(ended ? "GET" : "POST", ended ? 0 : -1), ended);
    }

    private Http2Stream taken(int id) {
        Http2Stream stream = stream(id, false);
        assertThat(streams.take(stream, 100)).isTrue();
        return stream;
    }

    // ---- the way in

    @Test
    void soManyAreTakenAndOneMoreWhenOneHasLeft() {
        assertThat(streams.lastTaken()).isZero();
        assertThat(streams.take(stream(1, false), 2)).isTrue();
        Http2Stream third = stream(3, false);
        assertThat(streams.take(third, 2)).isTrue();
        assertThat(streams.take(stream(5, false), 2)).isFalse();
        assertThat(streams.size()).isEqualTo(2);
        assertThat(streams.get(5)).isNull();
        assertThat(streams.lastTaken()).as("what was refused may be tried elsewhere").isEqualTo(3);
        streams.end(third);
        assertThat(streams.take(stream(7, false), 2)).isTrue();
        assertThat(streams.lastTaken()).isEqualTo(7);
    }

    @Test
    void oneWhoseEndThePeerKnowsCountsNoMore() throws IOException {
        Http2Stream over = served.get(1); // its answer is on its way, though its own ledger has let it go
        assertThat(streams.take(over, 1)).isTrue();
        assertThat(streams.take(stream(3, false), 1)).isFalse();
        over.respond(200, new Headers(), 0);
        assertThat(over.seemsOver()).isTrue();
        assertThat(streams.take(stream(3, false), 1)).isTrue();
        assertThat(streams.take(stream(5, false), 1)).isFalse();
    }

    @Test
    void nothingIsTakenOnceItRefuses() {
        assertThat(streams.take(1)).isTrue();
        assertThat(streams.lastTaken()).isOne();
        streams.refuse();
        assertThat(streams.take(stream(3, false), 100)).isFalse();
        assertThat(streams.take(3)).isFalse();
        assertThat(streams.lastTaken()).isOne();
    }

    @Test
    void itRefusesForIdlenessOnlyWhereNothingIsOpen() {
        Http2Stream open = taken(1);
        assertThat(streams.refuseIfIdle()).isFalse();
        taken(3);
        streams.end(open);
        assertThat(streams.refuseIfIdle()).isFalse();
        streams.end(streams.get(3));
        assertThat(streams.refuseIfIdle()).isTrue();
        assertThat(streams.take(stream(5, false), 100)).isFalse();
    }

    @Test
    void dataMayComeAsLongAsOneRequestHasNotEnded() throws IOException {
        assertThat(streams.receiving()).isFalse();
        streams.take(stream(1, true), 100);
        assertThat(streams.receiving()).isFalse();
        Http2Stream open = taken(3);
        streams.take(stream(5, true), 100);
        assertThat(streams.receiving()).isTrue();
        open.receive(new byte[0], 0, 0, 0, true);
        assertThat(streams.receiving()).isFalse();
        assertThat(streams.all()).extracting(Http2Stream::id).containsExactlyInAnyOrder(1, 3, 5);
    }

    // ---- the connection's window

    @Test
    void creditIsGivenInHalvesAndNothingForNothing() throws IOException {
        streams.credit(0);
        streams.credit(499);
        streams.credit(0);
        assertThat(served.said()).isEmpty();
        streams.credit(1);
        assertThat(served.said()).containsExactly("0 +500");
    }

    @Test
    void aWiderWindowTakesSoMuchMoreAndIsGivenBackInItsOwnHalves() throws IOException {
        streams.widen(0);
        streams.widen(-5);
        streams.received(1000);
        assertThatThrownBy(() -> streams.received(1)).isInstanceOf(ConnectionError.class);
        streams.widen(2001); // it was one below zero
        assertThat(served.said()).containsExactly("0 +2001");
        streams.received(2000);
        assertThatThrownBy(() -> streams.received(1)).isInstanceOf(ConnectionError.class);
        streams.credit(1499);
        assertThat(served.said()).isEmpty();
        streams.credit(1);
        assertThat(served.said()).containsExactly("0 +1500");
    }

    // ---- the ways out

    @Test
    void eachWayOutIsRememberedAndTheFirstOneHolds() throws IOException {
        Http2Stream ended = taken(1);
        Http2Stream broken = taken(3);
        Http2Stream reset = taken(5);
        streams.end(ended);
        streams.broken(broken, GONE);
        assertThat(emptied.get()).isZero();
        streams.reset(reset, ErrorCode.CANCEL, GONE);
        assertThat(emptied.get()).isOne();
        for (Http2Stream each : List.of(ended, broken, reset)) {
            streams.reset(each, ErrorCode.INTERNAL_ERROR, GONE);
            streams.broken(each, GONE);
            streams.end(each);
            assertThat(streams.get(each.id())).isNull();
        }
        assertThat(emptied.get()).isOne();
        assertThat(streams.howClosed(1)).isEqualTo(ENDED);
        assertThat(streams.howClosed(3)).isEqualTo(RESET_BY_PEER);
        assertThat(streams.howClosed(5)).isEqualTo(RESET_BY_US);
        assertThat(served.said()).containsExactly("5 CANCEL");
        assertThat(streams.dataDue(1, 0, true)).isFalse();
        assertThat(streams.dataDue(3, 0, true)).isFalse();
        assertThat(streams.dataDue(5, 100_000, true)).isTrue();
        streams.reset(7, ErrorCode.STREAM_CLOSED, 10);
        assertThat(streams.howClosed(7)).isEqualTo(RESET_BY_US);
        assertThat(streams.dataDue(7, 11, false)).isFalse();
        assertThat(streams.trailersDue(7)).isTrue();
        assertThat(streams.trailersDue(7)).isFalse();
        assertThat(streams.resetDue(7)).isTrue();
        assertThat(streams.resetDue(7)).isFalse();
        assertThat(served.said()).containsExactly("7 STREAM_CLOSED");
    }

    @Test
    void aStreamThatIsLostFailsBothHalvesGivesCreditAndTellsItsHandler() throws IOException {
        List<String> events = new ArrayList<>();
        Http2Stream lost = taken(1);
        lost.receive(new byte[600], 0, 600, 0, false);
        lost.onClientGone(() -> {
            events.add("told");
            throw new IllegalStateException("as the test wants it");
        });
        streams.broken(lost, GONE);
        assertThat(events).containsExactly("told");
        assertThatThrownBy(() -> lost.read(new byte[1], 0, 1)).hasMessage("gone");
        assertThatThrownBy(() -> lost.respond(200, new Headers(), 0)).hasMessage("gone");
        assertThat(served.said()).containsExactly("0 +600");
    }

    @Test
    void theEndOfTheConnectionIsTheEndOfEachStream() {
        List<Integer> told = new ArrayList<>();
        for (int id = 1; id < 9; id += 2) {
            int each = id;
            taken(id).onClientGone(() -> told.add(each));
        }
        streams.close(GONE);
        assertThat(told).containsExactlyInAnyOrder(1, 3, 5, 7);
        assertThat(streams.size()).isZero();
        assertThat(streams.howClosed(7)).isEqualTo(RESET_BY_PEER);
        assertThat(streams.take(stream(9, false), 100)).isFalse();
    }

    // ---- answered before the request's end

    private void awaitLeft(Http2Stream stream) {
        while (served.streams.get(stream.id()) != null) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private Http2Stream answeredEarly(int id) throws IOException {
        Http2Stream stream = served.post(id);
        stream.respond(200, new Headers(), 0);
        stream.handlerReturned();
        return stream;
    }

    @Test
    void eachRequestThatGoesOnHasItsOwnMomentAfterItsAnswer() throws IOException {
        long firstAt = System.nanoTime();
        Http2Stream first = answeredEarly(1);
        LockSupport.parkNanos(100_000_000);
        long secondAt = System.nanoTime();
        Http2Stream second = answeredEarly(3);
        awaitLeft(first);
        assertThat(System.nanoTime() - firstAt).isGreaterThanOrEqualTo(EARLY_NANOS);
        awaitLeft(second);
        assertThat(System.nanoTime() - secondAt).isGreaterThanOrEqualTo(EARLY_NANOS);
        answeredEarly(5);
        assertThat(served.saidUntil("5 NO_ERROR")).containsExactlyInAnyOrder("1 200 content-length=0 end",
                "3 200 content-length=0 end", "1 NO_ERROR", "3 NO_ERROR", "5 200 content-length=0 end", "5 NO_ERROR");
    }

    @Test
    void thoseThatFollowDoNotPutItsMomentOff() throws IOException {
        Http2Stream first = answeredEarly(1);
        int id = 3;
        for (int i = 0; i < 100 && served.streams.get(first.id()) != null; i++) { // far longer than one moment
            answeredEarly(id);
            id += 2;
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(served.streams.get(first.id())).isNull();
    }

    @Test
    void oneThatIsNotOpenAnyMoreHasNoMoment() throws IOException {
        Http2Stream stale = stream(1, false); // another has its number in the ledger
        Http2Stream open = served.post(1);
        served.streams.resetIfRequestGoesOn(stale);
        Http2Stream after = answeredEarly(3);
        awaitLeft(after);
        assertThat(served.streams.get(1)).isSameAs(open);
    }

    @Test
    void nothingIsResetAfterTheConnectionsEnd() throws IOException {
        EarlyAnswers early = new EarlyAnswers(served.streams);
        Http2Stream open = served.post(1);
        early.close();
        early.add(1);
        Http2Stream after = answeredEarly(3);
        awaitLeft(after);
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos()); // it would be due within the same few ticks
        assertThat(served.streams.get(1)).isSameAs(open);
    }
}
