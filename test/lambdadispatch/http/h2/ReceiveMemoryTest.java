// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the receiving half of a stream takes from its share of memory, and what it does where there is none.
@Timeout(60)
class ReceiveMemoryTest {
    private static final int SIZE = 100_000;
    private static final byte[] OCTETS = new byte[SIZE];

    private static ReceiveSide side(MemoryShare memory) {
        ReceiveSide side = new ReceiveSide(1, -1, SIZE, false);
        side.chargedTo(memory);
        return side;
    }

    private static int taken(ReceiveSide from, int octets) throws IOException {
        return from.take(new byte[octets], 0, octets, -1, Duration.ZERO);
    }

    /// An account of which the first share has eight KiB for nothing, and no more.
    private static MemoryShare full() {
        MemoryAccount account = new MemoryAccount(1000);
        return account.open("a", 0, () -> { });
    }

    private static MemoryShare wide() {
        return new MemoryAccount(1 << 30).open("a", 0, () -> { });
    }

    @Test
    void whatWaitsIsChargedAndGivenBackHoweverItLeaves() throws IOException {
        MemoryShare memory = wide();
        ReceiveSide read = side(memory);
        read.data(OCTETS, 0, 30_000, 30_000, false);
        assertThat(memory.held()).isEqualTo(30_000);
        assertThat(taken(read, 30_000)).isEqualTo(30_000);
        assertThat(memory.held()).as("a long array is let go").isZero();
        ReceiveSide failed = side(memory);
        failed.data(OCTETS, 0, 30_000, 30_000, false);
        failed.fail(new IOException("gone"));
        assertThat(memory.held()).isZero();
        ReceiveSide discarded = side(memory);
        discarded.supply(OCTETS, 0, 30_000);
        assertThat(memory.held()).isEqualTo(30_000);
        discarded.discard();
        assertThat(memory.held()).isZero();
        discarded.discard();
        discarded.fail(new IOException("gone"));
        assertThat(memory.held()).as("once").isZero();
    }

    @Test
    void trailersAreChargedAsLongAsTheStreamIsThere() throws StreamError {
        MemoryShare memory = wide();
        Headers fields = Headers.of("sum", "7");
        ReceiveSide side = side(memory);
        side.data(OCTETS, 0, 10, 10, false);
        side.trailers(fields);
        assertThat(memory.held()).isEqualTo(1024 + fields.footprint());
        side.discard();
        assertThat(memory.held()).isZero();
        ReceiveSide discarded = side(memory);
        discarded.discard();
        discarded.trailers(fields);
        assertThat(discarded.trailers()).isSameAs(Headers.EMPTY);
        assertThat(memory.held()).isZero();
    }

    @Test
    void dataThatThereIsNoMemoryForEndsTheStreamAndIsGivenBackOnce() throws IOException {
        MemoryShare memory = full();
        ReceiveSide side = side(memory);
        side.data(OCTETS, 0, 5000, 5000, false);
        assertThat(memory.held()).isEqualTo(5000);
        assertThatThrownBy(() -> side.data(OCTETS, 0, 5000, 5100, false)).isInstanceOf(StreamError.class)
                .hasMessage("ENHANCE_YOUR_CALM: no memory for more of a body");
        assertThat(memory.held()).isZero();
        assertThat(side.available()).isZero();
        assertThat(side.released()).as("what waited; the frame itself is given back by who brought it").isEqualTo(5000);
    }

    @Test
    void whatIsSuppliedWhereThereIsNoMemoryIsNotTakenAndUsedNoWindow() throws IOException {
        MemoryShare memory = full();
        ReceiveSide side = side(memory);
        assertThat(side.supply(OCTETS, 0, 8192)).isTrue();
        assertThat(side.supply(OCTETS, 0, 1)).isFalse();
        assertThat(memory.held()).isZero();
        assertThat(side.released()).isZero();
        assertThat(side.available()).isZero();
        side.data(OCTETS, 0, 100, 100, false);
        taken(side, 100);
        assertThat(side.released()).as("what comes on the stream itself counts from its first octet").isEqualTo(100);
    }

    @Test
    void beyondItsWindowNothingMoreIsDue() {
        ReceiveSide side = side(wide());
        assertThatThrownBy(() -> side.data(OCTETS, 0, 1, SIZE + 1, false)).isInstanceOf(StreamError.class);
        assertThat(side.due()).isZero();
    }

