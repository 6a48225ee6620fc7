// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.TransportAround;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What TLS makes of the transport below it: what goes down, what is asked there, and what it holds between the two.
@Timeout(60)
class TlsSeamTest {
    private static final KeyMaterial KEY = SelfSigned.create("test", Clock.SYSTEM, Duration.ofDays(1));

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 20);
    private final Below below = new Below(ends[0], new ArrayList<>());
    private final MemoryAccount account = new MemoryAccount(1 << 20);
    private final MemoryShare memory = account.open("a", 0, () -> { });
    private final TlsTransport server = TlsTransport.server(below, KEY.serverContext(), List.of(), memory);
    private final TlsTransport client = TlsTransport.client(ends[1], Pinning.context(KEY.certificateSha256()), "localhost", 443, List.of());
    private final byte[] octets = new byte[1000];

    private record Below(MemoryTransport inner, List<String> calls) implements TransportAround {
        @Override
        public void awaitInput(BooleanSupplier left) {
            calls.add("await");
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            calls.add("write");
            inner.write(from, offset, length);
        }

        @Override
        public boolean quiet() {
            return inner.quiet();
        }

        @Override
        public long octetsTaken() {
            return 4711;
        }

        @Override
        public void shutdownOutput() throws IOException {
            calls.add("shutdownOutput");
            inner.shutdownOutput();
        }

        @Override
        public void shutdownInput() {
            calls.add("shutdownInput");
        }

        @Override
        public void reset() {
            calls.add("reset");
        }

        @Override
        public void close() {
            calls.add("close");
            inner.close();
        }
    }

    @BeforeEach
    void shakeHands() throws Exception {
        FutureTask<Void> other = new FutureTask<>(() -> {
            server.handshake();
            return null;
        });
        Threads.virtual("test").start(other);
        client.handshake();
        other.get();
        below.calls.clear();
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    @Test
    void whatIsAskedOfItIsAskedOfTheTransportBelow() throws IOException {
        assertThat(server.remoteAddress()).isEqualTo(ends[0].remoteAddress());
        assertThat(server.localAddress()).isEqualTo(ends[0].localAddress());
        assertThat(server.octetsTaken()).isEqualTo(4711);
        assertThat(server.secure()).isTrue();
        assertThat(server.heard()).isTrue();
        server.shutdownInput();
        server.shutdownOutput();
        server.reset();
        server.close();
        assertThat(below.calls).as("its own end is said before that of the stream")
                .containsExactly("shutdownInput", "write", "shutdownOutput", "reset", "close");
    }

    @Test
    void recordsThatBelongTogetherGoDownInOneWrite() throws IOException {
        server.write(octets, 0, 1000);
        assertThat(below.calls).containsExactly("write");
        below.calls.clear();
        server.write(new byte[200_000], 0, 200_000); // thirteen records, of which three fit into 64 KiB
        assertThat(below.calls).hasSize(5).containsOnly("write");
        assertThat(memory.held()).isZero();
    }

    @Test
    void itIsQuietAsLongAsNothingCameAndNothingIsLeft() throws IOException {
        assertThat(server.quiet()).isTrue();
        client.write(octets, 0, 1000);
        assertThat(server.quiet()).isFalse();
        assertThat(server.read(octets, 0, 999)).isEqualTo(999);
        assertThat(ends[0].quiet()).isTrue();
        assertThat(server.quiet()).as("an octet is left of the record").isFalse();
        assertThat(server.read(octets, 0, 10)).isOne();
        assertThat(server.quiet()).isTrue();
        client.write(octets, 0, 100);
        client.write(octets, 0, 100);
        assertThat(server.read(octets, 0, 100)).isEqualTo(100);
        assertThat(ends[0].quiet()).isTrue();
        assertThat(server.quiet()).as("another record is left").isFalse();
    }

    @Test
    void nobodyWaitsBelowForWhatIsHereAlready() throws IOException {
        server.awaitInput();
        assertThat(below.calls).containsExactly("await");
        client.write(octets, 0, 1000);
        client.write(octets, 0, 1000);
        assertThat(server.read(octets, 0, 10)).isEqualTo(10);
        below.calls.clear();
        server.awaitInput();
        assertThat(below.calls).as("there is more of the record").isEmpty();
        while (server.read(octets, 0, 990) != 990) {
            continue;
        }
        below.calls.clear();
        server.awaitInput();
        assertThat(below.calls).as("there is another record").isEmpty();
        server.read(octets, 0, 1000);
        below.calls.clear();
        server.awaitInput();
        assertThat(below.calls).containsExactly("await");
    }

    @Test
    void whatNobodyHasReadOfARecordIsChargedToItsLastOctet() throws IOException {
        client.write(octets, 0, 1000);
        assertThat(server.read(octets, 0, 10)).isEqualTo(10);
        long held = memory.held();
        assertThat(held).isGreaterThan(16_000);
        assertThat(server.read(octets, 0, 989)).isEqualTo(989);
        assertThat(memory.held()).isEqualTo(held);
        assertThat(server.read(octets, 0, 989)).isOne();
        assertThat(memory.held()).isZero();
        client.write(octets, 0, 1000);
        assertThat(server.read(new byte[20_000], 0, 20_000)).isEqualTo(1000);
        assertThat(memory.held()).as("one that fits into the caller's array costs nothing").isZero();
    }

    @Test
    void aRecordThatThereIsNoRoomForIsNobodysFault() throws IOException {
        assertThat(account.open("b", 0, () -> { }).take(1 << 20)).isTrue();
        client.write(octets, 0, 1000);
        assertThatThrownBy(() -> server.read(octets, 0, 10)).isInstanceOf(NoRoom.class);
    }

    @Test
    void recordsThatAreHereWholeAreReadByOneCall() throws IOException {
        for (int i = 0; i < 3; i++) {
            client.write(octets, 0, 100);
        }
        byte[] into = new byte[60_000];
        assertThat(server.read(into, 0, into.length)).isEqualTo(300);
    }
}
