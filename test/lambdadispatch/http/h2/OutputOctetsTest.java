// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.Bytes;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.StubTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How much an output takes, to the octet, and in which pieces it leaves. Where the writer is not started, nothing leaves.
@Timeout(60)
class OutputOctetsTest {
    private static final int STRANGER = 88 << 10;
    private static final int TRUSTED = 256 << 10;
    private static final int CONTROL = 64 << 10;
    private static final int PIECE = 64 << 10;
    private static final int HEAD = 9;
    private static final byte[] OCTETS = new byte[1 << 20];
    private static final Http2Output.Block STATUS = (encoder, out) -> encoder.status(200, out); // one octet

    private final Sink sink = new Sink();
    private final List<IOException> failures = new ArrayList<>();
    private final Http2Output output = new Http2Output(sink, Duration.ofMinutes(1), failures::add);
    private final SendSide stream = new SendSide(1, Integer.MAX_VALUE);

    /// Takes everything at once, and notes in which pieces it came.
    private static class Sink extends StubTransport {
        private final List<Integer> pieces = new ArrayList<>(); // this and what follows guarded by this
        private final Bytes all = new Bytes();
        private boolean ended;
        private boolean reset;
        private boolean holding;

        @Override
        public synchronized void write(byte[] from, int offset, int length) throws IOException {
            pieces.add(length);
            all.append(from, offset, length);
            notifyAll();
            while (holding) {
                pause();
            }
        }

        private void pause() throws IOException {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        synchronized void hold(boolean on) {
            holding = on;
            notifyAll();
        }

        synchronized void awaitOctets(int count) throws IOException {
            while (all.length() < count) {
                pause();
            }
        }

        synchronized void awaitEnd() throws IOException {
            while (!ended) {
                pause();
            }
        }

        synchronized List<Integer> pieces() {
            return List.copyOf(pieces);
        }

        @Override
        public synchronized void shutdownOutput() {
            ended = true;
            notifyAll();
        }

        @Override
        public synchronized void reset() {
            reset = true;
        }

        synchronized boolean wasReset() {
            return reset;
        }
    }

    @AfterEach
    void end() {
        sink.hold(false);
        output.close();
    }

    private interface Work {
        void run() throws Exception;
    }

