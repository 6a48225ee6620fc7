// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import lambdadispatch.base.Bytes;

/// One HTTP/2 frame as it is on the wire (RFC 9113 §4.1), well-formed or not: nothing here checks anything.
public record WireFrame(int type, int flags, int streamId, byte[] payload) {
    public static final int DATA = 0x0;
    public static final int HEADERS = 0x1;
    public static final int PRIORITY = 0x2;
    public static final int RST_STREAM = 0x3;
    public static final int SETTINGS = 0x4;
    public static final int PUSH_PROMISE = 0x5;
    public static final int PING = 0x6;
    public static final int GOAWAY = 0x7;
    public static final int WINDOW_UPDATE = 0x8;
    public static final int CONTINUATION = 0x9;

    public static final int END_STREAM = 0x1;
    public static final int ACK = 0x1;
    public static final int END_HEADERS = 0x4;
    public static final int PADDED = 0x8;
    public static final int PRIORITY_FLAG = 0x20;

    public static final int HEADER_TABLE_SIZE = 1;
    public static final int ENABLE_PUSH = 2;
    public static final int INITIAL_WINDOW_SIZE = 4;
    public static final int MAX_FRAME_SIZE = 5;

    private static final String[] NAMES = {"DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY",
        "WINDOW_UPDATE", "CONTINUATION"};
    private static final String[] CODES = {"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"};

    public static byte[] preface() {
        return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    public static WireFrame data(int streamId, int flags, byte[] body) {
        return new WireFrame(DATA, flags, streamId, body);
    }

    /// A whole request head.
    public static WireFrame headers(int streamId, int flags, String... fields) {
        return new WireFrame(HEADERS, flags | END_HEADERS, streamId, block(fields));
    }

    /// `GET path`, whole.
    public static WireFrame get(int streamId, String path) {
        return headers(streamId, END_STREAM, ":method: GET", ":scheme: http", ":authority: example.com", ":path: " + path);
    }

    /// The head of `POST path`, its body still to come.
    public static WireFrame post(int streamId, String path, String... more) {
        String[] fields = Arrays.copyOf(new String[] {":method: POST", ":scheme: http", ":authority: example.com", ":path: " + path},
                4 + more.length);
        System.arraycopy(more, 0, fields, 4, more.length);
        return headers(streamId, 0, fields);
    }

    public static WireFrame settings(int... identifiersAndValues) {
        Bytes payload = new Bytes();
        for (int i = 0; i < identifiersAndValues.length; i += 2) {
            payload.append(identifiersAndValues[i] >>> 8).append(identifiersAndValues[i]).append(four(identifiersAndValues[i + 1]));
        }
        return new WireFrame(SETTINGS, 0, 0, payload.toArray());
    }

    public static WireFrame ping(String eightOctets) {
        return new WireFrame(PING, 0, 0, eightOctets.getBytes(StandardCharsets.US_ASCII));
    }

    public static WireFrame reset(int streamId, int code) {
        return new WireFrame(RST_STREAM, 0, streamId, four(code));
    }

    public static WireFrame windowUpdate(int streamId, int increment) {
        return new WireFrame(WINDOW_UPDATE, 0, streamId, four(increment));
    }

    public static WireFrame priority(int streamId, int dependsOn) {
        return new WireFrame(PRIORITY, 0, streamId, new Bytes().append(four(dependsOn)).append(15).toArray());
    }

    public static byte[] four(int value) {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    /// Fields as literals without indexing and without Huffman coding (RFC 7541 §6.2.2), so that any octets can be said.
    public static byte[] block(String... fields) {
        Bytes out = new Bytes();
        for (String field : fields) {
            int colon = Math.max(0, field.indexOf(": ", 1)); // a pseudo-header field begins with one; ": value" has no name at all
            out.append(0);
            string(out, field.substring(0, colon));
            string(out, field.substring(colon + 2));
        }
        return out.toArray();
    }

    private static void string(Bytes out, String text) {
        int rest = text.length();
        if (rest < 127) {
            out.append(rest);
        } else {
            out.append(127);
            for (rest -= 127; rest >= 128; rest >>>= 7) {
                out.append(rest & 127 | 128);
            }
            out.append(rest);
        }
        out.append(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public byte[] bytes() {
        return new Bytes().append(payload.length >>> 16).append(payload.length >>> 8).append(payload.length).append(type).append(flags)
                .append(four(streamId)).append(payload).toArray();
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public int integer(int at) {
        return (payload[at] & 0xff) << 24 | (payload[at + 1] & 0xff) << 16 | (payload[at + 2] & 0xff) << 8 | payload[at + 3] & 0xff;
    }

    public boolean is(int wantedType) {
        return type == wantedType;
    }

    public static String code(int code) {
        return code >= 0 && code < CODES.length ? CODES[code] : Integer.toString(code);
    }

    @Override
    public String toString() {
        String detail = switch (type) {
            case RST_STREAM -> payload.length == 4 ? " " + code(integer(0)) : "";
            case GOAWAY -> payload.length >= 8 ? " last=" + integer(0) + " " + code(integer(4)) + " "
                    + new String(payload, 8, payload.length - 8, StandardCharsets.ISO_8859_1) : "";
            case WINDOW_UPDATE -> payload.length == 4 ? " +" + integer(0) : "";
            default -> "";
        };
        return (type < NAMES.length ? NAMES[type] : "type " + type) + " stream=" + streamId + " flags=0x" + Integer.toHexString(flags)
                + " length="
                + payload.length + detail;
    }
}
