// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import lambdadispatch.base.Bytes;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.hpack.HpackDecoder;
import lambdadispatch.net.Input;
import lambdadispatch.net.Transport;

/// An HTTP/2 client that says exactly what a test tells it to, and notes what comes back.
///
/// Frames of both directions are kept as a log, which [ConnectionLog] prints when a test fails. Unless told otherwise it acknowledges
/// SETTINGS and PING and grants window for the DATA it gets.
public final class Http2Peer implements AutoCloseable {
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    /// A condition may be about what no frame tells: memory that was given back, a stream that has left.
    private static final int LOOK_AGAIN_MILLIS = 20;
    private static final int LINES_KEPT = 400;
    private static final int FRAMES_KEPT = 5_000;

    /// What came back on one stream so far.
    public static final class Answer {
        private final List<List<String>> sections = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean ended;
        private int resetCode = -1;

        /// Of the last section that has a status, or 0.
        public int status() {
            return sections.stream().filter(s -> !s.isEmpty() && s.getFirst().startsWith(":status: ")).reduce((a, b) -> b)
                    .map(s -> Integer.parseInt(s.getFirst().substring(9))).orElse(0);
        }

        /// Field sections in order: interim responses, the response, trailers.
        public List<List<String>> sections() {
            return sections;
        }

        public byte[] body() {
            return body.toByteArray();
        }

        public String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }

        public boolean ended() {
            return ended;
        }

