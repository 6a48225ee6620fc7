// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What TLS holds of messages that are not whole, and of records that a peer does not take.
@Timeout(60)
class EngineMemoryTest {
    private static final KeyMaterial KEY = SelfSigned.create("test", Clock.SYSTEM, Duration.ofDays(1));
    private static final int RECORD = 16_384;

    private final MemoryTransport[] ends = MemoryTransport.pair(1 << 15);
    private final MemoryAccount account = new MemoryAccount(1 << 20);
    private final MemoryShare memory = account.open("a", 0, () -> { });
    private final TlsTransport server = TlsTransport.server(ends[0], KEY.serverContext(), List.of(), memory);
    private final TlsTransport client = TlsTransport.client(ends[1], Pinning.context(KEY.certificateSha256()), "localhost", 443, List.of());

    @AfterEach
    void close() {
        server.close();
        client.close();
    }

    private void shakeHands() throws Exception {
        FutureTask<Void> other = new FutureTask<>(() -> {
            server.handshake();
            return null;
        });
        Threads.virtual("test").start(other);
        client.handshake();
        other.get();
    }

    @Test
    void aHandshakeGivesBackWhatItTook() throws Exception {
        shakeHands();
        assertThat(memory.held()).isZero();
    }

    @Test
    void recordsThatThePeerDoesNotTakeAreChargedUntilItTakesThem() throws Exception {
        shakeHands();
        byte[] data = new byte[200_000];
        FutureTask<Void> sending = new FutureTask<>(() -> {
            server.write(data, 0, data.length);
            return null;
        });
        Threads.virtual("test").start(sending);
        while (!ends[0].writerWaits()) {
            Thread.onSpinWait();
        }
        assertThat(memory.held()).isBetween((long) RECORD, 72L << 10);
        byte[] bin = new byte[20_000];
        for (int left = data.length; left > 0; ) {
            left -= client.read(bin, 0, bin.length);
        }
        sending.get();
        assertThat(memory.held()).isZero();
    }

    @Test
    void recordsForAPeerThatLeavesAreGivenBack() throws Exception {
        shakeHands();
        FutureTask<Void> sending = new FutureTask<>(() -> {
            server.write(new byte[200_000], 0, 200_000);
            return null;
        });
        Threads.virtual("test").start(sending);
        while (!ends[0].writerWaits()) {
            Thread.onSpinWait();
        }
        ends[1].close();
        assertThatThrownBy(sending::get).hasCauseInstanceOf(IOException.class);
        assertThat(memory.held()).isZero();
    }

    @Test
    void oneRecordGoesOutEvenWhereThereIsNoRoomAndIsCounted() throws Exception {
        shakeHands();
        MemoryShare other = account.open("b", 0, () -> { });
        assertThat(other.take((1 << 20) - 1000)).isTrue();
        FutureTask<Integer> reading = new FutureTask<>(() -> client.read(new byte[100], 0, 100));
        Threads.virtual("test").start(reading);
        server.write(new byte[10], 0, 10);
        assertThat(reading.get()).isEqualTo(10);
        assertThat(memory.held()).isZero();
    }

    /// A handshake message of 32 KiB, of which all but the end comes (RFC 8446 §5.1).
    private void sendMostOfAHello() throws IOException {
        ByteBuffer hello = ByteBuffer.allocate(2 * (5 + 14_000));
        for (int i = 0; i < 2; i++) {
            hello.put((byte) 22).putShort((short) 0x0301).putShort((short) 14_000);
            if (i == 0) {
                hello.putInt(1 << 24 | 32_000);
            }
            hello.position((i + 1) * (5 + 14_000));
        }
        ends[1].write(hello.array(), 0, hello.capacity());
    }

    @Test
    void aHandshakeMessageThatIsNotWholeIsChargedAndGivenBackWithTheConnection() throws Exception {
        FutureTask<Void> shaking = new FutureTask<>(() -> {
            server.handshake();
            return null;
        });
        Threads.virtual("test").start(shaking);
        sendMostOfAHello();
        while (memory.held() < 28_000) {
            Thread.onSpinWait();
        }
        ends[1].close();
        assertThatThrownBy(shaking::get).hasCauseInstanceOf(IOException.class);
        memory.close();
        assertThat(account.held()).isZero();
    }

    @Test
    void aHandshakeThatThereIsNoRoomForEndsItsConnectionOnly() throws Exception {
        MemoryShare other = account.open("b", 0, () -> { });
        while (other.take(4 << 10)) {
            continue; // until nothing is left
        }
        other.give(12 << 10); // enough for one record
        sendMostOfAHello();
        assertThatThrownBy(server::handshake).isInstanceOf(NoRoom.class);
        assertThat(other.held()).isPositive();
    }

    @Test
    void whatCameAfterTheHandshakeIsGivenBackWithTheNextData() throws Exception {
        EngineMemory engine = new EngineMemory(memory);
        engine.unwrapped(10_000, 0);
        engine.unwrapped(0, 0);
        assertThat(memory.held()).isEqualTo(10_000);
        engine.unwrapped(100, 50);
        assertThat(memory.held()).isZero();
        engine.unwrapped(10_000, 0);
        assertThatThrownBy(() -> engine.unwrapped(2 << 20, 0)).isInstanceOf(NoRoom.class);
        assertThat(memory.held()).isEqualTo(10_000);
        engine.handshakeOver();
        assertThat(memory.held()).isZero();
    }

    @Test
    void outputTakesWhatIsWantedOrElseTheLeast() {
        EngineMemory engine = new EngineMemory(memory);
        assertThat(engine.takeForOutput(60_000, 17_000)).isEqualTo(60_000);
        assertThat(memory.held()).isEqualTo(60_000);
        engine.outputWritten();
        assertThat(memory.held()).isZero();
        assertThat(engine.takeForOutput(2 << 20, 17_000)).isEqualTo(17_000);
        assertThat(memory.held()).isEqualTo(17_000);
        engine.outputWritten();
        engine.outputWritten();
        assertThat(memory.held()).isZero();
    }
}
