// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.io.IOException;

/// The loop that a virtual thread spends its life in: one round for each message of its connection.
///
/// HotSpot compiles what is called often. A loop that is entered once is compiled after 60,000 turns (`Tier3BackEdgeThreshold`), and until
/// then its frame belongs to the interpreter. A virtual thread that parks or goes on with such a frame on its stack is copied frame by
/// frame and not in one piece: four times a request in the extension. An environment may end before it has served 60,000 requests.
///
/// So the turns are made a few at a time, in a method that is thus called often, by all loops of the process together. Once it was called
/// so often that it is compiled, each call makes many turns, since between two calls the interpreter's frame is on top again.
public final class Rounds {
    /// One message, from waiting for it to the end of what is done about it.
    @FunctionalInterface
    public interface Round {
        /// @return whether another may follow
        boolean again() throws IOException;
    }

    private static final int AT_FIRST = 16;
    private static final int LATER = 4096;
    /// HotSpot's first compiler takes a method on after 100 calls, if these and their turns make 2,000 (`Tier3MinInvocationThreshold`,
    /// `Tier3CompileThreshold`), and it takes its time.
    private static final int CALLS_UNTIL_COMPILED = 1000;

    /// Any thread counts here, and a lost count does no harm.
    private static int calls;

    private Rounds() {}

    /// Makes rounds until one says that no other follows.
    /// @throws IOException as the round does
    public static void run(Round round) throws IOException {
        while (some(round, calls < CALLS_UNTIL_COMPILED ? AT_FIRST : LATER)) {
            calls = Math.min(calls + 1, CALLS_UNTIL_COMPILED);
        }
    }

    private static boolean some(Round round, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            if (!round.again()) {
                return false;
            }
        }
        return true;
    }
}
