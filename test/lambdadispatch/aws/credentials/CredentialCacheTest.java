// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.aws.Credentials;
import lambdadispatch.support.FakeClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CredentialCacheTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final FakeClock clock = new FakeClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final Scripted source = new Scripted();
    private final CredentialCache cache = new CredentialCache(source, clock);

    /// Waits in `issue` until the test gives it what to return.
    private final class Scripted implements CredentialSource {
        final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
        final AtomicInteger asked = new AtomicInteger();
        volatile CountDownLatch waiting = new CountDownLatch(1);

        @Override
        public String name() {
            return "script";
        }

        @Override
        public Issued issue() throws CredentialsException {
            asked.incrementAndGet();
            waiting.countDown();
            try {
                Object answer = answers.take();
                if (answer instanceof CredentialsException failure) {
                    throw failure;
                }
                return (Issued) answer;
            } catch (InterruptedException e) {
                throw CredentialsException.passing("interrupted", e);
            }
        }

        void gives(String id, Duration life) {
            answers.add(new Issued(new Credentials(id, "s", "t"), clock.now().plus(life)));
        }

        void fails() {
            answers.add(CredentialsException.passing("down", null));
        }
    }

    private String get() throws CredentialsException {
        return cache.get().accessKeyId();
    }

    /// Waits until the background has brought this.
    private void awaitGet(String id) throws Exception {
        while (!get().equals(id)) {
            Thread.onSpinWait();
        }
    }

    private void awaitAsked(int times) {
        while (source.asked.get() < times) {
            Thread.onSpinWait();
        }
    }

    @Test
    void credentialsAreAskedForOnceAndThenHeld() throws Exception {
        source.gives("a", HOUR);
        assertThat(get()).isEqualTo("a");
        clock.advance(Duration.ofMinutes(30));
        assertThat(get()).isEqualTo("a");
        assertThat(source.asked).hasValue(1);
    }

    @Test
    void staticOnesAreNeverAskedForAgain() throws Exception {
        source.answers.add(Issued.forGood(new Credentials("a", "s", "")));
        assertThat(get()).isEqualTo("a");
        clock.advance(Duration.ofDays(10_000));
        assertThat(get()).isEqualTo("a");
        assertThat(source.asked).hasValue(1);
    }

    @Test
    void theyAreReplacedInTheBackgroundBeforeTheyExpire() throws Exception {
        source.gives("old", HOUR);
        get();
        clock.advance(Duration.ofMinutes(50));
        assertThat(get()).isEqualTo("old"); // at once, although the source does not answer yet
        awaitAsked(2);
        assertThat(get()).isEqualTo("old");
        source.gives("new", HOUR);
        awaitGet("new");
        assertThat(source.asked).hasValue(2);
    }

    @Test
    void manyCallersAtTheMomentOfARefreshCauseNoOther() throws Exception {
        for (int round = 0; round < 50; round++) {
            Scripted each = new Scripted();
            CredentialCache another = new CredentialCache(each, clock);
            each.gives("old", HOUR);
            another.get();
            clock.advance(Duration.ofMinutes(50));
            each.gives("new", HOUR);
            List<FutureTask<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                FutureTask<Void> caller = new FutureTask<>(() -> {
                    while (another.get().accessKeyId().equals("old")) {
                        Thread.yield();
                    }
                    return null;
                });
                callers.add(caller);
                Thread.ofPlatform().daemon().start(caller);
            }
            for (FutureTask<Void> caller : callers) {
                caller.get();
            }
            assertThat(each.asked).hasValue(2);
        }
    }

    @Test
    void routersDoNotAllAskAtTheSameMoment() throws Exception {
        Set<Instant> times = new HashSet<>();
        for (int router = 0; router < 20; router++) {
            Scripted each = new Scripted();
            each.gives("a", HOUR);
            CredentialCache another = new CredentialCache(each, clock);
            another.get();
            times.add(another.refreshAt());
        }
        assertThat(times).hasSizeGreaterThan(10)
                .allSatisfy(time -> assertThat(Duration.between(clock.now(), time).toMinutes()).isBetween(37L, 45L));
    }

    @Test
    void thoseInHandAreUsedWhileTheSourceFails() throws Exception {
        source.gives("old", HOUR);
        get();
        clock.advance(Duration.ofMinutes(50));
        source.fails();
        assertThat(get()).isEqualTo("old");
        awaitAsked(2);
        clock.advance(Duration.ofMinutes(9));
        assertThat(get()).isEqualTo("old");
    }

    @Test
    void failuresArePausedAfter() throws Exception {
        source.gives("old", HOUR);
        get();
        clock.advance(Duration.ofMinutes(50));
        source.fails();
        Instant due = cache.refreshAt();
        get();
        while (cache.refreshAt().equals(due)) {
            Thread.onSpinWait();
        }
        clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 1000; i++) {
            get();
        }
        assertThat(source.asked).hasValue(2);
        source.gives("new", HOUR);
        clock.advance(Duration.ofMinutes(1));
        awaitGet("new");
    }

    @Test
    void onceExpiredTheyAreNotUsed() throws Exception {
        source.gives("old", HOUR);
        get();
        clock.advance(HOUR);
        source.fails();
        assertThatThrownBy(this::get).isInstanceOf(CredentialsException.class).hasMessage("down");
        source.gives("new", HOUR);
        assertThat(get()).isEqualTo("new");
    }

    @Test
    void manyCallersWaitForOneQuestion() throws Exception {
        List<FutureTask<String>> callers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            FutureTask<String> caller = new FutureTask<>(this::get);
            callers.add(caller);
            Thread.ofVirtual().start(caller);
        }
        assertThat(source.waiting.await(10, TimeUnit.SECONDS)).isTrue();
        source.gives("a", HOUR);
        for (FutureTask<String> caller : callers) {
            assertThat(caller.get()).isEqualTo("a");
        }
        assertThat(source.asked).hasValue(1);
    }

    @Test
    void callersWhoWaitedForAFailureShareIt() throws Exception {
        FutureTask<String> first = new FutureTask<>(this::get);
        Thread.ofVirtual().start(first);
        assertThat(source.waiting.await(10, TimeUnit.SECONDS)).isTrue();
        List<FutureTask<String>> callers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            FutureTask<String> caller = new FutureTask<>(this::get);
            callers.add(caller);
            Thread thread = Thread.ofVirtual().start(caller);
            while (thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        source.fails();
        assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("down");
        for (FutureTask<String> caller : callers) {
            assertThatThrownBy(caller::get).isInstanceOf(ExecutionException.class).hasRootCauseMessage("down");
        }
        assertThat(source.asked).hasValue(1);
    }

    @Test
    void refusedOnesAreReplacedUnlessThatHappenedAlready() throws Exception {
        source.gives("a", HOUR);
        Credentials refused = cache.get();
        assertThat(cache.reject(refused)).isTrue();
        source.gives("b", HOUR);
        assertThat(get()).isEqualTo("b");
        assertThat(cache.reject(refused)).isTrue();
        assertThat(get()).isEqualTo("b");
        assertThat(source.asked).hasValue(2);
    }

    @Test
    void refusedStaticOnesCanNotBeReplaced() throws Exception {
        source.answers.add(Issued.forGood(new Credentials("a", "s", "")));
        assertThat(cache.reject(cache.get())).isFalse();
    }

    @Test
    void faultInASourceIsAFailureLikeOthers() {
        source.answers.add("not what is expected");
        assertThatThrownBy(this::get).isInstanceOf(CredentialsException.class).hasMessageContaining("ClassCastException");
    }
}
