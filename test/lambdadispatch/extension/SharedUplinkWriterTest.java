// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
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
}
