// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The last moments of a connection: what is being written still arrives, and a peer that does not hang up does not keep it.
@Timeout(60)
class CloseTest {
    private static final int PIPE = 1 << 14;
    private static final Duration MOMENT = Duration.ofSeconds(1);
    /// Far more than this test's own thread can need, on a busy machine too.
    private static final Duration LONG = Duration.ofSeconds(40);

    private final MemoryTransport[] ends = MemoryTransport.pair(PIPE);
    private Http2Connection connection;
    private Thread reader;

    private void serve(Limits limits, Duration linger) {
        TimedSource source = new TimedSource(ends[0]);
        Input in = new Input(source, 2048, Http2Connection.MAX_FRAME_BUFFER);
        connection =
                new Http2Connection(ends[0], source, in, limits, exchange -> exchange.answer(200, "text/plain", new byte[60_000]), linger);
        reader = Thread.ofVirtual().start(connection::run);
    }

    private void send(WireFrame... frames) throws IOException {
        byte[] preface = WireFrame.preface();
        ends[1].write(preface, 0, preface.length);
        byte[] settings = WireFrame.settings().bytes();
        ends[1].write(settings, 0, settings.length);
        for (WireFrame frame : frames) {
            byte[] octets = frame.bytes();
            ends[1].write(octets, 0, octets.length);
        }
    }

    private int readToTheEnd() throws IOException {
        byte[] bin = new byte[4096];
        int total = 0;
        for (int count = ends[1].read(bin, 0, bin.length); count >= 0; count = ends[1].read(bin, 0, bin.length)) {
            total += count;
        }
        return total;
    }

    @AfterEach
    void end() {
        ends[1].close();
        ends[0].close();
    }

    @Test
    void whatIsBeingWrittenArrivesAlthoughThePeerHasEndedItsDirection() throws Exception {
        serve(Limits.DEFAULT, LONG);
        send(get(1, "/"));
        while (!ends[0].writerWaits()) { // the pipe is full, and the writer has more in hand
            LockSupport.parkNanos(100_000);
        }
        ends[1].shutdownOutput();
        while (reader.isAlive() && reader.getState() != Thread.State.TIMED_WAITING) { // it waits for the writer, or has not
            LockSupport.parkNanos(100_000);
        }
        assertThat(readToTheEnd()).as("more than the pipe held").isGreaterThan(PIPE);
        assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void thePeerReadsWhyItsConnectionEndedAlthoughItSentMore() throws Exception {
        serve(Limits.DEFAULT, LONG);
        send(WireFrame.windowUpdate(0, 0)); // an error of the connection
        while (ends[1].unread() == 0) {
            LockSupport.parkNanos(100_000);
        }
        byte[] more = new byte[10_000];
        ends[1].write(more, 0, more.length); // closing with these unread would be a reset
        ends[1].shutdownOutput();
        assertThat(readToTheEnd()).isPositive();
        assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void aPeerThatDoesNotHangUpAfterAStopIsHungUpOn() throws Exception {
        serve(Limits.DEFAULT, MOMENT);
        send();
        while (ends[1].unread() == 0) {
            LockSupport.parkNanos(100_000);
        }
        connection.stop(); // the PING in it is never answered
        assertThat(reader.join(Duration.ofSeconds(20))).as("the connection is over").isTrue();
        readToTheEnd();
    }

    @Test
    void aPeerThatDoesNotHangUpAfterItWasIdleIsHungUpOn() throws Exception {
        serve(new Bounds().idleMillis(50).limits(), MOMENT);
        send();
        assertThat(reader.join(Duration.ofSeconds(20))).as("the connection is over").isTrue();
        readToTheEnd();
    }
}
