// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A client that holds all slots, and does not keep up, beside another that waits for one.
@Timeout(30)
class SlowClientTest {
    private static final int SLOTS = 4;

    private final RouterBed bed = new RouterBed(PoolSettings.DEFAULTS.withChannels(SLOTS, SLOTS)
            .with(new PoolSettings.Scaling(PoolSettings.DEFAULTS.scaling().algorithm(), 1, new PoolSettings.InstanceCounts(0, 1),
                    java.time.Duration.ofDays(1))));
    private final List<ScriptedExchange> slow = new ArrayList<>();
    private final List<CompletableFuture<Void>> done = new ArrayList<>();
    private final List<RouterBed.Played> channels = new ArrayList<>();

    private Instance allSlotsHeld(long length) throws Exception {
        for (int i = 0; i < SLOTS; i++) {
            slow.add(ScriptedExchange.of("POST", "/slow", length, "x-forwarded-for", "198.51.100.7").behind(3_000_000_000L));
            done.add(bed.client(slow.getLast()));
        }
        Instance instance = bed.invoked();
        for (int i = 0; i < SLOTS; i++) {
            channels.add(bed.channel(instance));
        }
        for (RouterBed.Played channel : channels) {
            channel.awaitRequest("");
        }
        return instance;
    }

    private ScriptedExchange another(Instance instance) throws Exception {
        ScriptedExchange good = ScriptedExchange.of("GET", "/good", "x-forwarded-for", "198.51.100.8");
        CompletableFuture<Void> served = bed.client(good);
        Pools pools = bed.pools();
        while (done.stream().noneMatch(CompletableFuture::isDone)) {
            pools.tick();
            instance.pool().pinged(instance);
            Thread.yield();
        }
        assertThat(served).isNotDone();
        return good;
    }

    @Test
    void oneOfItsRequestsIsAnswered408AndItsSlotIsFree() throws Exception {
        Instance instance = allSlotsHeld(-1);
        another(instance);
        CompletableFuture<Void> first = done.stream().filter(CompletableFuture::isDone).findFirst().orElseThrow();
        assertThat(first.exceptionNow()).isInstanceOf(SocketTimeoutException.class); // the engine answers 408
        // as long as no fresh channel comes, each tick ends one more, down to a share
        assertThat(bed.pools().defaultPool().snapshot().running()).isLessThan(SLOTS);
        RouterBed.Played fresh = bed.channel(instance);
        assertThat(fresh.awaitRequest("", instance)).startsWith("GET /good");
    }

    @Test
    void oneWhoseAnswerHasBegunIsBrokenOff() throws Exception {
        Instance instance = allSlotsHeld(-1);
        for (RouterBed.Played channel : channels) {
            channel.respond("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello");
        }
        for (ScriptedExchange each : slow) {
            each.await(each::responded);
        }
        another(instance);
        assertThat(slow).anyMatch(ScriptedExchange::aborted);
        // as long as no fresh channel comes, each tick ends one more, down to a share
        assertThat(bed.pools().defaultPool().snapshot().running()).isLessThan(SLOTS);
    }
}
