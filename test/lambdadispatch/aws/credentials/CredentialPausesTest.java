// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.aws.Credentials;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When a source is asked again after it failed, and what happens to credentials at the edges of their life.
@Timeout(30)
class CredentialPausesTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeClock clock = new FakeClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private Object next = CredentialsException.passing("down", null);
    private final CredentialCache cache = new CredentialCache(new CredentialSource() {
        @Override
        public String name() {
            return "script";
        }

        @Override
        public Issued issue() throws CredentialsException {
            asked.incrementAndGet();
            if (next instanceof CredentialsException failure) {
                throw failure;
            }
            return (Issued) next;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }, clock);

    private void gives(String id, Duration life) {
        next = new Issued(new Credentials(id, "s", "t"), clock.now().plus(life));
    }

    private Duration pauseAfterAFailure() {
        next = CredentialsException.passing("down", null);
        assertThatThrownBy(cache::get).isInstanceOf(CredentialsException.class);
        return Duration.between(clock.now(), cache.refreshAt());
    }

    @Test
    void pausesDoubleFromAQuarterOfAMinuteToFiveMinutes() {
        long seconds = 15;
        for (int failures = 1; failures <= 20; failures++) {
            assertThat(pauseAfterAFailure()).as("failure " + failures).isBetween(Duration.ofMillis(seconds * 500),
                    Duration.ofMillis(seconds * 1500));
            seconds = Math.min(300, seconds * 2);
        }
    }

    @Test
    void afterASuccessTheFirstPauseIsShortAgain() throws Exception {
        for (int i = 0; i < 10; i++) {
            pauseAfterAFailure();
        }
        gives("a", HOUR);
        cache.get();
        clock.advance(HOUR);
        assertThat(pauseAfterAFailure()).isLessThanOrEqualTo(Duration.ofMillis(22_500));
    }

    @Test
    void credentialsOfAShortLifeAreReplacedInItsLastThird() throws Exception {
        for (int i = 0; i < 20; i++) {
            gives("a" + i, Duration.ofMinutes(15));
            cache.get();
            // five minutes before the end, or up to half as long again by chance
            assertThat(Duration.between(clock.now(), cache.refreshAt())).isBetween(Duration.ofSeconds(450), Duration.ofSeconds(600));
            clock.advance(Duration.ofMinutes(15));
        }
    }

    @Test
    void credentialsThatHaveExpiredAlreadyAreNone() {
        gives("a", Duration.ofSeconds(-1));
        assertThatThrownBy(cache::get).isInstanceOf(CredentialsException.class).hasMessage("script gave credentials that have expired");
        assertThat(cache.refreshAt()).isEqualTo(clock.now());
        gives("b", Duration.ofSeconds(10));
        assertThatThrownBy(cache::get).as("they would not arrive in time").isInstanceOf(CredentialsException.class);
        assertThat(asked).hasValue(2);
    }

    @Test
    void preparingAsksWithoutAnybodyWaitingAndOnlyIfThereAreNone() throws Exception {
        gives("a", HOUR);
        cache.prepare();
        while (asked.get() == 0) {
            Thread.yield();
        }
        assertThat(cache.get().accessKeyId()).isEqualTo("a");
        cache.prepare();
        assertThat(cache.get().accessKeyId()).isEqualTo("a");
        assertThat(asked).hasValue(1);
    }

    @Test
    void aRefreshThatFailedIsTriedAgainAfterItsPause() throws Exception {
        gives("old", HOUR);
        cache.get();
        next = CredentialsException.passing("down", null);
        for (int round = 2; round < 6; round++) { // each in the background
            clock.advance(Duration.ofMillis(Math.max(1, Duration.between(clock.now(), cache.refreshAt()).toMillis())));
            assertThat(cache.get().accessKeyId()).isEqualTo("old");
            while (asked.get() < round || !cache.refreshAt().isAfter(clock.now())) {
                cache.get(); // the thread of the last attempt may not have ended yet
                Thread.yield();
            }
        }
        gives("new", HOUR);
        clock.advance(Duration.ofMinutes(1));
        while (!cache.get().accessKeyId().equals("new")) {
            clock.advance(Duration.ofSeconds(1));
            Thread.yield();
        }
    }

    @Test
    void whoeverIsRefusedLetsOthersAsk() throws Exception {
        gives("a", HOUR);
        Credentials refused = cache.get();
        assertThat(cache.reject(refused)).isTrue();
        assertThat(cache.reject(refused)).as("they are forgotten already").isTrue();
        gives("b", HOUR);
        FutureTask<Credentials> other = new FutureTask<>(cache::get);
        Thread.ofVirtual().start(other);
        assertThat(other.get(20, TimeUnit.SECONDS).accessKeyId()).isEqualTo("b");
        next = Issued.forGood(new Credentials("c", "s", ""));
        assertThat(cache.reject(other.get())).isTrue();
        assertThat(cache.reject(cache.get())).as("there are no others").isFalse();
        FutureTask<Credentials> another = new FutureTask<>(cache::get);
        Thread.ofVirtual().start(another);
        assertThat(another.get(20, TimeUnit.SECONDS).accessKeyId()).isEqualTo("c");
    }

    @Test
    void closingClosesTheSource() throws InterruptedException {
        cache.close();
        assertThat(closed.await(0, TimeUnit.SECONDS)).isTrue();
    }
}
