// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
    private static final long TICK = TimerWheel.TICK_NANOS;
    private static final long ROUND = TICK * TimerWheel.SLOTS;

    private final AtomicLong clock = new AtomicLong(123_456_789);
    private final AtomicInteger toldEarlier = new AtomicInteger();
    private final TimerWheel wheel = new TimerWheel(clock::get, toldEarlier::incrementAndGet);
    private final List<String> fired = new ArrayList<>();

    private final class Named extends TimerWheel.Entry {
        private final String name;

        Named(String name) {
            super(wheel);
            this.name = name;
        }

        Named arm(long nanos) {
            armFor(nanos);
            return this;
        }

        boolean disarm() {
            return takeBack();
        }

        void close() {
            remove();
        }

        @Override
        protected void due(long armedFor) {
            if (takeUp(armedFor)) {
                fired.add(name);
            }
        }
    }

    private void advance(long nanos) {
        clock.addAndGet(nanos);
        wheel.expire();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, Long.MAX_VALUE - 5, Long.MAX_VALUE - 3 * (1L << 25), Long.MIN_VALUE, -7})
    void firesNotBeforeItIsDueAndAtMostOneTickLaterWhereverTheClockStands(long start) {
        for (long limit : new long[] {1, TICK - 1, TICK, TICK + 1, 100 * TICK, ROUND - TICK, ROUND, ROUND + 1, 3 * ROUND + 12_345}) {
            clock.set(start);
            fired.clear();
            Named entry = new Named("a").arm(limit);
            advance(limit - 1);
            assertThat(fired).as("%d before", limit).isEmpty();
            advance(TICK + 1);
            assertThat(fired).as("%d after", limit).containsExactly("a");
            assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
            assertThat(entry.disarm()).isFalse();
        }
    }

    @Test
    void eachFiresInItsTime() {
        new Named("late").arm(300 * TICK);
        new Named("early").arm(100 * TICK);
        new Named("never");
        assertThat(wheel.nanosToNext()).isBetween(99 * TICK, 101 * TICK);
        advance(101 * TICK);
        assertThat(fired).containsExactly("early");
        advance(200 * TICK);
        assertThat(fired).containsExactly("early", "late");
    }

    @Test
    void armingAgainForLaterStartsTheClockAnew() {
        Named entry = new Named("a").arm(100 * TICK);
        advance(90 * TICK);
        entry.arm(100 * TICK);
        advance(90 * TICK);
        assertThat(fired).isEmpty();
        advance(12 * TICK);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void armingAgainForEarlierIsHeardToo() {
        Named entry = new Named("a").arm(100 * TICK);
        entry.arm(10 * TICK);
        advance(12 * TICK);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void oneThatIsDisarmedLeavesTheWheelWhenItsTimeComes() {
        Named entry = new Named("a").arm(10 * TICK);
        assertThat(entry.disarm()).isTrue();
        assertThat(entry.disarm()).isFalse();
        advance(12 * TICK);
        assertThat(fired).isEmpty();
        assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aClosedOneLeavesTheWheelAtOnce() {
        Named other = new Named("b").arm(10 * TICK);
        Named entry = new Named("a").arm(10 * TICK);
        other.close();
        entry.close();
        assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whoSleepsUntilTheNextIsToldOfAnEarlierOneOnly() {
        Named first = new Named("a").arm(100 * TICK);
        assertThat(toldEarlier).hasValue(1);
        new Named("b").arm(200 * TICK);
        first.arm(300 * TICK);
        assertThat(toldEarlier).hasValue(1);
        new Named("c").arm(10 * TICK);
        assertThat(toldEarlier).hasValue(2);
    }

    @Test
    void aWheelThatWasNotTurnedForManyRoundsCatchesUp() {
        new Named("a").arm(5 * TICK);
        new Named("b").arm(7 * ROUND);
        new Named("c").arm(20 * ROUND);
        advance(10 * ROUND);
        assertThat(fired).containsExactlyInAnyOrder("a", "b");
        advance(10 * ROUND + TICK);
        assertThat(fired).hasSize(3);
    }

    /// Against a table of what is armed, with a seed that a failure prints.
    @Test
    void agreesWithATableWhateverIsArmedDisarmedAndClosed() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Named> entries = new ArrayList<>();
        Map<String, Long> armed = new HashMap<>();
        for (int i = 0; i < 50; i++) {
            entries.add(new Named("e" + i));
        }
        for (int step = 0; step < 20_000; step++) {
            Named entry = entries.get(random.nextInt(entries.size()));
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    long limit = 1 + random.nextLong(random.nextBoolean() ? 10 * TICK : 2 * ROUND);
                    entry.arm(limit);
                    armed.put(entry.name, clock.get() + limit);
                }
                case 3 -> assertThat(entry.disarm()).as("seed %d", seed).isEqualTo(armed.remove(entry.name) != null);
                default -> {
                    advance(random.nextLong(random.nextInt(20) == 0 ? 2 * ROUND : 3 * TICK));
                    for (String name : fired) {
                        assertThat(armed.remove(name)).as("seed %d: %s", seed, name).isNotNull().isLessThanOrEqualTo(clock.get());
                    }
                    fired.clear();
                    assertThat(armed.values()).as("seed %d", seed).allMatch(at -> at > clock.get() - TICK);
                }
            }
        }
    }

    /// Whoever arms writes for when, and then looks whether it is filed; the wheel empties the slot, and then looks for when. If either did
    /// it the other way round, an arming in between would be seen by neither, now and then, and never fire.
    @Test
    void whatIsArmedAnewWhileItsSlotComesUpIsNeverLost() throws InterruptedException {
        AtomicLong firedFor = new AtomicLong();
        AtomicLong turns = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        final class Again extends TimerWheel.Entry {
            Again() {
                super(wheel);
            }

            long arm() {
                long then = clock.get() + 1;
                armAt(then);
                return then;
            }

            @Override
            protected void due(long armedFor) {
                if (takeUp(armedFor)) {
                    firedFor.set(armedFor);
                }
            }
        }
        Thread turner = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                clock.addAndGet(TICK / 2);
                wheel.expire();
                turns.incrementAndGet();
            }
        });
        try {
            Again entry = new Again();
            Random random = new Random(1);
            long until = System.nanoTime() + 2_000_000_000L;
            for (int round = 0; round < 200_000 && System.nanoTime() - until < 0; round++) {
                entry.arm();
                for (int pause = random.nextInt(60); pause > 0; pause--) {
                    Thread.onSpinWait(); // so that the wheel is met at every step of taking the entry out
                }
                long last = entry.arm();
                long turn = turns.get();
                for (long now = turns.get(); firedFor.get() != last; now = turns.get()) {
                    if (now - turn > 100) {
                        fail("armed in round " + round + ", and " + (now - turn) + " half ticks later it has not fired");
                    }
                    Thread.onSpinWait();
                }
            }
        } finally {
            over.set(true);
            turner.join();
        }
    }
}
