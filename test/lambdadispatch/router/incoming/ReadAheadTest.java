// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A client's body while the channel takes nothing of it.
@Timeout(30)
class ReadAheadTest {
    private final ScriptedExchange client = ScriptedExchange.of("POST", "/a", -1, "transfer-encoding", "chunked");
    private final BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();
    private final ReadAhead ahead = new ReadAhead(client, failures::add, Duration.ofMillis(1), 100_000);

    @AfterEach
    void close() {
        ahead.close();
    }

    private String read(int most) throws IOException {
        byte[] octets = new byte[most];
        int count = ahead.read(octets, 0, most);
        return count < 0 ? "end" : new String(octets, 0, count, StandardCharsets.ISO_8859_1);
    }

    /// The channel takes nothing, until the client's octets have all been read.
    private void stall() throws Exception {
        ahead.blocked();
        while (client.available() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void nothingIsReadAheadWhileTheChannelTakesWhatComes() throws Exception {
        client.sends("abcdef");
        assertThat(read(3)).isEqualTo("abc");
        assertThat(client.available()).isEqualTo(3);
        assertThat(read(10)).isEqualTo("def");
    }

    @Test
    void whatWasReadAheadComesInOrderAndWhole() throws Exception {
        client.sends("abc");
        stall();
        client.sends("def");
        ahead.unblocked();
        assertThat(read(2) + read(2)).isEqualTo("abc");
        assertThat(read(10)).isEqualTo("def");
        assertThat(ahead.ended()).isFalse();
        client.endsBody("t", "1");
        assertThat(read(10)).isEqualTo("end");
        assertThat(ahead.ended()).isTrue();
        assertThat(client.trailers().size()).isEqualTo(1);
    }

    @Test
    void clientThatLeavesInsideItsUploadIsNoticedThoughTheChannelTakesNothing() throws Exception {
        client.sends("x".repeat(50_000));
        stall();
        client.breaksBody(new IOException("input ended inside a message body"));
        assertThat(failures.poll(20, TimeUnit.SECONDS)).hasMessage("input ended inside a message body");
    }

    @Test
    void noMoreIsReadAheadThanTheBoundAndAsMuchAgainAsIsTaken() throws Exception {
        int piece = 32 << 10;
        client.sends("x".repeat(10 * piece));
        ahead.blocked();
        client.await(() -> client.available() == 7 * piece);
        ahead.unblocked();
        assertThat(read(piece).length()).isEqualTo(piece);
        client.await(() -> client.available() == 6 * piece);
    }

    @Test
    void whoeverWaitsForOctetsHearsWhyNoneCome() throws Exception {
        client.sends("a");
        stall();
        ahead.unblocked();
        assertThat(read(1)).isEqualTo("a");
        client.breaksBody(new IOException("reset"));
        assertThatThrownBy(() -> read(1)).hasMessage("reset");
    }

    @Test
    void whatIsReadAheadIsTakenFromTheClientsShareAndGivenBackWhenItIsTaken() throws Exception {
        client.sends("x".repeat(50_000));
        stall();
        client.endsBody();
        client.await(() -> client.memory().held() < 60_000); // what the last, empty read needed
        assertThat(client.memory().held()).isGreaterThan(50_000);
        ahead.unblocked();
        for (int left = 50_000; left > 0; ) {
            left -= read(32 << 10).length();
        }
        assertThat(read(1)).isEqualTo("end");
        assertThat(client.memory().held()).isZero();
    }

    @Test
    void whatNobodyWillTakeIsGivenBackHoweverItEnds() throws Exception {
        client.sends("x".repeat(50_000));
        stall();
        ahead.close();
        client.breaksBody(new IOException("reset"));
        client.await(() -> client.memory().held() == 0);
    }

    @Test
    void nothingIsReadAheadWhereMemoryIsNotPlenty() throws Exception {
        MemoryAccount account = new MemoryAccount(1 << 20);
        MemoryShare other = account.open("other", 0, () -> { });
        assertThat(other.take(1 << 19)).isTrue();
        client.holding(account.open("client", 0, () -> { }));
        try (ReadAhead careful = new ReadAhead(client, failures::add, Duration.ofMillis(1), 100_000)) {
            client.sends("x".repeat(1000));
            careful.blocked();
            LockSupport.parkNanos(50_000_000); // it would have begun long ago; if this machine stalls, the test sees less and passes
            assertThat(client.available()).isEqualTo(1000);
            other.close();
            client.await(() -> client.available() == 0);
        }
        assertThat(account.refused()).isZero();
    }
}
