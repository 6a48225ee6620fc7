// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.util.StringJoiner;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.net.Transport;

/// One line for each frame that is received or sent, where `LAMBDA_DISPATCH_Debug` names `frames`; otherwise one look at a flag for each
/// frame read and each batch written.
///
/// Of field blocks and bodies it says no more than how long they are: what is in them may be a token, a cookie or a password.
final class FrameLog {
    private static final Log LOG = Log.of("frames");

    private FrameLog() {}

    static void received(Transport from, FrameReader frame) {
        if (LOG.debugging()) {
            LOG.debug("received", "remote", from.remoteAddress(), "frame",
                    describe(frame.type, frame.flags, frame.streamId, frame.payload, frame.offset, frame.length));
        }
    }

    /// @param batch whole frames, as they go on the wire
    static void sent(Transport to, Bytes batch) {
        if (!LOG.debugging()) {
            return;
        }
        byte[] in = batch.array();
        for (int at = 0; at < batch.length(); ) {
            int length = (in[at] & 0xff) << 16 | (in[at + 1] & 0xff) << 8 | in[at + 2] & 0xff;
            LOG.debug("sent", "remote", to.remoteAddress(), "frame", describe(in[at + 3] & 0xff, in[at + 4] & 0xff,
                    Frames.readInteger(in, at + 5), in, at + Frames.HEADER_LENGTH, length));
            at += Frames.HEADER_LENGTH + length;
        }
    }

    /// Such as `RST_STREAM stream=3 length=4 CANCEL`.
    static String describe(int type, int flags, int streamId, byte[] payload, int offset, int length) {
        StringBuilder line =
                new StringBuilder(64).append(Frames.name(type)).append(" stream=").append(streamId).append(" length=").append(length);
        flags(line, type, flags);
        switch (type) {
            case Frames.SETTINGS -> settings(line, payload, offset, length);
            case Frames.RST_STREAM -> code(line, payload, offset, length);
            case Frames.GOAWAY -> {
                if (length >= 8) {
                    line.append(" last=").append(Frames.readInteger(payload, offset));
                    code(line, payload, offset + 4, length - 4);
                }
            }
            case Frames.WINDOW_UPDATE -> {
                if (length == 4) {
                    line.append(" +").append(Frames.readInteger(payload, offset) & 0x7fffffff);
                }
            }
            default -> { }
        }
        return line.toString();
    }

    private static void flags(StringBuilder line, int type, int flags) {
        boolean acknowledges = type == Frames.SETTINGS || type == Frames.PING;
        if ((flags & Frames.ACK) != 0 && (acknowledges || type <= Frames.HEADERS)) {
            line.append(acknowledges ? " ACK" : " END_STREAM");
        }
        if ((flags & Frames.END_HEADERS) != 0 && (type == Frames.HEADERS || type == Frames.CONTINUATION)) {
            line.append(" END_HEADERS");
        }
        if ((flags & Frames.PADDED) != 0 && type <= Frames.HEADERS) {
            line.append(" PADDED");
        }
        if ((flags & Frames.PRIORITY_FLAG) != 0 && type == Frames.HEADERS) {
            line.append(" PRIORITY");
        }
    }

    private static void settings(StringBuilder line, byte[] payload, int offset, int length) {
        StringJoiner all = new StringJoiner(",", " ", "").setEmptyValue("");
        for (int at = offset; at + 6 <= offset + length; at += 6) {
            int id = (payload[at] & 0xff) << 8 | payload[at + 1] & 0xff;
            all.add(Http2Settings.name(id) + "=" + (Frames.readInteger(payload, at + 2) & 0xffffffffL));
        }
        line.append(all);
    }

    private static void code(StringBuilder line, byte[] payload, int offset, int length) {
        if (length >= 4) {
            line.append(' ').append(ErrorCode.name(Frames.readInteger(payload, offset)));
        }
    }
}
