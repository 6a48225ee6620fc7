// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import lambdadispatch.router.RouterBed;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The first octets of a body are waited for before anybody asks for a slot.
@Timeout(30)
class FirstOctetsTest {
    private static final int FIRST = 16 << 10;

    private final RouterBed bed = new RouterBed(RouterBed.oneAtATime());

    private ScriptedExchange waiting(long length, String... fields) {
        ScriptedExchange client = ScriptedExchange.of("POST", "/", length, fields);
        return client;
    }

    @Test
    void shortBodyIsWaitedForBeforeASlotIsAskedFor() throws Exception {
        ScriptedExchange client = waiting(5);
        CompletableFuture<Void> done = bed.client(client);
        client.sends("abcd");
        client.await(() -> client.available() == 0);
        assertThat(bed.pools().defaultPool().snapshot().totals().submitted()).isZero();
        client.sends("e");
        RouterBed.Played channel = bed.channel(bed.invoked());
        assertThat(channel.awaitRequest("abcde")).contains("content-length: 5");
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done.get(20, TimeUnit.SECONDS);
        assertThat(client.status()).isEqualTo(204);
    }

    @Test
    void ofALongBodyTheFirst16KiBAreWaitedFor() throws Exception {
        ScriptedExchange client = waiting(FIRST + 2);
        CompletableFuture<Void> done = bed.client(client);
        client.sends("x".repeat(FIRST - 1));
        client.await(() -> client.available() == 0);
        assertThat(bed.pools().defaultPool().snapshot().totals().submitted()).isZero();
        client.sends("y");
        RouterBed.Played channel = bed.channel(bed.invoked());
        channel.awaitRequest("xy");
        client.sends("z!");
        client.endsBody();
        channel.awaitRequest("xyz!");
        channel.respond("HTTP/1.1 204 No Content\r\n\r\n");
        done.get(20, TimeUnit.SECONDS);
        assertThat(client.status()).isEqualTo(204);
    }

    /// One side of a conversation may well wait for the other.
    @Test
    void bodyOfUnknownLengthIsNotWaitedFor() throws Exception {
        ScriptedExchange client = waiting(-1);
        RouterBed.Dispatched request = bed.dispatched(client);
        client.endsBody();
        request.answer("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(client.status()).isEqualTo(204);
    }

    @Test
    void clientThatWaitsForContinueIsAskedForItsBodyOnceThereIsASlot() throws Exception {
        ScriptedExchange client = waiting(3, "expect", "100-continue");
        RouterBed.Dispatched request = bed.dispatched(client);
        client.sends("abc");
        client.endsBody();
        request.channel().awaitRequest("abc");
        request.answer("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(client.status()).isEqualTo(204);
    }

    @Test
    void whatIsWaitedForCountsAgainstTheMemoryOfRequests() throws Exception {
        ScriptedExchange client = waiting(FIRST + 1);
        CompletableFuture<Void> done = bed.client(client);
        client.sends("x");
        client.await(() -> client.available() == 0);
        assertThat(client.memory().held()).isGreaterThan(FIRST);
        client.breaksBody(new SocketTimeoutException("late"));
        assertThatThrownBy(() -> done.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
        assertThat(client.memory().held()).isZero();
        assertThat(bed.pools().defaultPool().snapshot().totals().submitted()).isZero();
    }
}
