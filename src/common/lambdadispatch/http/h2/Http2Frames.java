// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import lambdadispatch.http.message.Request;

/// Applies received frames to their connection: every rule of RFC 9113 §6 that a server must enforce stands at the frame it is about.
final class Http2Frames {
    private final Http2Connection connection;
    private final Streams streams;
    private final FieldSection section;
    private final AbuseBudget budget;
    private int lastStreamId; // that the peer opened, whatever became of it; ids only grow (RFC 9113 §5.1.1)
    private boolean trailers; // what the open section is for

    /// @param lastStreamId 1 where the connection was upgraded with a request, else 0
    Http2Frames(Http2Connection connection, FieldSection section, AbuseBudget budget, int lastStreamId) {
        this.lastStreamId = lastStreamId;
        this.streams = connection.streams();
        this.connection = connection;
        this.section = section;
        this.budget = budget;
    }

    /// Whether a field section has begun and not ended.
    boolean sectionOpen() {
        return section.open();
    }

    /// Gives back what only a section needs; none is open.
    void rest() {
        section.rest();
    }

    void apply(FrameReader frame) throws IOException {
        if (section.open()) {
            if (section.continuation(frame)) {
                sectionComplete();
            }
            return;
        }
        switch (frame.type) {
            case Frames.DATA -> data(frame);
            case Frames.HEADERS -> headers(frame);
            case Frames.PRIORITY -> priority(frame);
            case Frames.RST_STREAM -> resetStream(frame);
            case Frames.SETTINGS -> settings(frame);
            case Frames.PUSH_PROMISE -> // RFC 9113 §8.4: a client can not push
                throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "PUSH_PROMISE from a client");
            case Frames.PING -> ping(frame);
            case Frames.GOAWAY -> goAway(frame);
            case Frames.WINDOW_UPDATE -> windowUpdate(frame);
            case Frames.CONTINUATION -> // RFC 9113 §6.10
                throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
            default -> budget.chore(); // RFC 9113 §4.1: unknown types are ignored
        }
    }

    private void data(FrameReader frame) throws IOException {
        requireStream(frame);
        int all = frame.length;
        frame.unpad();
        streams.received(all);
        if (frame.length == 0 && !frame.has(Frames.END_STREAM)) {
            budget.chore();
        }
        Http2Stream stream = streams.get(frame.streamId);
        if (stream == null) {
            streams.credit(all);
            dataOnClosedStream(frame, all);
            return;
        }
        stream.receive(frame.payload, frame.offset, frame.length, all - frame.length, frame.has(Frames.END_STREAM));
    }

    private void dataOnClosedStream(FrameReader frame, int all) throws IOException {
        switch (streams.howClosed(frame.streamId)) {
            case RESET_BY_US -> { // it was under way when we reset the stream (RFC 9113 §5.1), if it is no more than could be
                if (!streams.dataDue(frame.streamId, all, frame.has(Frames.END_STREAM))) {
                    budget.chore();
                }
            }
            case ENDED, RESET_BY_PEER, UNKNOWN -> throw new StreamError(frame.streamId, ErrorCode.STREAM_CLOSED, "DATA on a closed stream");
        }
    }

    private void headers(FrameReader frame) throws IOException {
        requireStream(frame);
        // RFC 9113 §5.1.1: a client's streams have odd identifiers
        if ((frame.streamId & 1) == 0) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "even stream identifier");
        }
        trailers = frame.streamId <= lastStreamId;
        lastStreamId = Math.max(lastStreamId, frame.streamId);
        if (section.headers(frame)) {
            sectionComplete();
        }
    }

    private void sectionComplete() throws IOException {
        int streamId = section.streamId();
        boolean endStream = section.endStream();
        RequestFields fields = new RequestFields(connection.limits().headFields());
        if (trailers) {
            boolean fits = section.decode(fields.asTrailers());
            trailersReceived(streamId, fields, endStream, fits);
            return;
        }
        boolean fits = section.decode(fields);
        if (section.selfDependent()) {
            throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, "stream depends on itself");
        }
        if (!fits) {
            connection.refuse(streamId, 431, endStream); // RFC 6585 §5
            return;
        }
        Request request = fields.request(streamId, endStream);
        if (request.method().equals("CONNECT")) {
            connection.refuse(streamId, 501, endStream);
            return;
        }
        connection.open(new Http2Stream(connection, streamId, request, endStream));
    }

    private void trailersReceived(int streamId, RequestFields fields, boolean endStream, boolean fits) throws IOException {
        Http2Stream stream = streams.get(streamId);
        if (stream == null) {
            switch (streams.howClosed(streamId)) {
                case RESET_BY_US -> { // they were under way when we reset it (RFC 9113 §5.1), if they are the first
                    if (!streams.trailersDue(streamId)) {
                        budget.chore();
                    }
                }
                case RESET_BY_PEER -> throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, "HEADERS after RST_STREAM");
                case ENDED -> throw new ConnectionError(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream");
                // RFC 9113 §5.1.1: an unexpected (lower) identifier is a connection error PROTOCOL_ERROR
                case UNKNOWN -> throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "stream identifier not above the last");
            }
            return;
        }
        if (stream.seemsOver()) { // closed for whoever has read its end, though its handler's thread has not come to say so
            throw new ConnectionError(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream");
        }
        if (stream.remoteClosed()) {
            throw new StreamError(streamId, ErrorCode.STREAM_CLOSED, "HEADERS after END_STREAM");
        }
        // RFC 9113 §8.1: a second field section without END_STREAM is malformed
        if (!endStream || fields.fault() != null || !fits) {
            throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, endStream ? "malformed trailers" : "trailers without END_STREAM");
        }
        stream.receiveTrailers(fields.headers());
    }

    private void priority(FrameReader frame) throws IOException {
        requireStreamId(frame);
        budget.chore();
        // RFC 9113 §6.3: any length but 5 is a stream error FRAME_SIZE_ERROR
        if (frame.length != 5) {
            throw priorityError(frame, ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of " + frame.length + " bytes");
        }
        if ((Frames.readInteger(frame.payload, frame.offset) & 0x7fffffff) == frame.streamId) {
            throw priorityError(frame, ErrorCode.PROTOCOL_ERROR, "stream depends on itself");
        }
    }

    /// RFC 9113 §6.4: RST_STREAM MUST NOT be sent for an idle stream, so an error about one is the connection's (§5.4.1 allows that).
    private IOException priorityError(FrameReader frame, int code, String why) {
        return idle(frame.streamId) ? new ConnectionError(code, why) : new StreamError(frame.streamId, code, why);
    }

    private void resetStream(FrameReader frame) throws IOException {
        requireStream(frame);
        requireLength(frame, 4);
        Http2Stream stream = streams.get(frame.streamId);
        if (stream != null) {
            int code = Frames.readInteger(frame.payload, frame.offset);
            boolean answered = stream.responded(); // the client waited for it: neither quicker nor cheaper than asking for something short
            streams.broken(stream, new IOException("stream reset by the client: " + ErrorCode.name(code)));
            if (!answered) {
                budget.reset();
            }
        } else if (!streams.resetDue(frame.streamId) && !connection.output().answerDue()) {
            budget.chore();
        }
    }

    private void settings(FrameReader frame) throws IOException {
        requireConnection(frame);
        budget.chore();
        if (frame.has(Frames.ACK)) {
            requireLength(frame, 0);
            return;
        }
        settings(frame.payload, frame.offset, frame.length, true);
    }

    /// Applies settings (RFC 9113 §6.5.3).
    /// @param acknowledge not for those that came in HTTP2-Settings: the 101 was their acknowledgement (RFC 7540 §3.2.1)
    void settings(byte[] payload, int offset, int length, boolean acknowledge) throws IOException {
        Http2Settings peer = connection.peerSettings();
        int before = peer.initialWindowSize;
        peer.apply(payload, offset, length);
        long change = (long) peer.initialWindowSize - before;
        boolean[] overflow = new boolean[1];
        connection.output().settings(peer, acknowledge, () -> {
            if (change != 0) {
                for (Http2Stream stream : streams.all()) {
                    overflow[0] |= !connection.output().widen(stream.sendSide(), change);
                }
            }
        });
        // RFC 9113 §6.9.2: a change that takes any window above 2^31-1 is a connection error FLOW_CONTROL_ERROR
        if (overflow[0]) {
            throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "initial window takes a stream's window too high");
        }
    }

    private void ping(FrameReader frame) throws IOException {
        requireConnection(frame);
        requireLength(frame, 8);
        if (!connection.output().pingDue()) {
            budget.chore();
        }
        if (frame.has(Frames.ACK)) {
            connection.shutdown().pingAnswered(frame.payload, frame.offset);
            return;
        }
        byte[] payload = frame.payload;
        int offset = frame.offset;
        connection.output().control(out -> Frames.ping(out, Frames.ACK, payload, offset));
    }

    private void goAway(FrameReader frame) throws IOException {
        requireConnection(frame);
        if (frame.length < 8) { // RFC 9113 §4.2: too short for its mandatory parts
            throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY of " + frame.length + " bytes");
        }
        budget.chore(); // a client that goes away closes when it has its answers; nothing is to be done
    }

    private void windowUpdate(FrameReader frame) throws IOException {
        requireLength(frame, 4);
        if (!connection.output().answerDue()) {
            budget.chore();
        }
        int increment = Frames.readInteger(frame.payload, frame.offset) & 0x7fffffff;
        if (frame.streamId == 0) {
            // RFC 9113 §6.9: an increment of 0 on the connection is a connection error PROTOCOL_ERROR
            if (increment == 0) {
                throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
            }
            if (!connection.output().widen(increment)) {
                throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "connection window above 2^31-1");
            }
            return;
        }
        requireStream(frame);
        Http2Stream stream = streams.get(frame.streamId);
        if (increment == 0) { // RFC 9113 §6.9: a stream error PROTOCOL_ERROR
            throw new StreamError(frame.streamId, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
        }
        // On a closed stream it may have been under way (RFC 9113 §5.1); RFC 9113 §6.9.1: above 2^31-1 is FLOW_CONTROL_ERROR
        if (stream != null && !connection.output().widen(stream.sendSide(), increment)) {
            throw new StreamError(frame.streamId, ErrorCode.FLOW_CONTROL_ERROR, "stream window above 2^31-1");
        }
    }

    /// The frame must be about a stream (RFC 9113 §6.1 to §6.4, §6.10: else a connection error PROTOCOL_ERROR), and one that was opened
    /// (RFC 9113 §5.1 "idle").
    private void requireStream(FrameReader frame) throws ConnectionError {
        requireStreamId(frame);
        if (frame.type != Frames.HEADERS && idle(frame.streamId)) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, Frames.name(frame.type) + " on an idle stream");
        }
    }

    /// Those with even identifiers were ours to open, and we never do.
    private boolean idle(int streamId) {
        return streamId > lastStreamId || (streamId & 1) == 0;
    }

    private static void requireStreamId(FrameReader frame) throws ConnectionError {
        if (frame.streamId == 0) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, Frames.name(frame.type) + " on stream 0");
        }
    }

    /// The frame must be about the connection (RFC 9113 §6.5, §6.7, §6.8: else a connection error PROTOCOL_ERROR).
    private static void requireConnection(FrameReader frame) throws ConnectionError {
        if (frame.streamId != 0) {
            throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, Frames.name(frame.type) + " on a stream");
        }
    }

    /// RFC 9113 §6.4, §6.5, §6.7, §6.9: any other length is a connection error FRAME_SIZE_ERROR.
    private static void requireLength(FrameReader frame, int length) throws ConnectionError {
        if (frame.length != length) {
            throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, Frames.name(frame.type) + " of " + frame.length + " bytes");
        }
    }
}
