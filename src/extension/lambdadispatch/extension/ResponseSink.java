// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HopByHop;
import lambdadispatch.http.message.MessageWriter;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.Party;

/// Writes responses into the uplink: gathers a head and what is at hand of its body, so that they leave as one piece.
final class ResponseSink {
    /// Pieces are handed on when they reach this.
    static final int PIECE = 32 << 10;

    private final Uplink uplink;
    private final Shortcut shortcut;
    private Bytes piece = new Bytes(512);
    private Gzip encoder;
    private boolean begun; // something of this exchange is on the channel's own uplink
    private boolean left; // and some of it belongs to the final response

    /// Another way for a whole response.
    @FunctionalInterface
    interface Shortcut {
        /// Takes the octets over, to the last; false if it does not.
        boolean take(Bytes response);
    }

    ResponseSink(Uplink uplink, Shortcut shortcut) {
        this.uplink = uplink;
        this.shortcut = shortcut;
    }

    /// Hands over an interim response.
    void interim(int status, Headers headers) throws IOException {
        head(status, headers, false);
        flush();
        left = false;
    }

    /// Starts a response of the extension's own, which says whose fault it was that there is no better one. Its body has a length.
    void failure(int status, Headers headers, Party by) {
        MessageWriter.statusLine(piece, status);
        MessageWriter.fields(piece, headers);
        MessageWriter.field(piece, ControlPaths.FAULT_HEADER, by.toString());
        MessageWriter.end(piece);
    }

    /// Takes a response back that has not left yet, whatever was written of it. False if it has.
    boolean retract() {
        if (left) {
            return false;
        }
        piece.clear();
        return true;
    }

    /// Starts a message. Fields that belong to the connection with the app are left out.
    void head(int status, Headers headers, boolean chunked) {
        MessageWriter.statusLine(piece, status);
        HeaderSet named = HopByHop.namedIn(headers);
        for (int i = 0; i < headers.size(); i++) {
            if (!HopByHop.ofResponse(headers, i, named)) {
                headers.writeLine(i, piece);
            }
        }
        if (chunked) {
            MessageWriter.chunked(piece);
        }
        MessageWriter.end(piece);
    }

    /// Where octets that are framed already can be appended, with room for so many; none is needed for more than [#PIECE].
    Bytes room(int octets) throws IOException {
        if (piece.length() + octets > PIECE) {
            flush();
        }
        return piece.reserve(octets);
    }

    /// Appends octets that are framed already.
    void raw(byte[] from, int offset, int length) throws IOException {
        room(length).append(from, offset, length);
    }

    void chunk(byte[] from, int offset, int length) throws IOException {
        if (length == 0) {
            return; // an empty chunk would end the body
        }
        MessageWriter.chunkHead(room(length), length);
        piece.append(from, offset, length);
        MessageWriter.end(piece);
    }

    void lastChunk(Headers trailers) {
        MessageWriter.lastChunk(piece, trailers);
    }

    /// A gzip encoder whose output goes out as chunks; its flush lets the client read all that was written so far.
    Gzip gzip() throws IOException {
        encoder = new Gzip(new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                chunk(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                chunk(from, offset, length);
            }
        });
        return encoder;
    }

    /// Whether an encoder's native memory (some 256 KiB) is still held.
    boolean encoding() {
        return encoder != null && !encoder.ended;
    }

    /// As its superclass, but for [#end].
    static final class Gzip extends GZIPOutputStream {
        private boolean ended;

        private Gzip(OutputStream out) throws IOException {
            super(out, 8192, true);
        }

        /// Gives the encoder's native memory back, whether or not the response came to its end.
        void end() {
            def.end();
            ended = true;
        }
    }

    /// Hands over what was gathered; waits while the router takes no more. The HTTP client keeps the array, so a new one follows.
    void flush() throws IOException {
        if (piece.length() > 0) {
            ByteBuffer full = ByteBuffer.wrap(piece.array(), 0, piece.length());
            piece = new Bytes(512);
            begun = true;
            left = true;
            uplink.send(full);
        }
    }

    /// Hands over the rest of a response.
    void end() throws IOException {
        if (!begun && shortcut.take(piece)) {
            piece.clear();
        } else {
            flush();
        }
        begun = false;
        left = false;
    }
}
