// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import lambdadispatch.net.Input;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a connection holds for a peer that does not read, whom it wakes, and what it sends once only.
@Timeout(60)
class OutputTest {
    private static final int PIPE = 1 << 16;
    private static final int FRAME = 32 << 10;
    private static final int STRANGER = 88 << 10;
    private static final int TRUSTED = 256 << 10;
    private static final int CONTROL = 64 << 10;
    private static final byte[] MEGABYTES = new byte[4 << 20];

    private final MemoryTransport[] ends = MemoryTransport.pair(PIPE);
    private final CountDownLatch failed = new CountDownLatch(1);
    private final Http2Output output = new Http2Output(ends[0], Duration.ofMinutes(1), why -> failed.countDown());
    private final SendSide stream = new SendSide(1, MEGABYTES.length);
    private final List<Frame> frames = new ArrayList<>();

    private record Frame(int type, int flags, int streamId, int length) {}

    @AfterEach
    void end() {
        output.close();
        ends[1].close();
        ends[0].close();
    }

    /// Takes whole frames off the wire until one is so.
    private void readUntil(Predicate<Frame> wanted) throws IOException {
        Input in = new Input(ends[1]::read, 1024, 1 << 20);
        while (true) {
            if (!in.require(9)) {
                throw new AssertionError("the end came before that frame: " + frames);
            }
            byte[] array = in.array();
            int at = in.position();
            int length = (array[at] & 0xff) << 16 | (array[at + 1] & 0xff) << 8 | array[at + 2] & 0xff;
            Frame frame = new Frame(array[at + 3], array[at + 4], Frames.readInteger(array, at + 5), length);
            in.skip(9);
            in.require(length);
            in.skip(length);
            frames.add(frame);
            if (wanted.test(frame)) {
                return;
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    /// Starts it on a thread of its own, and waits until that waits or is done.
    private static FutureTask<Void> started(Work work) {
        return started(work, () -> true);
    }

    private static FutureTask<Void> started(Work work, BooleanSupplier until) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            work.run();
            return null;
        });
        Thread thread = Thread.ofVirtual().start(task);
        while (!task.isDone() && !(until.getAsBoolean() && waits(thread))) {
            Thread.onSpinWait();
        }
        return task;
    }

    private static boolean waits(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    /// Sends more than the peer reads: until the pipe is full, and so is what is pending behind it.
    private FutureTask<Void> sendsMegabytes() {
        return sendsMegabytes(stream);
    }

    private FutureTask<Void> sendsMegabytes(SendSide on) {
        return started(() -> output.data(on, MEGABYTES, 0, MEGABYTES.length, true), ends[0]::writerWaits);
    }

    private static void ended(FutureTask<Void> task, String why) {
        assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class).cause()
                .isInstanceOf(IOException.class).hasMessage(why);
    }

    // ---- bounds

    @Test
    void forAStrangerThatDoesNotReadLittleIsHeld() {
        output.start();
        output.widen(MEGABYTES.length);
        FutureTask<Void> sender = sendsMegabytes();
        long taken = MEGABYTES.length - stream.window;
        // what is pending, as much that is being written, and what the pipe holds
        assertThat(taken).isBetween((long) STRANGER, 2L * (STRANGER + FRAME) + PIPE);
        assertThat(sender.isDone()).isFalse();
    }

    @Test
    void forATrustedPeerMoreIsHeld() {
        output.start();
        output.trust();
        output.widen(MEGABYTES.length);
        sendsMegabytes();
        assertThat(MEGABYTES.length - stream.window).isBetween((long) TRUSTED, 2L * (TRUSTED + FRAME) + PIPE);
    }

    @Test
    void aPeerThatMakesUsAnswerAndDoesNotReadIsCutOff() {
        // the writer is not started: nothing leaves
        assertThat(pingsUntilCutOff()).isEqualTo((STRANGER + CONTROL) / 17);
    }

    @Test
    void aTrustedPeerThatDoesNotReadIsCutOffLater() {
        output.trust();
        assertThat(pingsUntilCutOff()).isEqualTo((TRUSTED + CONTROL) / 17);
    }

