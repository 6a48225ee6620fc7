// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.support.FakeClock;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Requests on instances that are given up since nothing is heard of them any more: tried again, but not for ever.
@Timeout(30)
class SilentInstancesTest {
    private final FakeClock clock = new FakeClock(Instant.EPOCH);
    private final RouterBed bed =
            new RouterBed(PoolSettings.DEFAULTS.withChannels(1, 1).with(new PoolSettings.Waiting(10, Duration.ofHours(1))), clock);
    private final ScriptedExchange client = ScriptedExchange.of("GET", "/a");

    private RouterBed.Played next() throws InterruptedException {
        while (bed.moreInvoked() == 0) {
            clock.advance(Duration.ofMillis(500));
            bed.pools().tick();
            Thread.yield();
        }
        RouterBed.Played channel = bed.channel(bed.invoked());
        channel.awaitRequest("\r\n\r\n");
        return channel;
    }

    private void fallsSilent(RouterBed.Played channel) throws InterruptedException {
        while (!channel.down().aborted()) {
            clock.advance(Duration.ofMillis(500));
            bed.pools().tick();
        }
    }

    @Test
    void isNoMarkAgainstARequestSoThatItIsTriedMoreOftenThanOneThatLosesChannels() throws Exception {
        CompletableFuture<Void> exchange = bed.client(client);
        for (int silent = 0; silent < 3; silent++) {
            fallsSilent(next());
        }
        next().respond("HTTP/1.1 204 No Content\r\n\r\n");
        exchange.get(20, TimeUnit.SECONDS);
        assertThat(client.status()).isEqualTo(204);
    }

    @Test
    void fourTimesIsTheEnd() throws Exception {
        CompletableFuture<Void> exchange = bed.client(client);
        for (int silent = 0; silent < 4; silent++) {
            fallsSilent(next());
        }
        exchange.get(20, TimeUnit.SECONDS);
        assertThat(client.status()).isEqualTo(502);
        assertThat(client.ended()).isTrue();
    }
}