    /// Whether it waits, as of now. It goes on by itself, if it ever does.
    private boolean waits(Work work) throws Exception {
        FutureTask<Void> task = new FutureTask<>(() -> {
            work.run();
            return null;
        });
        Thread thread = Thread.ofVirtual().start(task);
        while (!task.isDone() && thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        if (task.isDone()) {
            task.get();
        }
        return !task.isDone();
    }

    private void fill(int octets) throws IOException {
        output.control(out -> out.append(OCTETS, 0, octets));
    }

    // ---- how much may wait

    @Test
    void headsAndDataWaitOnceSoMuchIsPendingAndNotBefore() throws Exception {
        output.widen(OCTETS.length);
        fill(STRANGER - 1);
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isFalse();
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isTrue();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 1, false))).isTrue();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 0, true))).as("an empty frame is one, too").isTrue();
        output.headers(stream, STATUS, false, true); // whoever owes an answer does not wait
    }

    @Test
    void atTheBoundItselfTheyWait() throws Exception {
        fill(STRANGER);
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isTrue();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 1, false))).isTrue();
    }

    @Test
    void dataGoesOnUpToTheBoundToo() throws Exception {
        fill(STRANGER - 1);
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 1, false))).isFalse();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 1, false))).isTrue();
    }

    @Test
    void aTrustedPeerHasMoreOfIt() throws Exception {
        output.trust();
        fill(TRUSTED - 1);
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isFalse();
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isTrue();
    }

    @Test
    void whereMemoryIsShortEachHasLess() throws Exception {
        MemoryAccount account = new MemoryAccount(1 << 20);
        MemoryShare share = account.open("a", 0, () -> { });
        output.memory = new OutputMemory(share);
        MemoryShare other = account.open("b", 0, () -> { });
        other.take((512 << 10) + MemoryShare.FREE + 1); // more than half is taken
        assertThat(account.isShort()).isTrue();
        fill((16 << 10) - 1);
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isFalse();
        assertThat(waits(() -> output.headers(stream, STATUS, false, false))).isTrue();
    }

    @Test
    void whatIsOwedHasItsBoundBeyondThat() throws IOException {
        fill(STRANGER + CONTROL);
        assertThatThrownBy(() -> fill(1)).isInstanceOf(ConnectionError.class).hasMessage("ENHANCE_YOUR_CALM: peer does not read");
    }

    @Test
    void headsThatAreOwedHaveThatBoundToo() throws IOException {
        fill(STRANGER + CONTROL - HEAD - 1);
        output.headers(stream, STATUS, false, true);
        assertThatThrownBy(() -> output.headers(stream, STATUS, false, true)).isInstanceOf(ConnectionError.class);
    }

    // ---- in which pieces it leaves

    @Test
    void noFrameIsLongerThanThePeerTakesAndAllOctetsAreSentInOrder() throws IOException {
        byte[] body = new byte[40_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 + (i >> 8));
        }
        output.data(stream, body, 1, 39_998, true);
        Bytes expected = new Bytes();
        int at = 1;
        for (int length : new int[] {16_384, 16_384, 39_998 - 2 * 16_384}) {
            Frames.header(expected, length, Frames.DATA, at + length == 39_999 ? Frames.END_STREAM : 0, 1);
            expected.append(body, at, length);
            at += length;
        }
        output.start();
        sink.awaitOctets(expected.length());
        assertThat(sink.all.toArray()).isEqualTo(expected.toArray());
        assertThat(stream.window).isEqualTo(Integer.MAX_VALUE - 39_998);
        assertThat(stream.ended).isTrue();
    }

    @Test
    void theConnectionsWindowIsUsedToItsLastOctet() throws Exception {
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 65_535, false))).isFalse();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 1, false))).isTrue();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 0, true))).as("an empty frame needs none").isFalse();
    }

    @Test
    void anEmptyLastFrameThatWaitsForRoomNeedsNoWindowEither() throws Exception {
        stream.window = 0;
        fill(STRANGER);
        FutureTask<Void> sender = new FutureTask<>(() -> {
            output.data(stream, OCTETS, 0, 0, true);
            return null;
        });
        Thread thread = Thread.ofVirtual().start(sender);
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        output.start(); // there is room now, and no WINDOW_UPDATE will come
        sender.get(20, TimeUnit.SECONDS);
        sink.awaitOctets(STRANGER + HEAD);
    }

    @Test
    void theStreamsWindowIsUsedToItsLastOctet() throws Exception {
        stream.window = 10;
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 10, false))).isFalse();
        assertThat(stream.window).isZero();
        assertThat(waits(() -> output.data(stream, OCTETS, 0, 1, true))).isTrue();
        assertThat(stream.ended).isFalse();
        assertThat(stream.waiting).isNotNull();
        output.widen(stream, 0);
        assertThat(stream.waiting).as("not for nothing").isNotNull();
        output.widen(stream, 1);
        while (!stream.ended) {
            LockSupport.parkNanos(100_000);
        }
    }

    @Test
    void whatGatheredLeavesInPiecesOf64KiB() throws IOException {
        fill(2 * PIECE + 5);
        output.start();
        sink.awaitOctets(2 * PIECE + 5);
        assertThat(sink.pieces()).containsExactly(PIECE, PIECE, 5);
    }

    @Test
    void whatGathersWhileTheWriterWritesLeavesTogether() throws IOException {
        sink.hold(true);
        fill(3);
        output.start();
        sink.awaitOctets(3);
        fill(PIECE - 1);
        fill(1);
        sink.hold(false);
        sink.awaitOctets(3 + PIECE);
        assertThat(sink.pieces()).containsExactly(3, PIECE);
    }

    @Test
    void theLastWordsAreALateGoAwayAndThenTheEnd() throws IOException {
        sink.hold(true);
        fill(3);
        output.start();
        sink.awaitOctets(3);
        output.end(7, 11, "why");
        output.end(9, 0, "not this");
        sink.hold(false);
        sink.awaitEnd();
        output.awaitWriter(Duration.ofSeconds(20));
        Bytes expected = new Bytes().append(OCTETS, 0, 3);
        Frames.goAway(expected, 7, 11, "why");
        assertThat(sink.all.toArray()).isEqualTo(expected.toArray());
        assertThat(failures).isEmpty();
    }

    private void nothingIsTaken() throws IOException {
        output.windowUpdate(0, 1);
        output.resetStream(3, 0);
        output.control(out -> {
            throw new AssertionError("nobody is asked for frames any more");
        });
    }

    @Test
    void nothingIsAppendedOnceItEnds() throws IOException {
        output.end(1, 0, "");
        nothingIsTaken();
        output.resetStream(stream, 0, new IOException("reset"));
        output.settings(new Http2Settings(), true, () -> { });
        assertThatThrownBy(() -> output.headers(stream, STATUS, true, true)).hasMessage("connection is closed");
        output.start();
        sink.awaitEnd();
        assertThat(sink.all.length()).isEqualTo(HEAD + 8);
    }

    @Test
    void nothingIsAppendedOnceItIsClosed() throws Exception {
        fill(3);
        output.close();
        nothingIsTaken();
        output.resetStream(stream, 0, new IOException("reset"));
        output.settings(new Http2Settings(), true, () -> { });
        output.end(1, 0, "");
        assertThatThrownBy(() -> output.headers(stream, STATUS, true, true)).hasMessage("connection is closed");
        output.start();
        output.awaitWriter(Duration.ofSeconds(20));
        assertThat(sink.pieces()).isEmpty();
    }

    // ---- time

    @Test
    void aPeerThatTookEverythingMayRestForLongerThanAWriteMayTake() throws Exception {
        Http2Output quick = new Http2Output(sink, Duration.ofMillis(500), failures::add);
        quick.control(out -> out.append(OCTETS, 0, 3));
        quick.start();
        sink.awaitOctets(3);
        LockSupport.parkNanos(800_000_000);
        assertThat(sink.wasReset()).isFalse();
        quick.close();
    }

    @Test
    void aPieceThatIsNotTakenInTimeResetsTheConnection() throws Exception {
        Http2Output quick = new Http2Output(sink, Duration.ofMillis(40), failures::add);
        sink.hold(true);
        quick.control(out -> out.append(OCTETS, 0, 3));
        quick.start();
        while (!sink.wasReset()) {
            LockSupport.parkNanos(1_000_000);
        }
        sink.hold(false);
        quick.close();
    }

    @Test
    void windowThatIsNotGrantedInTimeFailsTheSenderAndGrantedWindowStartsTheClockAgain() throws Exception {
        Duration stall = Duration.ofMillis(300);
        Http2Output quick = new Http2Output(sink, stall, failures::add);
        SendSide shut = new SendSide(3, 0);
        FutureTask<Long> failed = new FutureTask<>(() -> {
            assertThatThrownBy(() -> quick.data(shut, OCTETS, 0, 100, true))
                    .hasMessage("peer granted no flow-control window in time, or too little");
            return System.nanoTime();
        });
        long[] granted = new long[4]; // before the grant of that octet
        granted[0] = System.nanoTime();
        Thread.ofVirtual().start(failed);
        for (int i = 1; i < granted.length; i++) {
            LockSupport.parkNanos(stall.toNanos() / 2);
            granted[i] = System.nanoTime();
            quick.widen(shut, 1);
        }
        long failedAt = failed.get();
        int taken = granted.length - 1 - (int) shut.window; // not all, where this thread came too late
        assertThat(failedAt - granted[taken]).isGreaterThanOrEqualTo(stall.toNanos());
        quick.close();
    }

    @Test
    void anInterruptedSenderIsNotWokenLater() throws Exception {
        SendSide shut = new SendSide(3, 0);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> output.data(shut, OCTETS, 0, 1, true)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(shut.waiting).isNull();
    }

    private static void onceThisWaits(Runnable event) {
        Thread self = Thread.currentThread();
        Thread.ofVirtual().start(() -> {
            while (self.getState() != Thread.State.TIMED_WAITING) {
                Thread.yield();
            }
            event.run();
        });
    }

    @Test
    void aSenderThatWasWokenOnceIsNotWokenAgainForWhatItDoesNotWaitForAnyMore() throws Exception {
        onceThisWaits(() -> output.widen(1));
        output.data(stream, OCTETS, 0, 65_536, true); // one more than the connection's window
        SendSide shut = new SendSide(3, 0);
        onceThisWaits(() -> {
            output.widen(shut, 1);
            output.widen(1);
        });
        output.data(shut, OCTETS, 0, 1, true);
        LockSupport.parkNanos(1); // takes a permit that was left before
        output.widen(1);
        output.widen(shut, 1);
        long start = System.nanoTime();
        LockSupport.parkNanos(200_000_000); // a permit that somebody left would end it at once
        assertThat(System.nanoTime() - start).isGreaterThan(100_000_000);
    }

    // ---- memory

    @Test
    void itsBuffersAreChargedBeyondFourKibibytesAndALongOneIsLetGo() throws Exception {
        MemoryShare share = new MemoryAccount(1 << 30).open("a", 0, () -> { });
        output.memory = new OutputMemory(share);
        fill(1000);
        assertThat(share.held()).isZero();
        fill(5000 - 1000 - 1);
        fill(1);
        assertThat(share.held()).as("of two, of which one has its first 512").isBetween(5000 + 512 - 4096L, 10_000L);
        sink.hold(true);
        output.start();
        sink.awaitOctets(5000);
        fill(70_000);
        assertThat(share.held()).isGreaterThanOrEqualTo(75_000 - 4096L);
        sink.hold(false);
        sink.awaitOctets(75_000);
        fill(1); // the long one is let go as it is to be filled again, and that is counted though nothing more comes
        sink.awaitOctets(75_001);
        while (share.held() > 2 * (16 << 10) - 4096) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aLongFieldBlockDoesNotKeepItsMemory() throws Exception {
        for (int i = 0; i < 50; i++) {
            output.headers(stream, (encoder, out) -> {
                assertThat(out.array().length).isLessThanOrEqualTo(2 << 10);
                assertThat(out.length()).isZero();
                out.append(OCTETS, 0, 1500);
            }, false, true);
        }
        output.headers(stream, (encoder, out) -> out.append(OCTETS, 0, 5000), false, true);
        output.headers(stream, (encoder, out) -> assertThat(out.array().length).isEqualTo(2 << 10), false, true);
    }

    // ---- what a peer may answer

    @Test
    void noMorePingsAreDueThanAThousand() throws IOException {
        for (int i = 0; i < 1001; i++) {
            output.headers(stream, STATUS, false, true);
        }
        int pings = 0;
        while (output.pingDue()) {
            pings++;
        }
        assertThat(pings).isEqualTo(1000);
        int answers = 0;
        while (output.answerDue()) {
            answers++;
        }
        assertThat(answers).isEqualTo(1001);
    }

    @Test
    void whatIsDueForDataIsBoundedToo() throws IOException {
        output.start();
        for (int i = 0; i < (1 << 19) + 1; i++) { // each allows two
            output.data(stream, OCTETS, 0, 0, false);
        }
        int answers = 0;
        while (output.answerDue()) {
            answers++;
        }
        assertThat(answers).isEqualTo(1 << 20);
    }
}
