// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Each step of an end in good order, by itself: what is said, and whether streams are still taken (RFC 9113 §6.8).
@Timeout(60)
class ShutdownStepsTest {
    private static final byte[] DRAINING = "..draining".getBytes(); // behind two octets of something else
    private static final long PATIENCE_NANOS = 300_000_000;

    private Unserved served = new Unserved();
    private Shutdown shutdown = served.connection.shutdown();

    @AfterEach
    void end() {
        served.close();
    }

    private boolean takes(int id) {
        return served.streams.take(id);
    }

    private void running() {
        shutdown.settingsSent(false);
        shutdown.peerSpoke();
    }

    @Test
    void aStopIsAnnouncedAndNewStreamsAreTakenUntilThePeerHasSeenThat() throws IOException {
        running();
        Http2Stream open = served.get(1);
        assertThat(shutdown.stopping()).isFalse();
        shutdown.begin();
        assertThat(shutdown.stopping()).isTrue();
        assertThat(served.said()).containsExactly("goaway 2147483647 NO_ERROR", "ping");
        assertThat(takes(3)).isTrue();
        shutdown.begin();
        shutdown.pingAnswered(DRAINING, 1);
        assertThat(served.said()).as("nor twice, nor for another PING").isEmpty();
        assertThat(takes(5)).isTrue();
        shutdown.pingAnswered(DRAINING, 2);
        assertThat(served.said()).containsExactly("goaway 5 NO_ERROR");
        assertThat(takes(7)).isFalse();
        shutdown.pingAnswered(DRAINING, 2);
        assertThat(served.said()).isEmpty();
        open.respond(200, new Headers(), 0);
        assertThat(served.saidToTheEnd()).containsExactly("1 200 content-length=0 end", "goaway 5 NO_ERROR");
    }

    @Test
    void whereNothingIsOpenTheSecondGoAwayIsTheLast() throws IOException {
        running();
        shutdown.begin();
        shutdown.pingAnswered(DRAINING, 2);
        assertThat(takes(1)).isFalse();
        assertThat(served.saidToTheEnd()).containsExactly("goaway 2147483647 NO_ERROR", "ping", "goaway 0 NO_ERROR");
    }

    @Test
    void anAnswerToAPingThatWasNotSentEndsNothing() throws IOException {
        running();
        shutdown.pingAnswered(DRAINING, 2);
        assertThat(takes(1)).isTrue();
        assertThat(served.said()).isEmpty();
    }

    @Test
    void aPeerThatSaidNothingIsLeftAtOnce() throws IOException {
        shutdown.settingsSent(false);
        shutdown.begin();
        assertThat(takes(1)).isFalse();
        assertThat(served.saidToTheEnd()).containsExactly("goaway 0 NO_ERROR");
    }

    @Test
    void aPeerThatSpokeBeforeOurSettingsIsToldOfTheStop() throws IOException {
        shutdown.settingsSent(true);
        shutdown.begin();
        assertThat(served.said()).containsExactly("goaway 2147483647 NO_ERROR", "ping");
    }

    @Test
    void aStopBeforeOurSettingsIsKeptUntilTheyAreOut() throws IOException {
        shutdown.begin();
        assertThat(shutdown.stopping()).isTrue();
        assertThat(takes(1)).isTrue();
        assertThat(served.said()).isEmpty();
        shutdown.settingsSent(true);
        assertThat(served.said()).containsExactly("goaway 2147483647 NO_ERROR", "ping");
    }

    @Test
    void aPeerThatDoesNotAnswerIsWaitedForAndItsInputIsShutAsLongAfterThat() throws Exception {
        servedBy(new Unserved(Limits.DEFAULT, Unserved.NOBODY, MemoryShare.UNBOUNDED, Duration.ofNanos(PATIENCE_NANOS)));
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                served.ends[0].read(new byte[1], 0, 1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        long start = System.nanoTime();
        shutdown.begin();
        assertThat(served.saidToTheEnd()).containsExactly("goaway 2147483647 NO_ERROR", "ping", "goaway 0 NO_ERROR");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(PATIENCE_NANOS);
        reader.join();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2 * PATIENCE_NANOS);
    }

    // ---- a peer that does not read

    /// Until nothing more may wait to be sent, however it is owed.
    private void fillOutput() throws IOException {
        byte[] most = new byte[(88 << 10) + (64 << 10)];
        served.output.control(out -> out.append(most));
    }

    private void connectionIsClosed() throws IOException {
        assertThat(served.ends[1].read(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @Test
    void aStopThatCanNotBeSaidEndsTheConnection() throws IOException {
        running();
        fillOutput();
        shutdown.begin();
        connectionIsClosed();
    }

    @Test
    void aSecondGoAwayThatCanNotBeSaidEndsTheConnection() throws IOException {
        running();
        served.get(1);
        shutdown.begin();
        byte[] most = new byte[(88 << 10) + (64 << 10) - 17 - 17];
        served.output.control(out -> out.append(most));
        shutdown.pingAnswered(DRAINING, 2);
        connectionIsClosed();
        assertThat(takes(3)).isFalse();
    }

    // ---- idleness

    private void idleFor(int millis) {
        servedBy(new Unserved(new Bounds().idleMillis(millis).limits()));
    }

    private void servedBy(Unserved other) {
        served.close();
        served = other;
        shutdown = served.connection.shutdown();
        running();
    }

    @Test
    void anIdleConnectionEndsAndTakesNothingMore() throws IOException {
        idleFor(100);
        long start = System.nanoTime();
        shutdown.emptied();
        assertThat(served.saidToTheEnd()).containsExactly("goaway 0 NO_ERROR");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(100_000_000);
        assertThat(takes(1)).isFalse();
        assertThat(shutdown.stopping()).isTrue();
        shutdown.begin();
    }

    @Test
    void oneThatIsBusyIsNotIdleUntilItsLastStreamHasLeft() throws IOException {
        idleFor(1000);
        shutdown.emptied();
        shutdown.busy();
        LockSupport.parkNanos(1_200_000_000);
        Http2Stream open = served.get(1);
        assertThat(served.said()).isEmpty();
        assertThat(shutdown.stopping()).isFalse();
        open.respond(200, new Headers(), 0);
        assertThat(served.saidToTheEnd()).containsExactly("1 200 content-length=0 end", "goaway 1 NO_ERROR");
    }
}
