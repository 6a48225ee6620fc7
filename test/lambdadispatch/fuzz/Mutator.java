// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Makes inputs: mostly a seed with a few changes, sometimes two seeds spliced, now and then pure noise.
final class Mutator {
    private static final int LONGEST = 4096;
    private static final byte[] EDGES =
            {0, 1, 9, 10, 13, 32, 34, 37, 44, 45, 47, 48, 57, 58, 59, 61, 92, 127, (byte) 0x80, (byte) 0xc0, (byte) 0xff};

    private final List<byte[]> seeds;
    private final List<byte[]> words;

    Mutator(Target target) {
        seeds = target.seeds();
        words = target.words();
    }

    byte[] next(SplittableRandom random) {
        if (random.nextInt(64) == 0) {
            byte[] noise = new byte[random.nextInt(256)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] input = pick(seeds, random).clone();
        if (random.nextInt(8) == 0) {
            input = splice(input, pick(seeds, random), random);
        }
        for (int changes = 1 + random.nextInt(1 + random.nextInt(6)); changes > 0; changes--) {
            input = change(input, random);
        }
        return input.length <= LONGEST ? input : Arrays.copyOf(input, LONGEST);
    }

    private static byte[] pick(List<byte[]> from, SplittableRandom random) {
        return from.get(random.nextInt(from.size()));
    }

    private byte[] change(byte[] input, SplittableRandom random) {
        int at = random.nextInt(input.length + 1);
        int length = Math.min(input.length - at, 1 + random.nextInt(16));
        return switch (random.nextInt(10)) {
            case 0 -> replace(input, at, Math.min(1, length), new byte[] {(byte) random.nextInt(256)});
            case 1 -> replace(input, at, Math.min(1, length), new byte[] {EDGES[random.nextInt(EDGES.length)]});
            case 2 -> replace(input, at, 0, new byte[] {EDGES[random.nextInt(EDGES.length)]});
            case 3 -> replace(input, at, length, new byte[0]);
            case 4 -> replace(input, at, 0, Arrays.copyOfRange(input, at, at + length)); // doubled
            case 5 -> Arrays.copyOf(input, at); // cut
            case 6 -> replace(input, at, 0, pick(words, random));
            case 7 -> replace(input, at, length, pick(words, random));
            case 8 -> flip(input, at, random);
            default -> repeat(input, at, length, random);
        };
    }

    private static byte[] flip(byte[] input, int at, SplittableRandom random) {
        if (at < input.length) {
            input[at] ^= (byte) (1 << random.nextInt(8));
        }
        return input;
    }

    private static byte[] repeat(byte[] input, int at, int length, SplittableRandom random) {
        int times = 1 << random.nextInt(7);
        byte[] run = new byte[length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(input, at, run, i * length, length);
        }
        return replace(input, at, length, run);
    }

    private static byte[] replace(byte[] input, int at, int length, byte[] by) {
        byte[] result = new byte[input.length - length + by.length];
        System.arraycopy(input, 0, result, 0, at);
        System.arraycopy(by, 0, result, at, by.length);
        System.arraycopy(input, at + length, result, at + by.length, input.length - at - length);
        return result;
    }

    private static byte[] splice(byte[] first, byte[] second, SplittableRandom random) {
        int cut = random.nextInt(first.length + 1);
        int from = random.nextInt(second.length + 1);
        byte[] result = Arrays.copyOf(first, cut + second.length - from);
        System.arraycopy(second, from, result, cut, second.length - from);
        return result;
    }
}
