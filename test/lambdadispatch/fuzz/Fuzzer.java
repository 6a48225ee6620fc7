// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.util.HexFormat;
import java.util.SplittableRandom;

/// Runs one [Target] over inputs that follow from a seed and their number.
final class Fuzzer {
    private static final int LOOK_AT_CLOCK = 64; // inputs between two looks

    /// An input that broke what must hold.
    static final class Finding extends AssertionError {
        private static final long serialVersionUID = 1L;

        Finding(String what, Throwable cause) {
            super(what, cause);
        }
    }

    private final Target target;
    private final Mutator mutator;
    private final long seed;
    private volatile long next; // read by whoever looks for a hang
    private long nanos;

    Fuzzer(Target target, long seed) {
        this.target = target;
        this.mutator = new Mutator(target);
        this.seed = seed;
    }

    Target target() {
        return target;
    }

    /// Inputs run so far.
    long count() {
        return next;
    }

    /// Time spent so far.
    long nanos() {
        return nanos;
    }

    /// Runs at most so many inputs for at most so long. An input that is a [Finding] counts, so that the next call goes on behind it.
    void run(long inputs, long limitNanos) {
        long start = System.nanoTime();
        long until = next + inputs;
        try {
            while (next < until && (next % LOOK_AT_CLOCK != 0 || System.nanoTime() - start < limitNanos)) {
                one(next);
            }
        } finally {
            nanos += System.nanoTime() - start;
        }
    }

    /// Runs the input of that number.
    void one(long number) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
        byte[] input = mutator.next(random);
        next = number + 1;
        try {
            target.run(input, random);
        } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
            throw new Finding(describe(number) + ": " + e + "\n  input " + HexFormat.of().formatHex(input), e);
        }
    }

    String describe(long number) {
        return target.name() + ", seed " + seed + ", input " + number;
    }
}
