// SPDX-License-Identifier: MIT
package lambdadispatch.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may overflow: only differences mean anything
    private final Deadlines deadlines = new Deadlines(clock::get);
    private final List<String> fired = new ArrayList<>();

    private Deadline named(String name) {
        return new Deadline(() -> fired.add(name), deadlines);
    }

    private long advance(long nanos) {
        return deadlines.fireExpired(clock.addAndGet(nanos));
    }

    @Test
    void firesWhenItIsDueAndNotBefore() {
        named("a").armNanos(100);
        assertThat(advance(99)).isEqualTo(1);
        assertThat(fired).isEmpty();
        assertThat(advance(1)).isEqualTo(Long.MAX_VALUE);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void firesOncePerArming() {
        Deadline deadline = named("a");
        deadline.armNanos(10);
        advance(10);
        advance(1_000);
        assertThat(fired).hasSize(1);
        deadline.armNanos(10);
        advance(10);
        assertThat(fired).hasSize(2);
    }

    @Test
    void armingAgainStartsTheClockAnew() {
        Deadline deadline = named("a");
        deadline.armNanos(100);
        advance(90);
        deadline.armNanos(100);
        assertThat(advance(90)).isEqualTo(10);
        assertThat(fired).isEmpty();
    }

    @Test
    void aDisarmedOneDoesNotFire() {
        Deadline deadline = named("a");
        deadline.armNanos(10);
        deadline.disarm();
        assertThat(advance(1_000)).isEqualTo(Long.MAX_VALUE);
        assertThat(fired).isEmpty();
    }

    @Test
    void zeroAndLessMeanNoLimit() {
        Deadline deadline = named("a");
        deadline.armNanos(10);
        deadline.arm(Duration.ZERO);
        advance(1_000);
        deadline.armNanos(-1);
        advance(1_000);
        assertThat(fired).isEmpty();
    }

    @Test
    void aClosedOneIsForgotten() {
        Deadline deadline = named("a");
        deadline.armNanos(10);
        deadline.close();
        assertThat(advance(1_000)).isEqualTo(Long.MAX_VALUE);
        assertThat(fired).isEmpty();
    }

    @Test
    void theEarliestOfManyIsToldAndEachFiresInItsTime() {
        named("late").armNanos(300);
        named("early").armNanos(100);
        named("never");
        assertThat(advance(0)).isEqualTo(100);
        assertThat(advance(100)).isEqualTo(200);
        assertThat(advance(200)).isEqualTo(Long.MAX_VALUE);
        assertThat(fired).containsExactly("early", "late");
    }

    @Test
    void anActionMayArmItsOwnDeadlineAgain() {
        Deadline[] self = new Deadline[1];
        self[0] = new Deadline(() -> {
            fired.add("again");
            self[0].armNanos(10);
        }, deadlines);
        self[0].armNanos(10);
        advance(10);
        advance(10);
        assertThat(fired).hasSize(2);
    }

    @Test
    void anActionThatFailsDoesNotKeepTheOthersFromFiring() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            new Deadline(() -> {
                throw new IllegalStateException("broken");
            }, deadlines).armNanos(10);
            named("a").armNanos(10);
        }
        List<Throwable> told = new ArrayList<>();
        Thread sweeper = Thread.ofPlatform().uncaughtExceptionHandler((thread, e) -> told.add(e)).start(() -> advance(10));
        sweeper.join();
        assertThat(fired).hasSize(3);
        assertThat(told).hasSize(3);
    }

    @Test
    void theSystemsClockFiresByItself() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(2);
        try (Deadline soon = new Deadline(latch::countDown); Deadline later = new Deadline(latch::countDown)) {
            later.arm(Duration.ofMillis(1_200)); // beyond the longest sleep
            soon.arm(Duration.ofMillis(1));
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