    private int pingsUntilCutOff() {
        byte[] payload = new byte[8];
        for (int count = 0; count < 100_000; count++) {
            try {
                output.control(out -> Frames.ping(out, Frames.ACK, payload, 0));
            } catch (ConnectionError e) {
                assertThat(e.code()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
                return count;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return Integer.MAX_VALUE;
    }

    @Test
    void resetsAndWindowUpdatesCountAsWell() {
        assertThatThrownBy(() -> {
            for (int i = 0; i < (STRANGER + CONTROL) / 13 + 1; i++) {
                output.windowUpdate(1, 1);
            }
        }).isInstanceOf(ConnectionError.class);
        assertThatThrownBy(() -> output.resetStream(stream, 0, new IOException("reset"))).isInstanceOf(ConnectionError.class);
        assertThatThrownBy(() -> output.settings(new Http2Settings(), true, () -> { })).isInstanceOf(ConnectionError.class);
    }

    @Test
    void framesAreNeverLongerThanOurOwnLimitHoweverLongThePeerTakesThem() throws Exception {
        Http2Settings settings = new Http2Settings();
        settings.maxFrameSize = 1 << 20;
        output.settings(settings, false, () -> { });
        output.start();
        output.widen(MEGABYTES.length);
        FutureTask<Void> sender = sendsMegabytes();
        readUntil(frame -> frame.flags() == Frames.END_STREAM);
        sender.get(20, TimeUnit.SECONDS);
        assertThat(frames.stream().mapToInt(Frame::length).max()).hasValue(FRAME);
        assertThat(frames.stream().mapToInt(Frame::length).sum()).isEqualTo(MEGABYTES.length);
        assertThat(frames.stream().filter(frame -> frame.flags() == Frames.END_STREAM)).hasSize(1);
    }

    // ---- wake-ups

    @Test
    void whoWaitsForTheStreamsWindowIsWokenByIt() throws Exception {
        output.start();
        output.widen(MEGABYTES.length);
        stream.window = 10;
        FutureTask<Void> sender = started(() -> output.data(stream, MEGABYTES, 0, 30, true));
        assertThat(stream.window).isZero();
        assertThat(output.widen(stream, 20)).isTrue();
        sender.get(20, TimeUnit.SECONDS);
        readUntil(frame -> frame.flags() == Frames.END_STREAM);
        assertThat(frames).extracting(Frame::length).containsExactly(10, 20);
    }

    @Test
    void whoWaitsForTheConnectionsWindowIsWokenByIt() throws Exception {
        output.start();
        FutureTask<Void> sender = started(() -> output.data(stream, MEGABYTES, 0, 65_536, true));
        assertThat(output.widen(1)).isTrue();
        readUntil(frame -> frame.flags() == Frames.END_STREAM);
        sender.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whoWaitsForRoomIsWokenWhenThePeerReads() throws Exception {
        output.start();
        output.widen(MEGABYTES.length);
        FutureTask<Void> data = sendsMegabytes();
        SendSide other = new SendSide(3, 10);
        FutureTask<Void> head = started(() -> output.headers(other, (encoder, out) -> encoder.status(200, out), true, false));
        assertThat(head.isDone()).as("a head waits for room, too").isFalse();
        output.headers(new SendSide(5, 10), (encoder, out) -> encoder.status(200, out), true, true);
        readUntil(frame -> frame.streamId() == 1 && frame.flags() == Frames.END_STREAM);
        data.get(20, TimeUnit.SECONDS);
        head.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whoWaitsIsWokenByTheEndOfItsStream() throws Exception {
        output.start();
        output.widen(MEGABYTES.length);
        stream.window = 0;
        FutureTask<Void> waitsForItsWindow = started(() -> output.data(stream, MEGABYTES, 0, 30, true));
        output.close(stream, new IOException("reset"));
        ended(waitsForItsWindow, "reset");
        SendSide other = new SendSide(3, MEGABYTES.length);
        FutureTask<Void> waitsForRoom = sendsMegabytes(other);
        output.close(other, new IOException("reset too"));
        output.close(other, new IOException("the first reason stays"));
        ended(waitsForRoom, "reset too");
    }

    @Test
    void whoWaitsIsWokenByTheEndOfTheConnection() {
        output.start();
        output.widen(MEGABYTES.length);
        FutureTask<Void> data = sendsMegabytes();
        FutureTask<Void> head = started(() -> output.headers(new SendSide(3, 0), (encoder, out) -> encoder.status(200, out), true, false));
        output.end(0, 0, "");
        ended(data, "connection is closed");
        ended(head, "connection is closed");
    }

    @Test
    void whoWaitsIsWokenWhenTheConnectionIsLost() {
        output.start();
        output.widen(MEGABYTES.length);
        FutureTask<Void> data = sendsMegabytes();
        output.close();
        ended(data, "connection is closed");
    }

    @Test
    void aPeerThatHasLeftEndsTheWriterAndIsTold() throws Exception {
        output.start();
        output.widen(MEGABYTES.length);
        FutureTask<Void> data = sendsMegabytes();
        ends[1].close();
        assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
        ended(data, "connection is closed");
    }

    @Test
    void aChangeOfThePeersSettingsWakesWhoeverItGivesWindow() throws Exception {
        output.start();
        FutureTask<Void> sender = started(() -> output.data(stream, MEGABYTES, 0, 65_536, true));
        output.settings(new Http2Settings(), true, () -> output.widen(1));
        readUntil(frame -> frame.flags() == Frames.END_STREAM);
        sender.get(20, TimeUnit.SECONDS);
    }

    @Test
    void theLastWordsLeaveAndThenTheWriterEnds() throws Exception {
        output.start();
        output.control(out -> Frames.ping(out, 0, new byte[8], 0));
        output.end(7, 0, "bye");
        output.end(9, 2, "not this one");
        output.awaitWriter(Duration.ofSeconds(20));
        readUntil(frame -> frame.type() == Frames.GOAWAY);
        assertThat(ends[1].read(new byte[1], 0, 1)).as("nothing comes behind it").isEqualTo(-1);
        output.control(out -> {
            throw new AssertionError("nothing is written any more");
        });
        assertThatThrownBy(() -> output.data(stream, MEGABYTES, 0, 1, false)).hasMessage("connection is closed");
    }

    // ---- once

    @Test
    void aStreamIsResetOnceWhoeverAsksForItAgain() throws Exception {
        output.start();
        output.resetStream(stream, 8, new IOException("first"));
        output.resetStream(stream, 2, new IOException("second"));
        output.control(out -> Frames.ping(out, 0, new byte[8], 0));
        readUntil(frame -> frame.type() == Frames.PING);
        assertThat(frames).extracting(Frame::type).containsExactly(Frames.RST_STREAM, Frames.PING);
        assertThatThrownBy(() -> output.data(stream, MEGABYTES, 0, 1, false)).hasMessage("first");
        assertThatThrownBy(() -> output.headers(stream, (encoder, out) -> { }, false, false)).hasMessage("first");
    }

    // ---- what a peer may answer

    @Test
    void eachFrameThatLeavesAllowsItsWindowUpdatesAndAPing() throws Exception {
        assertThat(output.answerDue()).as("nothing was sent").isFalse();
        assertThat(output.pingDue()).isFalse();
        output.headers(stream, (encoder, out) -> encoder.status(200, out), false, false);
        assertThat(updatesDue()).isEqualTo(1);
        assertThat(pingsDue()).isEqualTo(1);
        output.data(stream, MEGABYTES, 0, 2047, false);
        assertThat(updatesDue()).as("one for the stream, one for the connection").isEqualTo(2);
        output.data(stream, MEGABYTES, 0, 8192, false);
        assertThat(updatesDue()).as("and one for each 2 KiB").isEqualTo(2 + 4);
        assertThat(pingsDue()).isEqualTo(2);
    }

    private int updatesDue() {
        int count = 0;
        while (output.answerDue()) {
            count++;
        }
        return count;
    }

    private int pingsDue() {
        int count = 0;
        while (output.pingDue()) {
            count++;
        }
        return count;
    }

    @Test
    void windowsMayGrowToTheLargestAndNotBeyond() {
        assertThat(output.widen(Integer.MAX_VALUE - 65_535)).isTrue();
        assertThat(output.widen(1)).isFalse(); // RFC 9113 §6.9.1
        SendSide other = new SendSide(3, 1);
        assertThat(output.widen(other, Integer.MAX_VALUE - 1)).isTrue();
        assertThat(output.widen(other, 1)).isFalse();
    }
}
