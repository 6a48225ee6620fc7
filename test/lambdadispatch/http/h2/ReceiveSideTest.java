// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.h2.ClosedStreams.How;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The receiving half of a stream by itself: what it counts against which window, whom it wakes, and when it refuses (RFC 9113 §5.1, §6.9,
/// §8.1.1).
@Timeout(60)
class ReceiveSideTest {
    private static final int SIZE = 1000;
    private static final byte[] OCTETS = new byte[4096];

    private final ReceiveSide side = new ReceiveSide(1, -1, SIZE, false);

    private interface Event {
        void happens() throws Exception;
    }

    /// What a handler that waits for the body gets once that happens.
    private static int whileWaiting(ReceiveSide side, Event event) throws Exception {
        FutureTask<Integer> taken = new FutureTask<>(() -> side.take(new byte[4096], 0, 4096, -1, Duration.ZERO));
        Thread handler = Thread.ofVirtual().start(taken);
        while (handler.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        event.happens();
        return taken.get(20, TimeUnit.SECONDS);
    }

    // ---- credit

    private static int taken(ReceiveSide from, int octets) throws IOException {
        return from.take(new byte[octets], 0, octets, -1, Duration.ZERO);
    }

    @Test
    void whatIsTakenCountsAsWhatCameAnotherWayUntilThatIsUsedUp() throws IOException {
        side.supply(OCTETS, 0, 100);
        side.data(OCTETS, 0, 500, 500, false);
        taken(side, 60);
        assertThat(side.released()).isZero();
        taken(side, 60);
        assertThat(side.released()).isEqualTo(20);
        taken(side, 50);
        assertThat(side.released()).as("from then on all of it used the window").isEqualTo(50);
        assertThat(side.released()).as("each octet is given back once").isZero();
    }

    @Test
    void creditIsGivenInStepsOfHalfAWindowAndCountedOnce() throws IOException {
        side.data(OCTETS, 0, 1000, 1000, false);
        taken(side, 499);
        assertThat(side.increment()).isZero();
        taken(side, 1);
        assertThat(side.increment()).isEqualTo(500);
        assertThat(side.increment()).isZero();
        taken(side, 499);
        assertThat(side.increment()).isZero();
        side.data(OCTETS, 0, 300, 300, false);
        taken(side, 1000);
        assertThat(side.increment()).isEqualTo(800);
        assertThat(side.released()).isEqualTo(1300);
    }

    @Test
    void afterItsEndAStreamGetsNoWindowAnyMoreButTheConnectionDoes() throws IOException {
        side.data(OCTETS, 0, 600, 600, true);
        taken(side, 600);
        assertThat(side.increment()).isZero();
        assertThat(side.released()).isEqualTo(600);
        ReceiveSide discarded = new ReceiveSide(1, -1, SIZE, false);
        discarded.data(OCTETS, 0, 600, 600, false);
        discarded.discard();
        assertThat(discarded.increment()).isZero();
        assertThat(discarded.released()).isEqualTo(600);
        discarded.data(OCTETS, 0, 90, 100, false);
        assertThat(discarded.released()).as("nor is what still comes kept").isEqualTo(100);
        assertThat(discarded.available()).isZero();
        assertThatThrownBy(() -> taken(discarded, 1)).hasMessage("exchange is over");
    }

    @Test
    void theWindowIsWhatWasLeftAndWhatWasGivenBack() throws IOException {
        assertThat(side.data(OCTETS, 0, 900, 1000, false)).as("padding counts").isTrue();
        assertThat(side.released()).as("and is given back at once").isEqualTo(100);
        assertThat(side.due()).isZero();
        assertThatThrownBy(() -> side.data(OCTETS, 0, 0, 1, false)).isInstanceOf(StreamError.class).hasMessageContaining("window");
        ReceiveSide other = new ReceiveSide(1, -1, SIZE, false);
        other.data(OCTETS, 0, 1000, 1000, false);
        taken(other, 600);
        assertThat(other.increment()).isEqualTo(600);
        assertThat(other.due()).isEqualTo(600);
        assertThat(other.data(OCTETS, 0, 600, 600, false)).isTrue();
        assertThatThrownBy(() -> other.data(OCTETS, 0, 1, 1, false)).isInstanceOf(StreamError.class);
    }

    @Test
    void whatIsForgottenUnreadIsOwedButForWhatUsedNoWindow() throws StreamError {
        side.data(OCTETS, 0, 300, 300, false);
        side.supply(OCTETS, 0, 100);
        side.fail(new IOException("gone"));
        assertThat(side.released()).isEqualTo(300);
        assertThat(side.available()).isZero();
        assertThat(side.due()).isEqualTo(ClosedStreams.NOTHING_DUE);
        ReceiveSide read = new ReceiveSide(1, -1, SIZE, false);
        read.supply(OCTETS, 0, 100);
        read.fail(new IOException("gone"));
        assertThat(read.released()).isZero();
    }

    @Test
    void whatIsSuppliedHasTheWindowsBoundAndNoMoreAfterTheEnd() throws StreamError {
        assertThat(side.supply(OCTETS, 0, SIZE)).isTrue();
        assertThat(side.supply(OCTETS, 0, 1)).isFalse();
        ReceiveSide ended = new ReceiveSide(1, -1, SIZE, false);
        ended.data(OCTETS, 0, 0, 0, true);
        assertThat(ended.supply(OCTETS, 0, 1)).isFalse();
    }

    // ---- wake-ups

    @Test
    void aHandlerThatWaitsIsWokenByWhateverComes() throws Exception {
        assertThat(whileWaiting(side, () -> side.data(OCTETS, 0, 5, 5, false))).isEqualTo(5);
        assertThat(whileWaiting(side, () -> side.supply(OCTETS, 0, 6))).isEqualTo(6);
        assertThat(whileWaiting(side, () -> side.data(OCTETS, 0, 0, 0, true))).isEqualTo(-1);
        ReceiveSide trailed = new ReceiveSide(1, -1, SIZE, false);
        assertThat(whileWaiting(trailed, () -> trailed.trailers(Headers.of("sum", "7")))).isEqualTo(-1);
        assertThat(trailed.trailers().get("sum")).isEqualTo("7");
        assertThat(trailed.ended()).isTrue();
    }

    @Test
    void aHandlerThatWaitsIsWokenByTheStreamsFailure() {
        assertThatThrownBy(() -> whileWaiting(side, () -> side.fail(new IOException("gone")))).hasRootCauseMessage("gone");
        assertThatThrownBy(() -> side.take(OCTETS, 0, 1, -1, Duration.ZERO)).hasMessage("gone");
    }

    @Test
    void aHandlerThatWaitsIsWokenWhenItsExchangeIsOver() {
        assertThatThrownBy(() -> whileWaiting(side, side::discard)).hasRootCauseMessage("exchange is over");
    }

    @Test
    void aBodyThatStallsIsGivenUpAndOneThatComesInTimeIsNot() throws Exception {
        assertThatThrownBy(() -> side.take(new byte[1], 0, 1, -1, Duration.ofMillis(20))).isInstanceOf(SocketTimeoutException.class);
        FutureTask<Integer> taken = new FutureTask<>(() -> side.take(new byte[9], 0, 9, -1, Duration.ofHours(1)));
        Thread handler = Thread.ofVirtual().start(taken);
        while (handler.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        side.data(OCTETS, 0, 9, 9, false);
        assertThat(taken.get(20, TimeUnit.SECONDS)).isEqualTo(9);
    }

    // ---- rules

    @Test
    void dataAddsUpToItsContentLengthExactly() throws StreamError {
        ReceiveSide exact = new ReceiveSide(1, 10, SIZE, false);
        assertThat(exact.data(OCTETS, 0, 9, 9, false)).isTrue();
        assertThat(exact.data(OCTETS, 0, 1, 1, true)).isTrue();
        ReceiveSide longer = new ReceiveSide(1, 10, SIZE, false);
        assertThatThrownBy(() -> longer.data(OCTETS, 0, 11, 11, false)).isInstanceOf(StreamError.class); // RFC 9113 §8.1.1
        ReceiveSide shorter = new ReceiveSide(1, 10, SIZE, false);
        assertThatThrownBy(() -> shorter.data(OCTETS, 0, 9, 9, true)).isInstanceOf(StreamError.class);
        ReceiveSide trailed = new ReceiveSide(1, 10, SIZE, false);
        assertThatThrownBy(() -> trailed.trailers(new Headers())).isInstanceOf(StreamError.class);
        ReceiveSide whole = new ReceiveSide(1, 10, SIZE, false);
        whole.data(OCTETS, 0, 10, 10, false);
        whole.trailers(new Headers());
        assertThat(whole.drained()).as("ended, but not read").isFalse();
    }

    @Test
    void nothingComesAfterTheEnd() throws StreamError {
        side.data(OCTETS, 0, 1, 1, true);
        assertThatThrownBy(() -> side.data(OCTETS, 0, 0, 0, false)).isInstanceOf(StreamError.class).hasMessageContaining("END_STREAM");
        assertThatThrownBy(() -> side.trailers(new Headers())).isInstanceOf(StreamError.class).hasMessageContaining("END_STREAM");
        side.fail(new IOException("reset"));
        assertThat(side.data(OCTETS, 0, 1, 1, false)).as("it was on its way when the stream was reset").isFalse();
    }

    @Test
    void aBodyOfItsLimitIsTakenAndALongerOneIs413() throws Exception {
        side.data(OCTETS, 0, 10, 10, false);
        assertThat(side.take(new byte[10], 0, 10, 10, Duration.ZERO)).isEqualTo(10);
        side.data(OCTETS, 0, 1, 1, true);
        assertThatThrownBy(() -> side.take(new byte[10], 0, 10, 10, Duration.ZERO)).isInstanceOf(BadMessage.class);
        assertThat(side.take(new byte[10], 0, 10, -1, Duration.ZERO)).as("without a limit").isEqualTo(1);
        assertThat(side.drained()).isTrue();
        ReceiveSide announced = new ReceiveSide(1, 11, SIZE, false);
        assertThatThrownBy(() -> announced.take(new byte[10], 0, 10, 10, Duration.ZERO)).as("before any of it comes")
                .isInstanceOf(BadMessage.class);
    }

    // ---- the connection's own counts

    @Test
    void theConnectionsWindowIsExactAndGivenBackByHalves() throws ConnectionError {
        ReceiveWindow window = new ReceiveWindow(SIZE);
        window.received(SIZE);
        assertThatThrownBy(() -> window.received(1)).isInstanceOf(ConnectionError.class);
        ReceiveWindow other = new ReceiveWindow(SIZE);
        other.received(SIZE);
        assertThat(other.consumed(499)).isZero();
        assertThat(other.consumed(1)).isEqualTo(500);
        assertThat(other.consumed(499)).as("counted once").isZero();
        other.received(500);
        assertThatThrownBy(() -> other.received(1)).isInstanceOf(ConnectionError.class);
    }

    @Test
    void howAStreamWasClosedIsKnownUntilANewerOneTakesItsPlace() {
        ClosedStreams closed = new ClosedStreams();
        assertThat(closed.how(1)).isEqualTo(How.UNKNOWN);
        closed.add(1, How.RESET_BY_US, 0);
        closed.add(3, How.ENDED, 0);
        assertThat(closed.how(1)).isEqualTo(How.RESET_BY_US);
        assertThat(closed.how(3)).isEqualTo(How.ENDED);
        assertThat(closed.how(1025)).as("the same place, but not that stream").isEqualTo(How.UNKNOWN);
        closed.add(1025, How.RESET_BY_PEER, 0);
        assertThat(closed.how(1025)).isEqualTo(How.RESET_BY_PEER);
        assertThat(closed.how(1)).isEqualTo(How.UNKNOWN);
        for (int id = 5; id < 1025; id += 2) { // the 510 between them
            closed.add(id, How.ENDED, 0);
        }
        assertThat(closed.how(3)).isEqualTo(How.ENDED);
        assertThat(closed.how(1025)).isEqualTo(How.RESET_BY_PEER);
    }

    @Test
    void whatMayHaveBeenUnderWayIsDueOnceAndNoMoreOfItThanTheWindowLeft() {
        ClosedStreams closed = new ClosedStreams();
        closed.add(1, How.RESET_BY_US, 1000);
        assertThat(closed.dataDue(1, 1001, false)).isFalse();
        assertThat(closed.dataDue(1, 500, false)).isTrue();
        assertThat(closed.dataDue(1, 1, false)).isTrue();
        assertThat(closed.dataDue(1, 244, false)).as("a short frame counts as 256 octets").isTrue();
        assertThat(closed.dataDue(1, 1, false)).isFalse();
        assertThat(closed.dataDue(1, 0, true)).as("its end").isTrue();
        assertThat(closed.dataDue(1, 0, false)).as("nothing follows that").isFalse();
        assertThat(closed.dataDue(1025, 0, false)).as("another stream in its place").isFalse();
        assertThat(closed.dataDue(1, 0, true)).isFalse();
    }

    @Test
    void trailersAndAResetAreDueOnce() {
        ClosedStreams closed = new ClosedStreams();
        closed.add(1, How.RESET_BY_US, 0);
        assertThat(closed.trailersDue(1025)).isFalse();
        assertThat(closed.trailersDue(1)).isTrue();
        assertThat(closed.trailersDue(1)).isFalse();
        assertThat(closed.dataDue(1, 0, false)).isFalse();
        assertThat(closed.resetDue(1025)).isFalse();
        assertThat(closed.resetDue(1)).isTrue();
        assertThat(closed.resetDue(1)).isFalse();
        closed.add(3, How.ENDED, ClosedStreams.NOTHING_DUE);
        assertThat(closed.trailersDue(3)).isFalse();
        assertThat(closed.resetDue(3)).isTrue();
        closed.add(5, How.RESET_BY_PEER, ClosedStreams.NOTHING_DUE);
        assertThat(closed.resetDue(5)).isFalse();
    }
}
