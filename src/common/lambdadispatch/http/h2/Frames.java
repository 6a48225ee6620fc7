// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import lambdadispatch.base.Bytes;

/// The frame layer's numbers and how frames are put on the wire (RFC 9113 §4.1, §6).
///
/// ```
/// +-----------------------------------------------+
/// |                 Length (24)                   |
/// +---------------+---------------+---------------+
/// |   Type (8)    |   Flags (8)   |
/// +-+-------------+---------------+-------------------------------+
/// |R|                 Stream Identifier (31)                      |
/// +=+=============================================================+
/// |                   Frame Payload (0...)                      ...
/// ```
///
/// Frames are not turned into objects: a proxied request costs four of them, and readers and writers work on the buffers in place.
final class Frames {
    static final int HEADER_LENGTH = 9;
    static final int MIN_MAX_FRAME_SIZE = 16_384;
    static final int MAX_WINDOW = Integer.MAX_VALUE;

    static final int DATA = 0x0;
    static final int HEADERS = 0x1;
    static final int PRIORITY = 0x2;
    static final int RST_STREAM = 0x3;
    static final int SETTINGS = 0x4;
    static final int PUSH_PROMISE = 0x5;
    static final int PING = 0x6;
    static final int GOAWAY = 0x7;
    static final int WINDOW_UPDATE = 0x8;
    static final int CONTINUATION = 0x9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int PRIORITY_FLAG = 0x20;

    private static final String[] NAMES = {"DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY",
        "WINDOW_UPDATE", "CONTINUATION"};

    private Frames() {}

    static String name(int type) {
        return type < NAMES.length ? NAMES[type] : "type 0x" + Integer.toHexString(type);
    }

    static void header(Bytes out, int length, int type, int flags, int streamId) {
        out.reserve(HEADER_LENGTH + length);
        out.append(length >>> 16).append(length >>> 8).append(length).append(type).append(flags);
        integer(out, streamId);
    }

    static void integer(Bytes out, int value) {
        out.append(value >>> 24).append(value >>> 16).append(value >>> 8).append(value);
    }

    static void resetStream(Bytes out, int streamId, int code) {
        header(out, 4, RST_STREAM, 0, streamId);
        integer(out, code);
    }

    static void windowUpdate(Bytes out, int streamId, int increment) {
        header(out, 4, WINDOW_UPDATE, 0, streamId);
        integer(out, increment);
    }

    static void settingsAck(Bytes out) {
        header(out, 0, SETTINGS, ACK, 0);
    }

    static void ping(Bytes out, int flags, byte[] data, int offset) {
        header(out, 8, PING, flags, 0);
        out.append(data, offset, 8);
    }

    static void goAway(Bytes out, int lastStreamId, int code, String debug) {
        header(out, 8 + debug.length(), GOAWAY, 0, 0);
        integer(out, lastStreamId);
        integer(out, code);
        out.append(debug);
    }

    /// A field block as HEADERS and as many CONTINUATION frames as it takes (RFC 9113 §4.3).
    static void fieldBlock(Bytes out, int streamId, Bytes block, int maxFrameSize, boolean endStream) {
        int at = 0;
        int type = HEADERS;
        do {
            int length = Math.min(maxFrameSize, block.length() - at);
            boolean last = at + length == block.length();
            int flags = (last ? END_HEADERS : 0) | (type == HEADERS && endStream ? END_STREAM : 0);
            header(out, length, type, flags, streamId);
            out.append(block.array(), at, length);
            at += length;
            type = CONTINUATION;
        } while (at < block.length());
    }

    static int readInteger(byte[] in, int at) {
        return (in[at] & 0xff) << 24 | (in[at + 1] & 0xff) << 16 | (in[at + 2] & 0xff) << 8 | in[at + 3] & 0xff;
    }
}
