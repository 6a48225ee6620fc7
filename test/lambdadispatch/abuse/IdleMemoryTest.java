// SPDX-License-Identifier: MIT
package lambdadispatch.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.TlsTransport;
import lambdadispatch.support.Http1Peer;
import lambdadispatch.support.TrustAll;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How much of the listener's heap a connection keeps that was used and is idle now: ten thousand of them are 40 MB, or 120 MB over TLS.
/// The listener lets them be idle for longer than the test lasts: what has ended keeps nothing.
@Timeout(180)
class IdleMemoryTest {
    private static final int CONNECTIONS = 300;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @RegisterExtension
    static final UnderAttack LISTENER = UnderAttack.besideHttp1();

    enum Kind {
        HTTP1(4_000), HTTP2(4_500), HTTP1_TLS(12_000), HTTP2_TLS(12_000);

        private final int mostOctets;

        Kind(int mostOctets) {
            this.mostOctets = mostOctets;
        }

        private boolean tls() {
            return this == HTTP1_TLS || this == HTTP2_TLS;
        }

        private boolean http2() {
            return this == HTTP2 || this == HTTP2_TLS;
        }
    }

    @BeforeEach
    void onlyWhereThereAreEventLoops() {
        Assumptions.assumeTrue(Threads.areOnEventLoops(), "on the JDK's scheduler a connection keeps its thread");
    }

    @ParameterizedTest
    @EnumSource
    void anIdleConnectionKeepsLittle(Kind kind) throws Exception {
        close(open(kind)); // what is made once, and kept for all, is there from now on
        long before = settled(Long.MIN_VALUE, 4);
        List<Transport> idle = open(kind);
        long bound = (long) CONNECTIONS * kind.mostOctets;
        long kept = settled(before + bound, 10) - before;
        System.out.printf(Locale.ROOT, "an idle connection of %s keeps %d octets%n", kind, kept / CONNECTIONS);
        assertThat(kept).as("octets of %d connections", CONNECTIONS).isLessThan(bound);
        close(idle);
    }

    /// The listener's heap once it is so small, or once so many looks have not found it smaller: what is over is let go by threads that run
    /// later, and a connection rests after two seconds.
    private static long settled(long wanted, int looks) throws IOException {
        long start = System.nanoTime();
        long least = LISTENER.memory();
        int same = 0;
        while (least > wanted && same < looks && System.nanoTime() - start < PATIENCE_NANOS) {
            LockSupport.parkNanos(400_000_000);
            long now = LISTENER.memory();
            same = now < least ? 0 : same + 1;
            least = Math.min(least, now);
        }
        return least;
    }

    private static List<Transport> open(Kind kind) throws IOException {
        List<Transport> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Transport plain = LISTENER.connect(kind.tls() ? "patient-tls" : "patient");
            Transport each = kind.tls()
                    ? TlsTransport.client(plain, TrustAll.context(), "localhost", 443, List.of(kind.http2() ? "h2" : "http/1.1"))
                    : plain;
            all.add(each);
            if (kind.http2()) {
                askOverHttp2(each);
            } else {
                new Http1Peer(each).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer();
            }
        }
        return all;
    }

    /// Without a thread that reads, so that hundreds are no burden.
    private static void askOverHttp2(Transport transport) throws IOException {
        byte[] begin = WireFrame.preface();
        transport.write(begin, 0, begin.length);
        for (WireFrame frame : List.of(WireFrame.settings(), WireFrame.get(1, "/"))) {
            byte[] octets = frame.bytes();
            transport.write(octets, 0, octets.length);
        }
        StringBuilder seen = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (seen.indexOf("served") < 0) {
            int count = transport.read(buffer, 0, buffer.length);
            assertThat(count).as("it was closed after: " + seen).isPositive();
            seen.append(new String(buffer, 0, count, java.nio.charset.StandardCharsets.ISO_8859_1));
        }
    }

    private static void close(List<Transport> all) {
        all.forEach(Transport::close);
    }
}