    @Test
    void trailersThatThereIsNoMemoryForEndTheStream() {
        MemoryShare memory = full();
        ReceiveSide side = side(memory);
        assertThatThrownBy(() -> side.trailers(Headers.of("a", "x".repeat(9000)))).isInstanceOf(StreamError.class)
                .hasMessage("ENHANCE_YOUR_CALM: no memory for trailers");
        assertThat(side.ended()).isFalse();
        assertThat(memory.held()).isZero();
    }

    @Test
    void whereMemoryIsShortNoWindowIsGivenWhileMuchWaits() throws IOException {
        MemoryAccount account = new MemoryAccount(1 << 20);
        ReceiveSide side = side(account.open("a", 0, () -> { }));
        MemoryShare other = account.open("b", 0, () -> { });
        side.data(OCTETS, 0, SIZE, SIZE, false);
        taken(side, SIZE - SIZE / 8 - 1);
        other.take(600 << 10);
        assertThat(account.isShort()).isTrue();
        assertThat(side.increment()).isZero();
        taken(side, 1);
        assertThat(side.increment()).as("an eighth may wait").isEqualTo(SIZE - SIZE / 8);
        side.data(OCTETS, 0, 80_000, 80_000, false);
        taken(side, 70_000);
        other.give(600 << 10);
        assertThat(side.increment()).isEqualTo(70_000);
    }

    /// Whom an account ends that has to end one of two: the one that holds the same and made no progress.
    private static String endedFirst(int oneTakes, int otherTakes) throws IOException {
        MemoryAccount account = new MemoryAccount(160_000);
        AtomicReference<String> ended = new AtomicReference<>();
        MemoryShare one = account.open("one", 0, () -> ended.compareAndSet(null, "one"));
        MemoryShare other = account.open("other", 0, () -> ended.compareAndSet(null, "other"));
        one.take(60_000);
        other.take(60_000);
        ReceiveSide first = side(one);
        ReceiveSide second = side(other);
        first.supply(OCTETS, 0, 2048);
        second.supply(OCTETS, 0, 2048);
        taken(first, oneTakes);
        taken(second, otherTakes);
        account.open("third", 0, () -> { }).takeAnyway(40_000);
        while (ended.get() == null) {
            LockSupport.parkNanos(100_000);
        }
        return ended.get();
    }

    @Test
    void whoseBodyIsTakenIsNotEndedBeforeWhoseIsNot() throws IOException {
        assertThat(endedFirst(1024, 1023)).isEqualTo("other");
        assertThat(endedFirst(1023, 1024)).isEqualTo("one");
    }

    // ---- waiting

    @Test
    void aWaitThatIsInterruptedOrStallsEnds() {
        ReceiveSide side = side(wide());
        long start = System.nanoTime();
        assertThatThrownBy(() -> side.take(new byte[1], 0, 1, -1, Duration.ofMillis(30))).isInstanceOf(SocketTimeoutException.class)
                .hasMessage("no body received in time");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> side.take(new byte[1], 0, 1, -1, Duration.ZERO)).hasMessage("interrupted while waiting for a body");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aWakeUpThatBringsNothingIsNoStall() throws Exception {
        ReceiveSide side = side(wide());
        FutureTask<Integer> taken = new FutureTask<>(() -> side.take(new byte[9], 0, 9, -1, Duration.ofMinutes(1)));
        Thread handler = Thread.ofVirtual().start(taken);
        for (int i = 0; i < 3; i++) {
            while (handler.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            LockSupport.unpark(handler);
        }
        while (handler.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        side.data(OCTETS, 0, 9, 9, false);
        assertThat(taken.get()).isEqualTo(9);
    }

    // ---- 100 (Continue)

    @Test
    void nothingHasComeAsLongAsNoOctetAndNoEndDid() throws IOException {
        assertThat(side(wide()).nothingCame(-1)).isTrue();
        assertThat(new ReceiveSide(1, 10, SIZE, false).nothingCame(10)).isTrue();
        assertThat(new ReceiveSide(1, 11, SIZE, false).nothingCame(10)).isFalse();
        assertThat(new ReceiveSide(1, 1, SIZE, false).nothingCame(0)).isFalse();
        assertThat(new ReceiveSide(1, -1, SIZE, false).nothingCame(0)).isTrue();
        ReceiveSide empty = side(wide());
        empty.data(OCTETS, 0, 0, 5, false);
        assertThat(empty.nothingCame(-1)).isTrue();
        empty.data(OCTETS, 0, 1, 1, false);
        assertThat(empty.nothingCame(-1)).isFalse();
        assertThat(new ReceiveSide(1, 0, SIZE, true).nothingCame(-1)).isFalse();
    }
}
