// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// One parser under fuzzing, and what must hold for any input.
public abstract class Target {
    private final String name;
    private final List<byte[]> seeds;
    private final List<byte[]> words;

    /// @param seeds inputs to start from
    /// @param words octets that mean something to this parser
    protected Target(String name, List<byte[]> seeds, List<byte[]> words) {
        this.name = name;
        this.seeds = seeds;
        this.words = words;
    }

    /// Gives one input to the parser. What the parser declares to throw is caught here; anything that comes out is a finding.
    /// @param random for choices such as where to split the input
    public abstract void run(byte[] input, SplittableRandom random) throws Exception;

    public final String name() {
        return name;
    }

    final List<byte[]> seeds() {
        return seeds;
    }

    final List<byte[]> words() {
        return words;
    }

    /// Texts as octets, one each (ISO 8859-1).
    public static List<byte[]> octets(String... texts) {
        return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    /// Fails unless it holds.
    public static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    @Override
    public final String toString() {
        return name;
    }
}
