// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.hpack.HpackDecoder;
import lambdadispatch.http.hpack.HpackException;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryShare;

/// Puts the fragments of HEADERS and CONTINUATION together and decodes them (RFC 9113 §4.3). One section at a time per connection.
final class FieldSection {
    private static final int TABLE_SIZE = 4096;
    private static final int KEEP_BLOCK = 4096;

    private final Limits limits;
    private final AbuseBudget budget;
    private final HpackDecoder decoder;
    private final MemoryShare memory;
    private Bytes block = new Bytes(0);
    private int streamId; // 0 while no section is open
    private boolean endStream;
    private boolean selfDependent;

    FieldSection(Limits limits, AbuseBudget budget, MemoryShare memory) {
        this.limits = limits;
        this.memory = memory;
        this.budget = budget;
        this.decoder = new HpackDecoder(TABLE_SIZE, limits.headBytes());
    }

    boolean open() {
        return streamId != 0;
    }

    int streamId() {
        return streamId;
    }

    boolean endStream() {
        return endStream;
    }

    /// Whether the HEADERS frame made the stream depend on itself (RFC 7540 §5.3.1; RFC 9113 §5.3.2 still lets it be an error).
    boolean selfDependent() {
        return selfDependent;
    }

    /// Begins with a HEADERS frame. Returns whether the section is complete.
    boolean headers(FrameReader frame) throws IOException {
        frame.unpad();
        selfDependent = false;
        if (frame.has(Frames.PRIORITY_FLAG)) {
            if (frame.length < 5) {
                throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for its priority");
            }
            selfDependent = (Frames.readInteger(frame.payload, frame.offset) & 0x7fffffff) == frame.streamId;
            frame.offset += 5;
            frame.length -= 5;
        }
        block.clear();
        streamId = frame.streamId;
        endStream = frame.has(Frames.END_STREAM);
        return fragment(frame);
    }

    /// Goes on with whatever frame came next, which must be a CONTINUATION of the same stream (RFC 9113 §6.10).
    boolean continuation(FrameReader frame) throws IOException {
        if (frame.type != Frames.CONTINUATION || frame.streamId != streamId) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, Frames.name(frame.type) + " inside a field section");
        }
        budget.chore();
        return fragment(frame);
    }

    private boolean fragment(FrameReader frame) throws IOException {
        // The section's bound holds for its encoded form too, or a flood of CONTINUATION would fill memory (CVE-2024-27316 and kin)
        if (block.length() + frame.length > limits.headBytes()) {
            throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "field section longer than " + limits.headBytes() + " bytes");
        }
        long before = charged();
        block.reserve(frame.length);
        if (!memory.resize(before, charged())) {
            block = new Bytes(0);
            memory.give(before);
            throw new ConnectionError(ErrorCode.ENHANCE_YOUR_CALM, "no memory for a field section");
        }
        block.append(frame.payload, frame.offset, frame.length);
        return frame.has(Frames.END_HEADERS);
    }

    /// Decodes the complete section and closes it. Returns false if it is larger than the limit (answer 431).
    boolean decode(RequestFields into) throws IOException {
        streamId = 0;
        try {
            boolean fits = decoder.decode(block.array(), 0, block.length(), into);
            return fits && !into.tooMany();
        } catch (HpackException e) {
            // RFC 9113 §4.3: a decoding error is a connection error COMPRESSION_ERROR
            throw new ConnectionError(ErrorCode.COMPRESSION_ERROR, e.getMessage());
        } finally {
            giveBack();
        }
    }

    /// It may be long before another section comes, and longer before one that is as long.
    private void giveBack() {
        if (block.array().length > KEEP_BLOCK) {
            memory.give(charged());
            block = new Bytes(0);
        }
    }

    /// Gives the rest back, too: no section is open, and none may come for long.
    void rest() {
        block = new Bytes(0);
    }

    /// Beyond what is kept, which is the connection's own cost.
    private long charged() {
        return Math.max(0, block.array().length - KEEP_BLOCK);
    }
}
