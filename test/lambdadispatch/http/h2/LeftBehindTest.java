// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.ConnectionLog;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.TransportAround;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a connection holds while it rests, and what is left of it once it is over: nothing, and nothing that still acts.
@Timeout(60)
class LeftBehindTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final ConnectionLog log = new ConnectionLog();

    /// Notes what is called on it.
    private record Noting(MemoryTransport inner, List<String> calls) implements TransportAround {
        @Override
        public void shutdownOutput() throws IOException {
            calls.add("shutdownOutput");
            inner.shutdownOutput();
        }

        @Override
        public void shutdownInput() {
            calls.add("shutdownInput");
            inner.shutdownInput();
        }

        @Override
        public void reset() {
            calls.add("reset");
            inner.reset();
        }

        @Override
        public void close() {
            calls.add("close");
            inner.close();
        }

        @Override
        public void keepBuffers() {
            calls.add("keepBuffers");
        }

        @Override
        public InetSocketAddress remoteAddress() {
            calls.add("remoteAddress");
            return inner.remoteAddress();
        }
    }

    private record Served(Http2Connection connection, Thread reader, Http2Peer peer, Noting transport, MemoryShare memory) {}

    private Served serve(Limits limits, Handler handler, Duration linger) {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        Noting transport = new Noting(ends[0], new CopyOnWriteArrayList<>());
        TimedSource source = new TimedSource(transport);
        MemoryShare memory = new MemoryAccount(1 << 30).open("a", 0, () -> { });
        Input in = new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER, memory);
        Http2Connection connection = new Http2Connection(transport, source, in, limits, handler, linger);
        return new Served(connection, Threads.virtual("served").start(connection::run), log.add(new Http2Peer(ends[1])), transport, memory);
    }

    private Served serve(Handler handler) {
        return serve(Limits.DEFAULT, handler, Duration.ofSeconds(1));
    }

    private static void until(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    // ---- while it rests

    @Test
    void aBufferThatALongFrameNeededIsGivenBackWhenNothingMoreIsToCome() throws IOException {
        Served served = serve(exchange -> exchange.answer(200, "text/plain", new byte[] {1}));
        served.peer.begin();
        served.peer.send(post(1, "/"), data(1, END_STREAM, new byte[16_384]));
        assertThat(served.peer.answer(1).status()).isEqualTo(200);
        until(() -> served.memory.held() == 0);
    }

    @Test
    void itIsKeptWhileMoreOfABodyIsToComeAndForATrustedPeer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Served served = serve(exchange -> {
            if (exchange.request().target().equals("/trust")) {
                exchange.connection().trustPeer();
            } else {
                while (exchange.read(new byte[20_000], 0, 20_000) >= 0) {
                    Thread.yield();
                }
            }
            exchange.answer(200, "text/plain", new byte[] {1});
        });
        served.peer.begin();
        int stream = 2 * 1024; // what a stream that is open costs is about five KiB, a buffer's growth more
        served.peer.send(post(1, "/"), data(1, 0, new byte[16_384]));
        served.peer.roundTrip("there is");
        assertThat(served.memory.held()).isGreaterThan(16_384 - stream);
        served.peer.send(data(1, END_STREAM, new byte[0]));
        served.peer.answer(1);
        until(() -> served.memory.held() == 0);
        served.peer.send(get(3, "/trust"));
        served.peer.answer(3);
        served.peer.send(post(5, "/"), data(5, END_STREAM, new byte[16_384]));
        served.peer.answer(5);
        served.peer.roundTrip("remains.");
        assertThat(served.memory.held()).isGreaterThan(16_384 - stream);
        assertThat(served.transport.calls).containsOnlyOnce("keepBuffers");
        go.countDown();
    }

    // ---- once it is over

    private record Traces(WeakReference<Object> connection, WeakReference<Object> transport) {
        boolean gone() {
            return connection.get() == null && transport.get() == null;
        }
    }

    private static Traces servedAndEnded() throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 16);
        TimedSource source = new TimedSource(ends[0]);
        Http2Connection connection = new Http2Connection(ends[0], source, new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER),
                Limits.DEFAULT, Http2Served.ECHO);
        Thread reader = Threads.virtual("served").start(connection::run);
        byte[] hello = new Bytes().append(WireFrame.preface()).append(WireFrame.settings().bytes()).append(get(1, "/").bytes()).toArray();
        ends[1].write(hello, 0, hello.length);
        byte[] bin = new byte[4096];
        for (int rest = 4; rest > 0; rest -= Math.max(0, ends[1].read(bin, 0, 1))) {
            continue; // it has begun to answer
        }
        until(() -> connection.streams().lastTaken() == 1 && connection.streams().size() == 0);
        ends[1].close();
        reader.join();
        connection.output().awaitWriter(PATIENCE);
        return new Traces(new WeakReference<>(connection), new WeakReference<>(ends[0]));
    }

    @Test
    void noTimerHoldsAConnectionThatIsOver() throws Exception {
        Traces traces = servedAndEnded();
        for (int i = 0; i < 100 && !traces.gone(); i++) { // in less time than any limit that it had
            System.gc();
            LockSupport.parkNanos(20_000_000);
        }
        assertThat(traces.connection.get()).isNull();
        assertThat(traces.transport.get()).isNull();
    }

    @Test
    void thePatienceOfAStopEndsWithItsConnection() throws Exception {
        Served served = serve(Http2Served.ECHO);
        served.peer.begin();
        served.peer.roundTrip("settled.");
        served.connection.stop();
        served.peer.awaitEnd(); // the PING in it is answered
        served.peer.close();
        assertThat(served.reader.join(PATIENCE)).isTrue();
        int calls = served.transport.calls.size();
        LockSupport.parkNanos(1_300_000_000); // it was one second
        assertThat(served.transport.calls).as("nothing is done to a connection that is over").hasSize(calls);
    }

    @Test
    void aConnectionThatIsOverIsClosedOnce() throws Exception {
        Served served = serve(Http2Served.ECHO);
        served.peer.begin();
        served.peer.close();
        assertThat(served.reader.join(PATIENCE)).isTrue();
        assertThat(served.transport.calls).contains("close");
    }

    @Test
    void aPeerThatGoesOnSendingBehindAnErrorIsHeardForAQuarterOfAMegabyteAndNoLonger() throws Exception {
        Served served = serve(Limits.DEFAULT, Http2Served.ECHO, Duration.ofMinutes(10));
        served.peer.silent().begin();
        long before = served.peer.transport().octetsTaken();
        served.peer.send(WireFrame.windowUpdate(0, 0));
        assertThat(served.peer.awaitGoAway()).isEqualTo("PROTOCOL_ERROR");
        byte[] more = new byte[1 << 14];
        List<IOException> failures = new ArrayList<>();
        while (failures.isEmpty()) {
            try {
                served.peer.transport().write(more, 0, more.length);
            } catch (IOException e) {
                failures.add(e);
            }
        }
        long taken = served.peer.transport().octetsTaken() - before;
        assertThat(taken).isBetween(256L << 10, (256L << 10) + (1 << 16) + 8192 + 13);
        assertThat(served.reader.join(PATIENCE)).isTrue();
    }

    @Test
    void aPeerThatStaysBehindAnErrorHoldsNoBuffer() throws IOException {
        Served served = serve(Limits.DEFAULT, Http2Served.ECHO, Duration.ofMinutes(10));
        served.peer.silent().beginWith(new WireFrame(0x77, 0, 0, new byte[16_000]), WireFrame.windowUpdate(0, 0),
                WireFrame.ping("not read"));
        assertThat(served.peer.awaitGoAway()).isEqualTo("PROTOCOL_ERROR");
        until(() -> served.memory.held() == 0);
        assertThat(served.reader.isAlive()).isTrue();
    }

    // ---- what is logged of its frames

    @Test
    void eachFrameIsALineWhereTheyAreDebuggedAndNoneElsewhere() throws IOException {
        MemoryTransport[] ends = MemoryTransport.pair(100);
        Noting transport = new Noting(ends[0], new ArrayList<>());
        Bytes batch = new Bytes();
        Frames.ping(batch, 0, new byte[8], 0);
        Frames.header(batch, 70_000, Frames.DATA, 0, 1);
        batch.append(new byte[70_000]);
        Frames.header(batch, 300, Frames.DATA, 0, 1);
        batch.append(new byte[300]);
        Frames.settingsAck(batch);
        FrameLog.sent(transport, batch);
        FrameReader frame = Unserved.received(WireFrame.ping("received"));
        FrameLog.received(transport, frame);
        assertThat(transport.calls).isEmpty();
        String before = Log.debugTopics();
        Log.debugTopics("frames");
        try {
            FrameLog.sent(transport, batch);
            assertThat(transport.calls).hasSize(4);
            FrameLog.received(transport, frame);
            assertThat(transport.calls).hasSize(5);
        } finally {
            Log.debugTopics(before);
        }
    }
}
