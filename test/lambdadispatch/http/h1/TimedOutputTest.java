// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.support.StubTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When a client that does not take what it is sent is given up, and when not: the transport takes what a test says.
@Timeout(60)
class TimedOutputTest {
    private static final Duration BRIEF = Duration.ofMillis(20);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration A_WHILE = Duration.ofMillis(150);
    private static final int LOOKS = 6;

    private final Taking transport = new Taking();
    private TimedOutput out;

    private interface Step {
        void run() throws Exception;
    }

    private static final class Taking extends StubTransport {
        private final List<String> writes = new ArrayList<>();
        private final AtomicInteger resets = new AtomicInteger();
        private final Semaphore goOn = new Semaphore(0); // for a write that waits
        private volatile Step during = () -> { };
        private volatile LongSupplier taken = () -> 0;

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            writes.add(offset + "+" + length);
            try {
                during.run();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        /// As a write does to a client that takes nothing.
        void blocks() throws Exception {
            goOn.acquire();
            if (resets.get() > 0) {
                throw new IOException("was reset");
            }
        }

        @Override
        public long octetsTaken() {
            return taken.getAsLong();
        }

        @Override
        public void reset() {
            resets.incrementAndGet();
            goOn.release();
        }

        @Override
        public void close() {
            throw new AssertionError("it is reset, or left as it is");
        }
    }

    @AfterEach
    void close() {
        out.close();
    }

    private void output(Duration stall, LeastRate rate) {
        out = new TimedOutput(transport, stall, rate);
    }

    private void write(int count) throws IOException {
        out.write(new byte[count], 0, count);
    }

    private void assertGivenUp() {
        transport.during = transport::blocks;
        assertThatThrownBy(() -> write(10)).hasMessage("was reset");
        assertThat(transport.resets).hasValue(1);
    }

    /// The write goes on until the transport was asked so often how it gets on; each time so much more was taken.
    /// @return how often it was asked
    private AtomicInteger takes(int octetsALook) {
        AtomicInteger looks = new AtomicInteger();
        transport.taken = () -> {
            int before = looks.getAndIncrement();
            if (before + 1 == LOOKS) {
                transport.goOn.release();
            }
            return (long) before * octetsALook;
        };
        transport.during = transport::blocks;
        return looks;
    }

    @Test
    void aClientThatTakesNothingIsResetWhenItsTimeIsOver() {
        output(BRIEF, LeastRate.NONE);
        long begun = System.nanoTime();
        assertGivenUp();
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(BRIEF.toNanos());
    }

    @Test
    void oneThatTakesALittleMayGoOn() throws Exception {
        output(BRIEF, LeastRate.NONE);
        takes(1);
        write(10);
        assertThat(transport.resets).hasValue(0);
    }

    @Test
    void whatWasTakenBeforeIsNoProgress() {
        output(BRIEF, LeastRate.NONE);
        AtomicInteger looks = new AtomicInteger();
        transport.taken = () -> 1_000_000 + Math.min(3, looks.getAndIncrement());
        assertGivenUp();
        assertThat(looks.get()).isGreaterThan(4);
    }

    @Test
    void oneThatTakesTooLittleIsResetThoughItTakesSomethingEachTime() {
        output(BRIEF, new LeastRate(1000, Duration.ofMillis(100)));
        AtomicInteger looks = new AtomicInteger();
        transport.taken = looks::getAndIncrement;
        assertGivenUp();
        assertThat(looks.get()).as("it was given time").isGreaterThan(1);
    }

    @Test
    void oneThatTakesEnoughMayGoOn() throws Exception {
        output(BRIEF, new LeastRate(1000, HOUR));
        takes(100_000);
        write(10);
        output(Duration.ZERO, new LeastRate(1, BRIEF));
        takes(3600); // an hour's
        write(10);
        assertThat(transport.resets).hasValue(0);
    }

    @Test
    void theRateHoldsWhereAStallDoesNotAndTheOtherWayRound() {
        output(Duration.ZERO, new LeastRate(1, BRIEF));
        assertGivenUp();
        transport.resets.set(0);
        output(HOUR, new LeastRate(1, BRIEF));
        assertGivenUp();
        transport.resets.set(0);
        output(BRIEF, new LeastRate(1, HOUR));
        assertGivenUp();
    }