        /// `""` while the stream was not reset.
        public String reset() {
            return resetCode < 0 ? "" : WireFrame.code(resetCode);
        }
    }

    private final Transport transport;
    private final Input in;
    private final HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
    private final List<WireFrame> frames = new ArrayList<>();
    private final Deque<String> log = new ArrayDeque<>();
    private final Map<Integer, Answer> answers = new HashMap<>();
    private final Bytes section = new Bytes();
    private final Thread reader;
    private volatile boolean polite = true;
    private volatile int step = Integer.MAX_VALUE;
    private volatile boolean probing;
    private boolean over;
    private String end = "";

    public Http2Peer(Transport transport) {
        this.transport = transport;
        this.in = new Input(transport::read, 4096, 1 << 17);
        this.reader = Threads.virtual("http2-peer").unstarted(this::readAll);
    }

    /// Answers nothing by itself from now on.
    public Http2Peer silent() {
        polite = false;
        return this;
    }

    /// Answers by itself (again) from now on.
    public Http2Peer polite() {
        polite = true;
        return this;
    }

    /// Grants window in steps of so many octets, as a client does that reads in small pieces (Go: 4 KiB).
    public Http2Peer granting(int octets) {
        step = octets;
        return this;
    }

    /// Sends a PING for each DATA frame that comes, as a client does that measures the path (gRPC).
    public Http2Peer probing() {
        probing = true;
        return this;
    }

    /// Sends preface and SETTINGS.
    public Http2Peer begin(int... settings) throws IOException {
        Bytes out = new Bytes().append(WireFrame.preface()).append(WireFrame.settings(settings).bytes());
        note("> preface");
        note("> " + WireFrame.settings(settings));
        sendRaw(out.toArray());
        return this;
    }

    /// Sends preface, SETTINGS and these frames at once.
    public Http2Peer beginWith(WireFrame... all) throws IOException {
        Bytes out = new Bytes().append(WireFrame.preface()).append(WireFrame.settings().bytes());
        for (WireFrame frame : all) {
            note("> " + frame);
            out.append(frame.bytes());
        }
        sendRaw(out.toArray());
        return this;
    }

    public Http2Peer send(WireFrame... all) throws IOException {
        Bytes out = new Bytes();
        for (WireFrame frame : all) {
            note("> " + frame);
            out.append(frame.bytes());
        }
        sendRaw(out.toArray());
        return this;
    }

    public void sendRaw(byte[] octets) throws IOException {
        synchronized (transport) {
            transport.write(octets, 0, octets.length);
            if (reader.getState() == Thread.State.NEW) {
                reader.start(); // not before: it would acknowledge the server's SETTINGS before our preface
            }
        }
    }

    private void readAll() {
        String how = "end of input";
        try {
            while (true) {
                if (!in.require(9)) {
                    break;
                }
                byte[] array = in.array();
                int at = in.position();
                int length = (array[at] & 0xff) << 16 | (array[at + 1] & 0xff) << 8 | array[at + 2] & 0xff;
                int type = array[at + 3] & 0xff;
                int flags = array[at + 4] & 0xff;
                in.skip(5);
                if (!in.require(4 + length)) {
                    how = "end of input inside a frame";
                    break;
                }
                byte[] rest = java.util.Arrays.copyOfRange(in.array(), in.position(), in.position() + 4 + length);
                in.skip(4 + length);
                int streamId = new WireFrame(0, 0, 0, rest).integer(0);
                received(new WireFrame(type, flags, streamId, java.util.Arrays.copyOfRange(rest, 4, rest.length)));
            }
        } catch (IOException | RuntimeException e) {
            how = e.toString();
        }
        synchronized (this) {
            over = true;
            end = how;
            notifyAll();
        }
        note("< " + how);
    }

    private void received(WireFrame frame) throws IOException {
        note("< " + frame);
        synchronized (this) {
            if (frames.size() < FRAMES_KEPT || frame.is(WireFrame.GOAWAY)) {
                frames.add(frame);
            }
            apply(frame);
            notifyAll();
        }
        if (polite) {
            answer(frame);
        }
    }

    private void answer(WireFrame frame) {
        try {
            answerPolitely(frame);
        } catch (IOException e) {
            note("! could not answer: " + e.getMessage()); // what the server said before it left is still to be read
        }
    }

    private void answerPolitely(WireFrame frame) throws IOException {
        if (frame.is(WireFrame.SETTINGS) && !frame.has(WireFrame.ACK)) {
            send(new WireFrame(WireFrame.SETTINGS, WireFrame.ACK, 0, new byte[0]));
        } else if (frame.is(WireFrame.PING) && !frame.has(WireFrame.ACK)) {
            send(new WireFrame(WireFrame.PING, WireFrame.ACK, 0, frame.payload()));
        } else if (frame.is(WireFrame.DATA) && frame.payload().length > 0) {
            if (probing) {
                send(WireFrame.ping("measured"));
            }
            for (int left = frame.payload().length; left > 0; left -= Math.min(left, step)) {
                send(WireFrame.windowUpdate(0, Math.min(left, step)));
                if (!frame.has(WireFrame.END_STREAM)) {
                    send(WireFrame.windowUpdate(frame.streamId(), Math.min(left, step)));
                }
            }
        }
    }

    private void apply(WireFrame frame) throws IOException {
        Answer answer = answers.computeIfAbsent(frame.streamId(), id -> new Answer());
        switch (frame.type()) {
            case WireFrame.HEADERS, WireFrame.CONTINUATION -> {
                section.append(frame.payload());
                if (frame.has(WireFrame.END_HEADERS)) {
                    List<String> fields = new ArrayList<>();
                    decoder.decode(section.array(), 0, section.length(), (n, na, nl, v, va, vl, never) -> fields.add(
                            new String(n, na, nl, StandardCharsets.ISO_8859_1) + ": "
                                    + new String(v, va, vl, StandardCharsets.ISO_8859_1)));
                    section.clear();
                    answer.sections.add(fields);
                }
                answer.ended |= frame.is(WireFrame.HEADERS) && frame.has(WireFrame.END_STREAM);
            }
            case WireFrame.DATA -> {
                answer.body.writeBytes(frame.payload());
                answer.ended |= frame.has(WireFrame.END_STREAM);
            }
            case WireFrame.RST_STREAM -> answer.resetCode = frame.integer(0);
            default -> { }
        }
    }

    private void note(String line) {
        synchronized (log) {
            log.addLast(line);
            if (log.size() > LINES_KEPT) {
                log.removeFirst();
            }
        }
    }

    // ---- waiting

    /// The first frame received that is so, once it is there.
    public WireFrame await(Predicate<WireFrame> wanted) {
        WireFrame[] found = new WireFrame[1];
        until("no such frame", () -> {
            found[0] = frames.stream().filter(wanted).findFirst().orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    /// The response on a stream, once it is whole or reset.
    public Answer answer(int streamId) {
        until("no whole answer on stream " + streamId,
                () -> answers.containsKey(streamId) && (answers.get(streamId).ended || answers.get(streamId).resetCode >= 0));
        return soFar(streamId);
    }

    /// What came on a stream up to now.
    public synchronized Answer soFar(int streamId) {
        return answers.computeIfAbsent(streamId, id -> new Answer());
    }

    /// The code of the reset of a stream.
    public String awaitReset(int streamId) {
        until("stream " + streamId + " was not reset", () -> answers.containsKey(streamId) && answers.get(streamId).resetCode >= 0);
        return soFar(streamId).reset();
    }

    /// The code of the GOAWAY that says why it ended.
    public String awaitGoAway() {
        return WireFrame.code(await(frame -> frame.is(WireFrame.GOAWAY)).integer(4));
    }

    /// Waits for the end of what the server sends.
    public String awaitEnd() {
        synchronized (this) {
            long until = System.nanoTime() + PATIENCE_NANOS;
            while (!over) {
                waitUntil(until, "the connection was not ended");
            }
            return end;
        }
    }

    /// Waits, over all that is received, for a condition.
    public synchronized void until(String complaint, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (over) {
                throw new AssertionError(complaint + ", and the connection is over (" + end + ")");
            }
            waitUntil(until, complaint);
        }
    }

    private void waitUntil(long until, String complaint) {
        long left = until - System.nanoTime();
        if (left <= 0) {
            throw new AssertionError(complaint + " in time");
        }
        try {
            wait(Math.clamp(left / 1_000_000, 1, LOOK_AGAIN_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /// Waits until the server has dealt with everything sent so far: it answers a PING in order.
    public void roundTrip(String eightOctets) throws IOException {
        send(WireFrame.ping(eightOctets));
        await(frame -> frame.is(WireFrame.PING) && frame.has(WireFrame.ACK)
                && new String(frame.payload(), StandardCharsets.US_ASCII).equals(eightOctets));
    }

    public synchronized List<WireFrame> frames() {
        return List.copyOf(frames);
    }

    public String log() {
        synchronized (log) {
            return String.join("\n", log);
        }
    }

    public Transport transport() {
        return transport;
    }

    @Override
    public void close() {
        transport.close();
    }
}
