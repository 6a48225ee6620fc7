// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.util.Base64;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.server.Limits;

/// The peer's settings as far as a server needs them, and ours on the wire (RFC 9113 §6.5.2).
final class Http2Settings {
    private static final int HEADER_TABLE_SIZE = 0x1;
    private static final int ENABLE_PUSH = 0x2;
    private static final int MAX_CONCURRENT_STREAMS = 0x3;
    private static final int INITIAL_WINDOW_SIZE = 0x4;
    private static final int MAX_FRAME_SIZE = 0x5;
    private static final int MAX_HEADER_LIST_SIZE = 0x6;
    static final int DEFAULT_WINDOW = 65_535;

    private static final String[] NAMES = {"HEADER_TABLE_SIZE", "ENABLE_PUSH", "MAX_CONCURRENT_STREAMS", "INITIAL_WINDOW_SIZE",
        "MAX_FRAME_SIZE", "MAX_HEADER_LIST_SIZE"};

    int headerTableSize = 4096;
    int initialWindowSize = DEFAULT_WINDOW;
    int maxFrameSize = Frames.MIN_MAX_FRAME_SIZE;

    /// Applies the payload of a SETTINGS frame, in order (RFC 9113 §6.5.3). Unknown identifiers are ignored.
    void apply(byte[] payload, int offset, int length) throws ConnectionError {
        // RFC 9113 §6.5: a length that is no multiple of 6 octets is a connection error FRAME_SIZE_ERROR
        if (length % 6 != 0) {
            throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of " + length + " bytes");
        }
        for (int at = offset; at < offset + length; at += 6) {
            int id = (payload[at] & 0xff) << 8 | payload[at + 1] & 0xff;
            int value = Frames.readInteger(payload, at + 2);
            switch (id) {
                case HEADER_TABLE_SIZE -> headerTableSize = value < 0 ? Integer.MAX_VALUE : value;
                case ENABLE_PUSH -> // RFC 9113 §6.5.2: any value but 0 and 1 is a connection error PROTOCOL_ERROR
                    require(value == 0 || value == 1, ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH");
                case INITIAL_WINDOW_SIZE -> { // RFC 9113 §6.5.2: above 2^31-1 is a connection error FLOW_CONTROL_ERROR
                    require(value >= 0, ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE");
                    initialWindowSize = value;
                }
                case MAX_FRAME_SIZE -> { // RFC 9113 §6.5.2: outside of 2^14 to 2^24-1 is a connection error PROTOCOL_ERROR
                    require(value >= Frames.MIN_MAX_FRAME_SIZE && value <= 0xff_ffff, ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE");
                    maxFrameSize = value;
                }
                default -> { }
            }
        }
    }

    static String name(int id) {
        return id > 0 && id <= NAMES.length ? NAMES[id - 1] : "0x" + Integer.toHexString(id);
    }

    private static void require(boolean valid, int code, String setting) throws ConnectionError {
        if (!valid) {
            throw new ConnectionError(code, "value of SETTINGS_" + setting);
        }
    }

    /// The payload of a SETTINGS frame, from the value of `HTTP2-Settings` (RFC 7540 §3.2.1).
    static byte[] decode(String text) throws ConnectionError {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "HTTP2-Settings is not Base64");
        }
    }

    /// Our first SETTINGS frame, and the WINDOW_UPDATE that widens the connection's window, which no setting can.
    /// @param window of the connection
    static void write(Limits limits, int maxFrameSize, int window, Bytes out) {
        Frames.header(out, 24, Frames.SETTINGS, 0, 0);
        setting(out, MAX_CONCURRENT_STREAMS, limits.maxStreams());
        setting(out, INITIAL_WINDOW_SIZE, limits.streamWindow());
        setting(out, MAX_FRAME_SIZE, maxFrameSize);
        setting(out, MAX_HEADER_LIST_SIZE, limits.headBytes());
        if (window > DEFAULT_WINDOW) {
            Frames.windowUpdate(out, 0, window - DEFAULT_WINDOW);
        }
    }

    private static void setting(Bytes out, int id, int value) {
        out.append(id >>> 8).append(id);
        Frames.integer(out, value);
    }
}