    @Test
    void whereAnyRateWillDoAndAnyStallNobodyLooks() throws Exception {
        output(Duration.ZERO, LeastRate.NONE);
        AtomicInteger looks = new AtomicInteger();
        transport.taken = looks::getAndIncrement;
        transport.during = () -> InputSteps.pass(A_WHILE);
        write(10);
        assertThat(looks).as("before the write").hasValue(1);
        assertThat(out.behindNanos(System.nanoTime() + HOUR.toNanos())).isZero();
    }

    @Test
    void nobodyIsResetBehindAWriteWhateverBecameOfIt() throws Exception {
        output(A_WHILE, new LeastRate(1, A_WHILE));
        write(10);
        transport.during = () -> {
            throw new IOException("broken");
        };
        assertThatThrownBy(() -> write(10)).hasMessage("broken");
        InputSteps.pass(A_WHILE.multipliedBy(2));
        assertThat(transport.resets).hasValue(0);
        assertThat(out.behindNanos(System.nanoTime() + HOUR.toNanos())).as("nobody waits").isZero();
    }

    @Test
    void nobodyIsResetByOneThatIsClosed() throws Exception {
        output(BRIEF, LeastRate.NONE);
        out.close();
        transport.during = () -> InputSteps.pass(A_WHILE);
        write(10);
        assertThat(transport.resets).hasValue(0);
    }

    /// Zero would be no limit at all.
    @Test
    void oneThatIsTooFarBehindAlreadyWhenAWriteBeginsIsReset() {
        output(Duration.ZERO, new LeastRate(1_000_000_000, Duration.ofMillis(1)));
        transport.during = () -> LockSupport.parkNanos(5_000_000); // shorter than the grain of deadlines, so mostly nobody looks
        assertThatCode(() -> write(1)).doesNotThrowAnyException();
        transport.resets.set(0);
        transport.goOn.drainPermits();
        assertGivenUp();
    }

    @Test
    void eachOctetIsCountedOnceWhetherItWasSeenOnTheWayOrNot() throws Exception {
        output(BRIEF, new LeastRate(10_000, HOUR));
        int perLook = 200;
        AtomicInteger looks = takes(perLook);
        long[] lasted = new long[1];
        transport.during = () -> {
            long begun = System.nanoTime();
            transport.blocks();
            lasted[0] = System.nanoTime() - begun;
        };
        write((LOOKS - 1) * perLook); // all that is seen, or more if it is looked at again
        long madeUp = (looks.get() - 1) * perLook * 100_000L;
        long[] behind = new long[1];
        transport.during = () -> behind[0] = out.behindNanos(System.nanoTime());
        write(1);
        assertThat(behind[0]).isGreaterThanOrEqualTo(lasted[0] - madeUp);
    }

    @Test
    void whatNobodySawOnTheWayIsCountedWhenTheWriteIsOver() throws Exception {
        output(Duration.ZERO, new LeastRate(1, HOUR));
        transport.during = () -> InputSteps.pass(A_WHILE);
        write(1000); // makes up for as many seconds
        long begun = System.nanoTime();
        long[] behind = new long[1];
        transport.during = () -> behind[0] = out.behindNanos(System.nanoTime());
        write(10);
        assertThat(behind[0]).isBetween(0L, System.nanoTime() - begun);
    }

    @Test
    void whoWasSlowToTakeOneAnswerIsNotBehindInTheNext() throws Exception {
        output(Duration.ZERO, new LeastRate(1_000_000_000, HOUR));
        long[] behind = new long[1];
        transport.during = () -> {
            InputSteps.pass(A_WHILE);
            behind[0] = out.behindNanos(System.nanoTime());
        };
        write(1);
        assertThat(behind[0]).isGreaterThanOrEqualTo(A_WHILE.toNanos());
        transport.during = () -> behind[0] = out.behindNanos(System.nanoTime());
        write(1);
        assertThat(behind[0]).as("within the same answer it adds up").isGreaterThanOrEqualTo(A_WHILE.toNanos() - 2);
        long begun = System.nanoTime();
        out.begin();
        write(1);
        assertThat(behind[0]).isBetween(0L, System.nanoTime() - begun);
    }

    @Test
    void piecesAreOf64KiBAndThereIsNoneOfNothing() throws Exception {
        output(BRIEF, LeastRate.NONE);
        out.write(new byte[200_000], 7, 128 << 10);
        out.write(new byte[0], 0, 0);
        out.write(new byte[5], 1, 1);
        out.write(new byte[200_000], 0, (64 << 10) + 1);
        assertThat(transport.writes).containsExactly("7+65536", "65543+65536", "1+1", "0+65536", "65536+1");
    }
}
