// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What environments say of themselves, and what follows from it.
class TemperatureTest {
    private static Reading reading(long cpuMillis, long memoryPermille, long appMillis, long requests) {
        return Reading.of(2000).cpu(cpuMillis).memory(memoryPermille).delay(1).app(appMillis).requests(requests).reading();
    }

    @Test
    void shortOfCpuMemoryOrTurnsIsHot() {
        long second = 1_000_000_000L;
        Reading before = reading(0, 0, 0, 0);
        assertThat(Temperature.between(before, reading(1000, 300, 0, 0), second).hot()).isFalse();
        assertThat(Temperature.between(before, reading(1900, 300, 0, 0), second).hot()).as("of two CPUs").isTrue();
        assertThat(Temperature.between(before, reading(0, 960, 0, 0), second).hot()).isTrue();
        assertThat(Temperature.between(before, Reading.of(2000).throttled(300).reading(), second).hot()).as("throttled").isTrue();
        assertThat(Temperature.between(before, Reading.of(2000).delay(300).reading(), second).hot()).as("late").isTrue();
        assertThat(Temperature.between(before, Reading.of(2000).probe(999).reading(), second).hot()).as("its health path takes a while")
                .isFalse();
        assertThat(Temperature.between(before, Reading.of(2000).probe(1000).reading(), second).hot()).as("or for long").isTrue();
        assertThat(Temperature.between(reading(500, 0, 900, 9), reading(0, 0, 0, 0), second).cpuSeconds()).as("counters began anew")
                .isZero();
    }

    @Test
    void aHotInstanceIsChosenAfterAllOthersButBeforeAnybodyWaits() {
        PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(4, 4), 2, 2));
        bed.pass(0.2);
        List<Instance> both = List.copyOf(bed.invoked);
        both.forEach(instance -> bed.connect(instance, 4));
        Instance hot = both.getFirst();
        bed.pool.feels(hot, reading(0, 0, 0, 0));
        bed.pass(1);
        bed.pool.feels(hot, reading(2000, 0, 0, 0));
        for (int i = 0; i < 4; i++) {
            assertThat(bed.ask().line.instance()).isNotSameAs(hot);
        }
        assertThat(bed.ask().line.instance()).isSameAs(hot);
        bed.passPinging(1, bed.invoked.toArray(Instance[]::new));
        bed.pool.feels(hot, reading(2100, 0, 0, 0));
        assertThat(bed.ask().line.instance()).as("it has cooled down, and the other is full").isSameAs(hot);
        assertThat(hot.handicap).isZero();
    }

    @Test
    void theRightMaxConcurrentCountIsDurationByCpuTimeTimesCpus() {
        Advice advice = new Advice(0);
        Reading before = reading(0, 0, 0, 0);
        advice.add(Temperature.between(before, reading(1000, 0, 10_000, 100), 5_000_000_000L));
        assertThat(advice.seen().concurrency()).as("too little is known").isZero();
        advice.add(Temperature.between(before, reading(1000, 0, 10_000, 100), 5_000_000_000L));
        assertThat(advice.seen()).isEqualTo(new Advice.Seen(0.1, 0.01, 20)); // 100 ms by 10 ms, two CPUs
        advice.add(Temperature.between(before, reading(9900, 0, 90_000, 100), 5_000_000_000L));
        assertThat(advice.seen().concurrency()).as("what waits for the CPU says nothing").isEqualTo(20);
        long day = 86_400_000_000_000L;
        assertThat(advice.line(10, day)).isPresent();
        assertThat(advice.line(10, day + 1)).as("every ten minutes").isEmpty();
        assertThat(advice.line(18, 2 * day)).as("near enough").isEmpty();
    }
}
