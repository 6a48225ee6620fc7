// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;

/// What a TLS connection holds beside records that have not been unwrapped: messages that the engine puts together of several records, and
/// records on their way out, for as long as the peer takes to take them. Both come from the connection's share, which gives back whatever
/// is left at its end.
final class EngineMemory {
    private final MemoryShare memory;
    private int hidden; // guarded by the transport's lock for reading
    private int output; // by the one for writing

    EngineMemory(MemoryShare memory) {
        this.memory = memory;
    }

    /// A record was unwrapped. What held no data may be a piece of a handshake message, and those must be whole before others follow (RFC
    /// 8446 §5.1).
    /// @throws NoRoom there is no memory for a message so long
    void unwrapped(int consumed, int produced) throws NoRoom {
        if (produced > 0) {
            handshakeOver();
        } else if (consumed > 0) {
            if (!memory.take(consumed)) {
                throw new NoRoom("a TLS handshake");
            }
            hidden += consumed;
        }
    }

    /// The engine holds no message any more.
    void handshakeOver() {
        if (hidden > 0) {
            memory.give(hidden);
            hidden = 0;
        }
    }

    /// Takes room for records that are about to be made: all that is wanted, or if there is not so much the least, which nothing goes
    /// without.
    /// @return how much it is
    int takeForOutput(int wanted, int least) {
        if (wanted > least && memory.take(wanted)) {
            output = wanted;
        } else {
            memory.takeAnyway(least);
            output = least;
        }
        return output;
    }

    /// The peer has taken them, or never will.
    void outputWritten() {
        memory.give(output);
        output = 0;
    }
}
