// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.hpack.HpackDecoder;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.WireFrame;

/// An [Http2Connection] that nobody reads for: a test plays its reader and its handlers, and sees each frame that they make it send.
final class Unserved implements AutoCloseable {
    static final Handler NOBODY = exchange -> {
        throw new AssertionError("no handler is wanted");
    };
    private static final byte[] MARK = "..mark..".getBytes();

    private static final Duration LONG = Duration.ofMinutes(10);

    final MemoryTransport[] ends = MemoryTransport.pair(1 << 20);
    final Http2Connection connection;
    final Http2Output output;
    final Streams streams;
    private final Input in = new Input(ends[1]::read, 4096, 1 << 20);
    private final HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
    private boolean started;

    Unserved() {
        this(Limits.DEFAULT);
    }

    Unserved(Limits limits) {
        this(limits, NOBODY, MemoryShare.UNBOUNDED);
    }

    Unserved(Limits limits, Handler handler, MemoryShare memory) {
        this(limits, handler, memory, LONG);
    }

    /// @param memory of the connection, of which its input takes nothing
    Unserved(Limits limits, Handler handler, MemoryShare memory, Duration linger) {
        TimedSource source = new TimedSource(ends[0]);
        connection = new Http2Connection(ends[0], source,
                new Input(source, Http2Connection.MAX_FRAME_BUFFER, Http2Connection.MAX_FRAME_BUFFER, memory), limits, handler,
                linger);
        output = connection.output();
        streams = connection.streams();
    }

    static Request request(String method, long length, String... fields) {
        return new Request(method, "/", "http", "example.com", Headers.of(fields), length, 20);
    }

    /// A stream that is open, and has no handler.
    Http2Stream open(int id, Request request, boolean endStream) {
        Http2Stream stream = new Http2Stream(connection, id, request, endStream);
        if (!streams.take(stream, 1000)) {
            throw new AssertionError("no more are taken");
        }
        return stream;
    }

    /// `POST` of a body that is still to come.
    Http2Stream post(int id) {
        return open(id, request("POST", -1), false);
    }

    Http2Stream get(int id) {
        return open(id, request("GET", 0), true);
    }

    /// What was sent since this was asked last.
    List<WireFrame> frames() throws IOException {
        output.control(out -> Frames.ping(out, 0, MARK, 0));
        start();
        List<WireFrame> all = new ArrayList<>();
        for (WireFrame next = next(); !(next.is(WireFrame.PING) && Arrays.equals(next.payload(), MARK)); next = next()) {
            all.add(next);
        }
        return all;
    }

    /// As [#frames()], in words, without the fields that each answer has.
    List<String> said() throws IOException {
        List<String> all = new ArrayList<>();
        for (WireFrame frame : frames()) {
            all.add(words(frame));
        }
        return all;
    }

    /// What was sent since this was asked last, up to a line that another thread will send.
    List<String> saidUntil(String line) throws IOException {
        start();
        List<String> all = new ArrayList<>();
        do {
            all.add(words(next()));
        } while (!all.getLast().equals(line));
        return all;
    }

    /// What is sent until our direction ends.
    List<String> saidToTheEnd() throws IOException {
        start();
        List<String> all = new ArrayList<>();
        while (in.require(9)) {
            all.add(words(next()));
        }
        return all;
    }

    /// Lets what was said leave, from now on.
    void start() {
        if (!started) {
            started = true;
            output.start();
        }
    }

    private WireFrame next() throws IOException {
        if (!in.require(9)) {
            throw new IOException("nothing more comes");
        }
        byte[] array = in.array();
        int at = in.position();
        int length = (array[at] & 0xff) << 16 | (array[at + 1] & 0xff) << 8 | array[at + 2] & 0xff;
        int type = array[at + 3];
        int flags = array[at + 4];
        int streamId = Frames.readInteger(array, at + 5);
        in.skip(9);
        in.require(length);
        byte[] payload = Arrays.copyOfRange(in.array(), in.position(), in.position() + length);
        in.skip(length);
        return new WireFrame(type, flags, streamId, payload);
    }

    private String words(WireFrame frame) throws IOException {
        String end = frame.has(WireFrame.END_STREAM) ? " end" : "";
        return switch (frame.type()) {
            case WireFrame.HEADERS -> frame.streamId() + " " + fields(frame.payload()) + end;
            case WireFrame.DATA -> frame.streamId() + " data " + frame.payload().length + end;
            case WireFrame.RST_STREAM -> frame.streamId() + " " + WireFrame.code(frame.integer(0));
            case WireFrame.WINDOW_UPDATE -> frame.streamId() + " +" + frame.integer(0);
            case WireFrame.GOAWAY -> "goaway " + frame.integer(0) + " " + WireFrame.code(frame.integer(4));
            case WireFrame.PING -> "ping" + (frame.has(WireFrame.ACK) ? " ack" : "");
            case WireFrame.SETTINGS -> "settings" + (frame.has(WireFrame.ACK) ? " ack" : "");
            default -> frame.toString();
        };
    }

    private String fields(byte[] block) throws IOException {
        List<String> all = new ArrayList<>();
        decoder.decode(block, 0, block.length, (n, na, nl, v, va, vl, never) -> {
            String name = new String(n, na, nl);
            if (!name.equals("date")) {
                all.add((name.equals(":status") ? "" : name + "=") + new String(v, va, vl));
            }
        });
        return String.join(" ", all);
    }

    /// A frame as [Http2Frames] gets it.
    static FrameReader received(WireFrame frame) throws IOException {
        byte[] wire = new Bytes().append(frame.bytes()).toArray();
        int[] at = {0};
        FrameReader reader = new FrameReader(new Input((into, offset, length) -> {
            int count = Math.min(length, wire.length - at[0]);
            System.arraycopy(wire, at[0], into, offset, count);
            at[0] += count;
            return count == 0 ? -1 : count;
        }, 1024, 1 << 20), Http2Connection.MAX_FRAME_SIZE);
        if (!reader.next()) {
            throw new AssertionError("no frame");
        }
        return reader;
    }

    @Override
    public void close() {
        connection.shutdown().close();
        streams.close(new IOException("the test is over"));
        output.close();
        ends[1].close();
        ends[0].close();
    }
}
