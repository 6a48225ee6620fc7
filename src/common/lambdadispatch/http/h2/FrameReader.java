// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.EOFException;
import java.io.IOException;
import lambdadispatch.net.Input;

/// Reads frames, each whole, in place. The fields below describe the frame of the last [#next()].
final class FrameReader {
    private final Input in;
    private final int maxFrameSize;
    int type;
    int flags;
    int streamId;
    byte[] payload;
    int offset;
    int length;

    FrameReader(Input in, int maxFrameSize) {
        this.in = in;
        this.maxFrameSize = maxFrameSize;
    }

    /// Reads the next frame. False at a clean end of the input.
    /// @throws ConnectionError FRAME_SIZE_ERROR: longer than we allow
    boolean next() throws IOException {
        if (!in.require(Frames.HEADER_LENGTH)) {
            if (in.available() > 0) {
                throw new EOFException("input ended inside a frame header");
            }
            return false;
        }
        byte[] array = in.array();
        int at = in.position();
        length = (array[at] & 0xff) << 16 | (array[at + 1] & 0xff) << 8 | array[at + 2] & 0xff;
        type = array[at + 3] & 0xff;
        flags = array[at + 4] & 0xff;
        streamId = Frames.readInteger(array, at + 5) & 0x7fffffff; // RFC 9113 §4.1: the reserved bit must be ignored
        // RFC 9113 §4.2: a frame above SETTINGS_MAX_FRAME_SIZE is FRAME_SIZE_ERROR, for the connection if it could change its state
        if (length > maxFrameSize) {
            throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, Frames.name(type) + " of " + length + " bytes");
        }
        in.skip(Frames.HEADER_LENGTH);
        if (!in.require(length)) {
            throw new EOFException("input ended inside a frame");
        }
        payload = in.array();
        offset = in.position();
        in.skip(length);
        return true;
    }

    /// Nothing of the last frame is wanted any more. What long frames needed is given back.
    void release() {
        if (in.available() == 0) {
            payload = null;
            in.shrink();
        }
    }

    /// As [#release], and all else.
    void rest() {
        payload = null;
        in.release();
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// Removes padding (RFC 9113 §6.1): afterwards `offset` and `length` describe the rest.
    void unpad() throws ConnectionError {
        if (!has(Frames.PADDED)) {
            return;
        }
        if (length < 1) {
            throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "padded frame without a pad length");
        }
        int padding = payload[offset] & 0xff;
        // RFC 9113 §6.1, §6.2: padding as long as the payload or longer is a connection error PROTOCOL_ERROR
        if (padding >= length) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "padding longer than the frame");
        }
        offset++;
        length -= 1 + padding;
    }

    @Override
    public String toString() {
        return Frames.name(type) + " stream=" + streamId + " flags=0x" + Integer.toHexString(flags) + " length=" + length;
    }
}
