// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How long a stream waits for its client, while the limits of each single read and write are an hour away: no test here ends by those. A
/// wait may be longer than it must, and is never shorter.
@Timeout(60)
class StreamPaceTest {
    private static final long WINDOW_NANOS = 300_000_000;
    private static final byte[] OCTETS = new byte[100_000];
    private static final int HOUR = 3_600_000;

    private final List<Unserved> all = new ArrayList<>();
    private final Unserved served = serve(bounds().bodyStallMillis(HOUR).limits());

    private static Bounds bounds() {
        return new Bounds().leastRate(1000, WINDOW_NANOS / 1_000_000).writeStallMillis(HOUR);
    }

    /// Limits that no test comes near, of the window too.
    private static Limits patient(int windowMillis) {
        return bounds().bodyStallMillis(HOUR).leastRate(1000, windowMillis).limits();
    }

    private Unserved serve(Limits limits) {
        Unserved other = new Unserved(limits);
        all.add(other);
        return other;
    }

    @AfterEach
    void end() {
        all.forEach(Unserved::close);
    }

    private static Http2Stream stream(Unserved on, long length) {
        return on.open(1, Unserved.request("POST", length), false);
    }

    private interface Work {
        int run() throws IOException;
    }

    private static FutureTask<Integer> started(Work work) {
        FutureTask<Integer> task = new FutureTask<>(work::run);
        Thread thread = Thread.ofVirtual().start(task);
        while (!task.isDone() && thread.getState() != Thread.State.TIMED_WAITING && thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return task;
    }

    private static int read(Http2Stream stream) throws IOException {
        return stream.read(new byte[OCTETS.length], 0, OCTETS.length);
    }

    // ---- what a client sends

    @Test
    void aClientThatSendsNothingHasTheWindowOfItsRate() {
        Http2Stream stream = stream(served, 5);
        long start = System.nanoTime();
        assertThatThrownBy(() -> read(stream)).isInstanceOf(SocketTimeoutException.class);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(WINDOW_NANOS);
    }

    @Test
    void theOctetsThatCameBringItForward() throws Exception {
        Http2Stream stream = stream(serve(patient(60_000)), 50_000);
        FutureTask<Integer> first = started(() -> read(stream));
        LockSupport.parkNanos(200_000_000);
        stream.receive(OCTETS, 0, 40_000, 0, false); // worth forty seconds
        assertThat(first.get()).isEqualTo(40_000);
        long since = System.nanoTime();
        FutureTask<Integer> second = started(() -> read(stream));
        assertThat(stream.behindNanos()).as("nothing is left of the first wait").isLessThanOrEqualTo(System.nanoTime() - since);
        stream.receive(OCTETS, 0, 1, 0, false);
        assertThat(second.get()).isOne();
    }

    @Test
    void whatItWasBehindStaysUntilOctetsBringItForward() throws Exception {
        Http2Stream stream = stream(serve(patient(60_000)), 50_000);
        FutureTask<Integer> first = started(() -> read(stream));
        LockSupport.parkNanos(200_000_000);
        stream.receive(OCTETS, 0, 1, 0, false); // worth a millisecond
        first.get();
        FutureTask<Integer> second = started(() -> read(stream));
        assertThat(stream.behindNanos()).isGreaterThanOrEqualTo(199_000_000);
        stream.receive(OCTETS, 0, 1, 0, false);
        second.get();
    }

    @Test
    void aBodyOfKnownLengthIsHeldToItsRateThoughTheAnswerHasBegun() throws IOException {
        Http2Stream stream = stream(served, 5);
        stream.respond(200, new Headers(), -1);
        assertThatThrownBy(() -> read(stream)).isInstanceOf(SocketTimeoutException.class);
        Http2Stream empty = served.open(3, Unserved.request("POST", 0), false); // but for its end, which does not come
        empty.respond(200, new Headers(), -1);
        assertThatThrownBy(() -> read(empty)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aBodyOfUnknownLengthIsHeldToTheStallTimeOnceTheAnswerHasBegun() throws Exception {
        Unserved other = serve(bounds().bodyStallMillis(900).limits());
        Http2Stream stream = stream(other, -1);
        stream.respond(200, new Headers(), -1);
        long start = System.nanoTime();
        assertThatThrownBy(() -> read(stream)).isInstanceOf(SocketTimeoutException.class);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(900_000_000);
        assertThat(stream.behindNanos()).isZero();
    }

    @Test
    void aBodyThatGoesOnOnceTheAnswerHasBegunIsRead() throws Exception {
        Http2Stream stream = stream(serve(patient(1500)), -1);
        FutureTask<Integer> reading = started(() -> read(stream));
        stream.respond(200, new Headers(), -1);
        LockSupport.parkNanos(1_800_000_000);
        assertThat(reading.isDone()).isFalse();
        stream.receive(OCTETS, 0, 7, 0, false);
        assertThat(reading.get()).isEqualTo(7);
    }

    @Test
    void aTrustedPeersBodyHasAnyRate() throws Exception {
        served.connection.trustPeer();
        Http2Stream stream = stream(served, 5);
        FutureTask<Integer> reading = started(() -> read(stream));
        LockSupport.parkNanos(2 * WINDOW_NANOS);
        assertThat(reading.isDone()).isFalse();
        assertThat(stream.behindNanos()).isZero();
        stream.receive(OCTETS, 0, 5, 0, true);
        assertThat(reading.get()).isEqualTo(5);
    }

    @Test
    void howFarItIsBehindIsSeenWhileSomebodyWaitsAndNoLonger() throws Exception {
        Http2Stream stream = stream(served, 5);
        assertThat(stream.behindNanos()).isZero();
        FutureTask<Integer> reading = started(() -> read(stream));
        LockSupport.parkNanos(1_000_000);
        assertThat(stream.behindNanos()).isGreaterThanOrEqualTo(1_000_000);
        stream.receive(OCTETS, 0, 5, 0, true);
        reading.get();
        assertThat(stream.behindNanos()).isZero();
    }

    @Test
    void aBodyBeyondItsLimitIsTooLongHoweverItIsRead() throws IOException {
        Unserved strict = serve(bounds().bodyStallMillis(HOUR).bodyBytes(10).limits());
        Http2Stream stream = stream(strict, -1);
        stream.receive(OCTETS, 0, 10, 0, false);
        assertThat(read(stream)).isEqualTo(10);
        stream.receive(OCTETS, 0, 1, 0, false);
        assertThatThrownBy(() -> read(stream)).isInstanceOf(BadMessage.class);
        stream.respond(413, new Headers(), -1);
        assertThatThrownBy(() -> read(stream)).isInstanceOf(BadMessage.class);
    }

    // ---- what a client takes

    private FutureTask<Integer> sends(Http2Stream stream, int octets) {
        return started(() -> {
            stream.write(OCTETS, 0, octets);
            return octets;
        });
    }

    @Test
    void aClientThatGrantsNoWindowHasTheWindowOfItsRate() throws Exception {
        Http2Stream stream = stream(served, -1);
        stream.sendSide().window = 0;
        stream.respond(200, new Headers(), -1);
        long start = System.nanoTime();
        FutureTask<Integer> sender = sends(stream, 10);
        assertThat(stream.behindNanos()).isGreaterThan(0);
        assertThatThrownBy(sender::get).hasRootCauseMessage("peer granted no flow-control window in time, or too little");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(WINDOW_NANOS);
    }

    @Test
    void whatIsTakenBringsItForward() throws Exception {
        Unserved other = serve(patient(60_000));
        Http2Stream stream = stream(other, -1);
        stream.sendSide().window = 0;
        stream.respond(200, new Headers(), -1);
        FutureTask<Integer> sender = sends(stream, 5000);
        LockSupport.parkNanos(200_000_000);
        assertThat(stream.behindNanos()).isGreaterThanOrEqualTo(200_000_000);
        long since = System.nanoTime();
        other.output.widen(stream.sendSide(), 1000); // worth a second
        while (window(other, stream) > 0) {
            LockSupport.parkNanos(100_000);
        }
        assertThat(stream.behindNanos()).isLessThanOrEqualTo(System.nanoTime() - since);
        other.output.widen(stream.sendSide(), 4000);
        assertThat(sender.get()).isEqualTo(5000);
        assertThat(stream.behindNanos()).isZero();
    }

    private static long window(Unserved of, Http2Stream stream) {
        synchronized (of.output) {
            return stream.sendSide().window;
        }
    }

    @Test
    void aTrustedPeerTakesItAtAnyRateAndInAnyTime() throws Exception {
        Unserved quick = serve(bounds().writeStallMillis(100).limits());
        quick.connection.trustPeer();
        Http2Stream stream = stream(quick, -1);
        stream.sendSide().window = 0;
        stream.respond(200, new Headers(), -1);
        FutureTask<Integer> sender = sends(stream, 10);
        LockSupport.parkNanos(2 * WINDOW_NANOS);
        assertThat(sender.isDone()).isFalse();
        quick.output.widen(stream.sendSide(), 10);
        assertThat(sender.get()).isEqualTo(10);
    }
}
