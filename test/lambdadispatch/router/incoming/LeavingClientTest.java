// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import lambdadispatch.base.Clock;
import lambdadispatch.router.RouterBed;
import lambdadispatch.router.dispatch.PoolSnapshot;
import lambdadispatch.support.ScriptedExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A client that leaves at the very moment at which its request is granted a channel.
@Timeout(30)
class LeavingClientTest {
    private static final String OK = "HTTP/1.1 204 No Content\r\n\r\n";

    private final AtomicReference<Runnable> atTheNextLookAtTheClock = new AtomicReference<>();
    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            Runnable action = atTheNextLookAtTheClock.getAndSet(null);
            if (action != null) {
                action.run();
            }
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }
    };
    private final RouterBed bed = new RouterBed(RouterBed.oneAtATime(), clock);

    @Test
    void channelThatWasGrantedMeanwhileIsFreeAgainAndAsGoodAsBefore() throws Exception {
        RouterBed.Dispatched first = bed.dispatched(ScriptedExchange.of("GET", "/before"));
        first.answer(OK);
        String before = first.channel().down().text();
        ScriptedExchange client = ScriptedExchange.of("GET", "/leaves");
        atTheNextLookAtTheClock.set(client::goes); // the pool's, within its decision
        bed.client(client).get(20, TimeUnit.SECONDS);
        PoolSnapshot pool = bed.pools().defaultPool().snapshot();
        assertThat(pool.running()).isZero();
        assertThat(pool.freeSlots()).isEqualTo(1);
        assertThat(client.events()).isEmpty();
        assertThat(first.channel().down().text()).isEqualTo(before);
        assertThat(first.channel().down().aborted()).isFalse();
    }
}
