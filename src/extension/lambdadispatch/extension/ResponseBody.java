// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.io.OutputStream;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;

/// Passes the body of one response from the app to the uplink. Whatever it is about to wait for, it hands on what it has before.
final class ResponseBody {
    private final Input in;
    private final BodyReader body;
    private final ResponseSink up;

    /// @param head of the response, framed
    ResponseBody(Input in, ResponseHead head, ResponseSink up) {
        this.in = in;
        this.body = BodyReader.of(in, head);
        this.up = up;
    }

    /// Body octets as they are on the wire, the app's own chunks included.
    void pass() throws IOException {
        while (!body.ended()) {
            int most = in.available();
            if (most == 0) {
                up.flush(); // about to wait: what there is goes out now
                // A long rest is read straight into a large piece; one for an event of a few octets would be a waste.
                most = body.remaining() >= ResponseSink.PIECE ? ResponseSink.PIECE : arrived();
            }
            Bytes piece = up.room(Math.min(most, ResponseSink.PIECE));
            piece.length(piece.length() + readRaw(piece, Math.min(most, ResponseSink.PIECE - piece.length())));
        }
    }

    private int arrived() throws AppFailure {
        try {
            in.fill();
            return Math.max(1, in.available());
        } catch (IOException e) {
            throw new AppFailure(e);
        }
    }

    private int readRaw(Bytes piece, int most) throws AppFailure {
        try {
            return Math.max(0, body.readRaw(piece.array(), piece.length(), most));
        } catch (IOException e) {
            throw new AppFailure(e);
        }
    }

    /// A body that ends with its connection, in chunks of ours.
    void chunks() throws IOException {
        int count;
        while ((count = ready()) >= 0) {
            up.chunk(in.array(), in.position(), count);
            body.take(count);
        }
        up.lastChunk(body.trailers());
    }

    void compress() throws IOException {
        ResponseSink.Gzip gzip = up.gzip();
        try {
            int count;
            while ((count = body.available() > 0 ? body.available() : flushed(gzip)) >= 0) {
                gzip.write(in.array(), in.position(), count);
                body.take(count);
            }
            gzip.close();
        } finally {
            gzip.end();
        }
        Compression.rewriteTrailers(body.trailers());
        up.lastChunk(body.trailers());
    }

    private int flushed(OutputStream gzip) throws IOException {
        if (!body.ended()) {
            gzip.flush();
        }
        return ready();
    }

    /// Content at hand; -1 at the end.
    private int ready() throws IOException {
        int count = body.available();
        if (count > 0) {
            return count;
        }
        if (!body.ended()) {
            up.flush();
        }
        try {
            return body.ready();
        } catch (IOException e) {
            throw new AppFailure(e);
        }
    }
}
