// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.carrier.TimerWheel;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final TimerWheel wheel = new TimerWheel(clock::get, () -> { });
    private final List<String> fired = new ArrayList<>();
    private final Deque<Runnable> started = new ArrayDeque<>(); // threads that have not come to run yet

    private Deadline named(String name) {
        return new Deadline(() -> fired.add(name), wheel, started::add);
    }

    private void advance(Duration by) {
        clock.addAndGet(by.toNanos());
        wheel.expire();
    }

    private void runStarted() {
        while (!started.isEmpty()) {
            started.poll().run();
        }
    }

    private void pass(Duration time) {
        advance(time);
        runStarted();
    }

    @Test
    void firesOncePerArming() {
        Deadline deadline = named("a");
        deadline.arm(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));
        assertThat(fired).hasSize(1);
        deadline.arm(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        assertThat(fired).hasSize(2);
    }

    @Test
    void zeroAndLessMeanNoLimit() {
        Deadline deadline = named("a");
        deadline.arm(Duration.ofSeconds(1));
        deadline.arm(Duration.ZERO);
        pass(Duration.ofSeconds(2));
        deadline.armNanos(-1);
        pass(Duration.ofSeconds(2));
        assertThat(fired).isEmpty();
    }

    @Test
    void whoDisarmsItLearnsWhetherThatWasInTime() {
        Deadline deadline = named("a");
        assertThat(deadline.disarm()).isFalse();
        deadline.arm(Duration.ofSeconds(1));
        assertThat(deadline.disarm()).isTrue();
        deadline.arm(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        assertThat(deadline.disarm()).isFalse();
    }

    @Test
    void oneThatIsDisarmedBeforeItsActionHasBegunDoesNotFire() {
        Deadline deadline = named("a");
        deadline.arm(Duration.ofSeconds(1));
        advance(Duration.ofSeconds(2));
        assertThat(started).hasSize(1);
        assertThat(deadline.disarm()).isTrue();
        runStarted();
        assertThat(fired).isEmpty();
    }

    @Test
    void oneThatIsArmedAnewBeforeItsActionHasBegunFiresForTheNewLimitOnly() {
        Deadline deadline = named("a");
        deadline.arm(Duration.ofSeconds(1));
        advance(Duration.ofSeconds(2));
        deadline.arm(Duration.ofSeconds(5));
        runStarted();
        assertThat(fired).isEmpty();
        pass(Duration.ofSeconds(4));
        assertThat(fired).isEmpty();
        pass(Duration.ofSeconds(2));
        assertThat(fired).hasSize(1);
    }

    @Test
    void anActionMayArmItsOwnDeadlineAgain() {
        Deadline[] self = new Deadline[1];
        self[0] = new Deadline(() -> {
            fired.add("again");
            self[0].arm(Duration.ofSeconds(1));
        }, wheel, started::add);
        self[0].arm(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        pass(Duration.ofSeconds(2));
        assertThat(fired).hasSize(2);
    }

    @Test
    void aClosedOneIsForgottenForGood() {
        Deadline deadline = named("a");
        deadline.arm(Duration.ofSeconds(1));
        deadline.close();
        assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
        deadline.arm(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(2));
        assertThat(fired).isEmpty();
    }

    @Test
    void theSystemsClockFiresByItselfOnAThreadThatMayWait() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(2);
        AtomicBoolean virtual = new AtomicBoolean();
        try (Deadline soon = new Deadline(() -> {
            virtual.set(Thread.currentThread().isVirtual());
            latch.countDown();
        }); Deadline later = new Deadline(latch::countDown)) {
            later.arm(Duration.ofMillis(1_200));
            soon.arm(Duration.ofMillis(1));
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(virtual).isTrue();
        }
    }
}
