// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each parser for a moment, with a seed that differs from run to run and is named by whatever fails.
class FuzzTest {
    private static final long SEED = System.nanoTime();
    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(700);

    static List<Target> targets() {
        return Targets.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void whateverComesInIsReadOrRefused(Target target) {
        Fuzzer fuzzer = new Fuzzer(target, SEED);
        fuzzer.run(Long.MAX_VALUE, MOMENT);
        System.out.printf("fuzzed %s: %d inputs, seed %d%n", target, fuzzer.count(), SEED);
        assertThat(fuzzer.count()).isPositive();
    }

    @Test
    void aFindingNamesTheInputThatMakesItAgain() {
        Target fragile = new Target("fragile", Target.octets("abc"), Target.octets("!")) {
            @Override
            public void run(byte[] input, SplittableRandom random) {
                require(input.length < 6, "too long");
            }
        };
        Fuzzer fuzzer = new Fuzzer(fragile, 7);
        assertThatThrownBy(() -> fuzzer.run(10_000, Long.MAX_VALUE)).hasMessageContaining("too long")
                .hasMessageContaining("seed 7, input " + (fuzzer.count() - 1));
        Fuzzer again = new Fuzzer(fragile, 7);
        assertThatThrownBy(() -> again.one(fuzzer.count() - 1)).hasMessageContaining("too long");
    }
}
