// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.hpack.HpackDecoder;
import lambdadispatch.http.hpack.HpackEncoder;
import lambdadispatch.http.message.Headers;

/// HTTP/2 with prior knowledge, frame by frame, on stream 1. Receives without limits, and gives every octet back to both windows.
final class Http2Wire extends Wire {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int FIRST_WINDOW = 65_535;
    private static final int CANCEL = 8;

    private final HpackEncoder encoder = new HpackEncoder();
    private final HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
    private int connectionWindow = FIRST_WINDOW; // what we may send; guarded by this
    private int streamWindow = FIRST_WINDOW;

    Http2Wire(Socket socket) throws IOException {
        super(socket);
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0], 0);
    }

    private synchronized void frame(int type, int flags, int stream, byte[] payload, int length) throws IOException {
        ByteBuffer frame =
                ByteBuffer.allocate(9 + length).putInt(length << 8 | type).put((byte) flags).putInt(stream).put(payload, 0, length);
        OutputStream out = socket.getOutputStream();
        out.write(frame.array());
        out.flush();
    }

    @Override
    void request(String method, String target, Body body, String... fields) throws IOException {
        Bytes block = new Bytes(256);
        encoder.beginBlock(block);
        pair(":method", method, block);
        pair(":scheme", socket instanceof SSLSocket ? "https" : "http", block);
        pair(":authority", "example.org", block);
        pair(":path", target, block);
        section(block, body == Body.NONE ? END_STREAM : 0, fields);
        receive();
    }

    private void section(Bytes block, int flags, String... fields) throws IOException {
        for (int i = 0; i < fields.length; i += 2) {
            pair(fields[i].toLowerCase(java.util.Locale.ROOT), fields[i + 1], block);
        }
        frame(HEADERS, END_HEADERS | flags, 1, block.array(), block.length());
    }

    private void pair(String name, String value, Bytes block) {
        byte[] n = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] v = value.getBytes(StandardCharsets.ISO_8859_1);
        encoder.field(n, 0, n.length, v, 0, v.length, block);
    }

    @Override
    void body(byte[] octets, int length) throws IOException {
        byte[] piece = new byte[16 << 10];
        for (int at = 0; at < length; ) {
            int count = allowed(Math.min(piece.length, length - at));
            System.arraycopy(octets, at, piece, 0, count);
            frame(DATA, 0, 1, piece, count);
            at += count;
        }
    }

    private synchronized int allowed(int wanted) throws IOException {
        try {
            while (Math.min(connectionWindow, streamWindow) <= 0) {
                if (answer.end() == Answer.End.BROKEN) {
                    throw new IOException("the stream is over");
                }
                wait(1_000);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        int count = Math.min(wanted, Math.min(connectionWindow, streamWindow));
        connectionWindow -= count;
        streamWindow -= count;
        return count;
    }

    @Override
    void endBody(String... trailers) throws IOException {
        if (trailers.length == 0) {
            frame(DATA, END_STREAM, 1, new byte[0], 0);
        } else {
            Bytes block = new Bytes(64);
            encoder.beginBlock(block);
            section(block, END_STREAM, trailers);
        }
    }

    @Override
    void leave() throws IOException {
        frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, CANCEL}, 4);
    }

    @Override
    void read() throws IOException {
        DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 64 << 10));
        while (answer.end() == Answer.End.OPEN) {
            int lengthAndType = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(lengthAndType >>> 8);
            if ((lengthAndType & 0xff) == WINDOW_UPDATE) {
                window(stream, ByteBuffer.wrap(payload).getInt());
            } else {
                received(lengthAndType & 0xff, flags, payload);
            }
        }
    }

    private void received(int type, int flags, byte[] payload) throws IOException {
        switch (type) {
            case HEADERS -> fields(payload);
            case DATA -> data(payload);
            case SETTINGS -> {
                if ((flags & ACK) == 0) {
                    settings(ByteBuffer.wrap(payload));
                }
                return; // its flag is no END_STREAM
            }
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(PING, ACK, 0, payload, payload.length);
                }
                return;
            }
            case RST_STREAM -> answer.end(Answer.End.BROKEN);
            default -> { } // GOAWAY too: what is in flight still ends well, or the connection's end tells
        }
        if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
            answer.end(Answer.End.WHOLE);
        }
    }

    private void fields(byte[] block) throws IOException {
        Headers fields = new Headers();
        int[] status = {0};
        decoder.decode(block, 0, block.length, (name, nameAt, nameLength, value, valueAt, valueLength, _) -> {
            String text = new String(name, nameAt, nameLength, StandardCharsets.ISO_8859_1);
            String content = new String(value, valueAt, valueLength, StandardCharsets.ISO_8859_1);
            if (text.equals(":status")) {
                status[0] = Integer.parseInt(content);
            } else {
                fields.add(text, content);
            }
        });
        if (status[0] > 0) {
            answer.head(status[0], fields);
        } else {
            answer.trailers(fields);
        }
    }

    private void data(byte[] payload) throws IOException {
        answer.body(payload, 0, payload.length);
        if (payload.length > 0) {
            byte[] more = ByteBuffer.allocate(4).putInt(payload.length).array();
            frame(WINDOW_UPDATE, 0, 0, more, 4);
            frame(WINDOW_UPDATE, 0, 1, more, 4);
        }
    }

    private synchronized void settings(ByteBuffer payload) throws IOException {
        while (payload.hasRemaining()) {
            int name = payload.getShort();
            int value = payload.getInt();
            if (name == 4) { // SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.5.2)
                streamWindow += value - FIRST_WINDOW;
            }
        }
        notifyAll();
        frame(SETTINGS, ACK, 0, new byte[0], 0);
    }

    private synchronized void window(int stream, int increment) {
        if (stream == 0) {
            connectionWindow += increment;
        } else {
            streamWindow += increment;
        }
        notifyAll();
    }
}
