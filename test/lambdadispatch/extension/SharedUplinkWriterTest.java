// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Bytes;
import lambdadispatch.protocol.SharedUplinkEntry;
import lambdadispatch.support.Uncaught;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SharedUplinkWriterTest {
    private final Semaphore losses = new Semaphore(0);
    private final SharedUplinkWriter shared = new SharedUplinkWriter(losses::release);

    @AfterEach
    void senderEnds() {
        shared.over();
    }

    private static Bytes response(String text) {
        return new Bytes().append(text);
    }

    private static String entry(int channel, String text) {
        Bytes out = new Bytes();
        SharedUplinkEntry.append(out, channel, text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length());
        return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void takesNothingBeforeTheRouterOffersItAndAfterItsEnd() {
        assertThat(shared.offer(1, response("a"))).isFalse();
        shared.start();
        assertThat(shared.offer(1, response("a"))).isTrue();
        shared.over();
        assertThat(shared.offer(1, response("a"))).isFalse();
    }

    @Test
    void whatIsReadyTogetherLeavesInOnePiece() throws Exception {
        shared.start();
        assertThat(shared.offer(1, response("a"))).isTrue();
        assertThat(shared.offer(70_000, response("bc"))).isTrue();
        Received router = Received.from(shared.uplink(), 0);
        // The sender took the first, or both, before there was any demand: what gathered meanwhile is one piece.
        assertThat(shared.offer(3, response("d"))).isTrue();
        router.request(2);
        String all = entry(1, "a") + entry(70_000, "bc") + entry(3, "d");
        router.await(all::equals);
        assertThat(router.pieces()).isLessThanOrEqualTo(2);
    }

    @Test
    void longResponseAndOneThatFindsTooMuchWaitingGoAnotherWay() {
        shared.start();
        assertThat(shared.offer(1, response("x".repeat(SharedUplinkEntry.LONGEST + 1)))).isFalse();
        int taken = 0;
        while (shared.offer(1, response("x".repeat(SharedUplinkEntry.LONGEST)))) {
            assertThat(++taken).isLessThan(20);
        }
        assertThat(taken).isGreaterThan(5);
    }

    @Test
    void requestThatFailedBeforeTheUplinkWasStartedLeavesItShut() {
        shared.over();
        shared.start();
        assertThat(shared.offer(1, response("a"))).as("nobody would send it").isFalse();
        assertThat(losses.availablePermits()).isZero();
    }

    @Test
    void endOfTheStreamBehindAResponseIsToldSinceTheResponseMayBeLost() {
        shared.start();
        assertThat(shared.offer(1, response("a"))).isTrue();
        shared.over();
        shared.over();
        assertThat(losses.availablePermits()).isEqualTo(1);
    }

    @Test
    void senderThatFailsIsHeardOf() throws Exception {
        try (Uncaught uncaught = new Uncaught("shared-uplink")) {
            shared.start();
            Received.failing(shared.uplink(), new IllegalStateException("a fault of the HTTP client's"));
            assertThat(shared.offer(1, response("a"))).isTrue();
            losses.acquire();
            assertThat(shared.offer(1, response("b"))).isFalse();
            assertThat(uncaught.next()).hasMessage("a fault of the HTTP client's");
        }
    }

    @Test
    void endSendsWhatHasGathered() throws Exception {
        shared.start();
        assertThat(shared.offer(1, response("a"))).isTrue();
        shared.end();
        Received router = Received.from(shared.uplink(), 5);
        router.awaitComplete();
        assertThat(router.text()).isEqualTo(entry(1, "a"));
        shared.over();
        assertThat(losses.availablePermits()).as("ended from here").isZero();
    }

    /// An HTTP client that is busy with the first piece until it is told to go on.
    private static final class Busy implements Flow.Subscriber<ByteBuffer> {
        final CountDownLatch began = new CountDownLatch(1);
        final CountDownLatch goesOn = new CountDownLatch(1);
        final List<Integer> lengths = new CopyOnWriteArrayList<>();

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            lengths.add(piece.remaining());
            began.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onError(Throwable why) {
            goesOn.countDown();
        }

        @Override
        public void onComplete() {
            goesOn.countDown();
        }
    }

    @Test
    void asMuchAs64KiBGathersAndNoOctetMore() throws Exception {
        Busy router = new Busy();
        shared.uplink().subscribe(router);
        shared.start();
        assertThat(shared.offer(1, response("x".repeat(SharedUplinkEntry.LONGEST)))).as("the longest").isTrue();
        router.began.await();
        int left = 64 << 10;
        while (left > SharedUplinkEntry.LONGEST + SharedUplinkEntry.HEAD) {
            assertThat(shared.offer(2, response("x".repeat(SharedUplinkEntry.LONGEST)))).isTrue();
            left -= SharedUplinkEntry.LONGEST + SharedUplinkEntry.HEAD;
        }
        int fits = left - SharedUplinkEntry.HEAD;
        assertThat(shared.offer(3, response("x".repeat(fits + 1)))).as("one octet too many").isFalse();
        assertThat(shared.offer(3, response("x".repeat(fits)))).as("to the last octet").isTrue();
        assertThat(shared.offer(4, response(""))).isFalse();
        router.goesOn.countDown();
        InvocationBed.until(() -> router.lengths.size() == 2);
        assertThat(router.lengths).containsExactly(SharedUplinkEntry.LONGEST + SharedUplinkEntry.HEAD, 64 << 10);
        assertThat(shared.offer(4, response("x"))).as("there is room again").isTrue();
    }

    @Test
    void senderThatHasSentAllIsWokenByTheNext() throws Exception {
        Received router = Received.from(shared.uplink(), Long.MAX_VALUE);
        shared.start();
        StringBuilder all = new StringBuilder();
        for (int i = 1; i <= 5; i++) {
            InvocationBed.until(shared::rests);
            assertThat(shared.offer(i, response("a" + i))).isTrue();
            all.append(entry(i, "a" + i));
            router.await(all.toString()::equals);
        }
    }

    @Test
    void senderThatHasNothingToSendIsWokenByTheEnd() throws Exception {
        Received router = Received.from(shared.uplink(), Long.MAX_VALUE);
        shared.start();
        InvocationBed.until(shared::rests);
        shared.end();
        router.awaitComplete();
        assertThat(losses.availablePermits()).isZero();
    }

    @Test
    void whoWaitsForTheRouterToTakeMoreIsLetGoAtTheEndOfTheStream() throws Exception {
        Received router = Received.from(shared.uplink(), 0);
        CompletableFuture<Boolean> sent = LinkBed.inVirtualThread(() -> {
            shared.uplink().send(ByteBuffer.allocate(1));
            return true;
        });
        shared.over();
        assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS)).hasRootCauseMessage("uplink broke");
        assertThat(router.text()).isEmpty();
    }

    @Test
    void streamThatTheRouterBreaksOffIsALossOfWhatWasOffered() throws Exception {
        Received router = Received.from(shared.uplink(), 0);
        shared.start();
        assertThat(shared.offer(1, response("a"))).isTrue();
        router.cancel();
        losses.acquire();
        assertThat(shared.offer(1, response("b"))).isFalse();
    }

    @Test
    void streamThatBreaksBeforeAnythingWasOfferedLosesNothing() {
        Received router = Received.from(shared.uplink(), 0);
        shared.start();
        router.cancel();
        assertThat(shared.offer(1, response("b"))).isFalse();
        assertThat(losses.availablePermits()).isZero();
    }
}
