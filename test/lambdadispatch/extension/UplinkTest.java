// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class UplinkTest {
    private final AtomicInteger resets = new AtomicInteger();
    private final Uplink uplink = new Uplink(resets::incrementAndGet);

    private static ByteBuffer piece(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    /// Sends on a thread of its own and returns once that waits.
    private CompletableFuture<Void> sendAndWait(String text) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        Thread sender = Threads.virtual("test").start(() -> {
            try {
                uplink.send(piece(text));
                sent.complete(null);
            } catch (IOException e) {
                sent.completeExceptionally(e);
            }
        });
        while (sender.getState() != Thread.State.WAITING) {
            assertThat(sent).isNotDone();
            Thread.onSpinWait();
        }
        return sent;
    }

    @Test
    void lengthIsNotKnownBefore() {
        assertThat(uplink.contentLength()).isNegative();
    }

    @Test
    void pieceGoesOutOnlyWhenItIsAskedFor() throws Exception {
        Received router = Received.from(uplink, 1);
        uplink.send(piece("a"));
        CompletableFuture<Void> second = sendAndWait("b");
        assertThat(router.text()).isEqualTo("a");
        router.request(1);
        second.get(10, TimeUnit.SECONDS);
        assertThat(router.text()).isEqualTo("ab");
        assertThat(router.pieces()).isEqualTo(2);
    }

    @Test
    void resetByTheRouterWakesTheSender() {
        Received router = Received.from(uplink, 0);
        CompletableFuture<Void> sent = sendAndWait("a");
        router.cancel();
        assertThat(sent).failsWithin(java.time.Duration.ofSeconds(10));
        assertThat(resets).hasValue(1);
        assertThatThrownBy(() -> uplink.send(piece("b"))).isInstanceOf(IOException.class);
        uplink.end();
        assertThat(router.complete()).as("nothing follows a reset").isFalse();
    }

    @Test
    void endAndFailureAreToldOnce() {
        Received router = Received.from(uplink, 5);
        uplink.end();
        uplink.reset(new IOException("late"));
        assertThat(router.complete()).isTrue();
        assertThat(router.failure()).isNull();
    }

    @Test
    void failureReachesTheRouterAsSuch() {
        Received router = Received.from(uplink, 5);
        uplink.reset(new IOException("app failed"));
        uplink.end();
        assertThat(router.failure()).hasMessage("app failed");
        assertThat(router.complete()).isFalse();
    }

    @Test
    void uplinkThatNobodySubscribedToCanBeGivenUp() {
        uplink.reset(new IOException("never opened"));
        assertThatThrownBy(() -> uplink.send(piece("a"))).isInstanceOf(IOException.class);
    }

    @Test
    void senderThatIsInterruptedDoesNotSpin() throws Exception {
        Received router = Received.from(uplink, 0);
        CompletableFuture<Void> sent = new CompletableFuture<>();
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                uplink.send(piece("a"));
                sent.complete(null);
            } catch (IOException e) {
                sent.completeExceptionally(e);
            }
        });
        sender.interrupt();
        assertThatThrownBy(() -> sent.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(java.io.InterruptedIOException.class);
        assertThat(router.text()).isEmpty();
    }

    @Test
    void uplinkThatIsOfNoUseWakesTheSenderAndTellsNobody() {
        Received router = Received.from(uplink, 0);
        CompletableFuture<Void> sent = sendAndWait("a");
        uplink.over();
        assertThat(sent).failsWithin(java.time.Duration.ofSeconds(10));
        assertThat(resets).hasValue(0);
        uplink.reset(new IOException("late"));
        assertThat(router.failure()).isNull();
        assertThat(router.text()).isEmpty();
    }

    @Test
    void whatIsAskedForAddsUp() throws Exception {
        Received router = Received.from(uplink, 2);
        router.request(1);
        uplink.send(piece("a"));
        uplink.send(piece("b"));
        uplink.send(piece("c"));
        CompletableFuture<Void> fourth = sendAndWait("d");
        assertThat(router.text()).isEqualTo("abc");
        router.request(1);
        fourth.get(10, TimeUnit.SECONDS);
        CompletableFuture<Void> fifth = sendAndWait("e");
        router.request(1);
        fifth.get(10, TimeUnit.SECONDS);
        assertThat(router.text()).isEqualTo("abcde");
    }

    @Test
    void whoSendsBeforeTheUplinkIsOpenWaits() throws Exception {
        CompletableFuture<Void> sent = sendAndWait("a");
        Received router = Received.from(uplink, 1);
        sent.get(10, TimeUnit.SECONDS);
        assertThat(router.text()).isEqualTo("a");
    }

    @Test
    void endOfAnUplinkThatNobodySubscribedToIsNoFault() {
        uplink.end();
        assertThatThrownBy(() -> uplink.send(piece("a"))).isInstanceOf(IOException.class);
    }
}
