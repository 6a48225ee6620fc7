// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import lambdadispatch.carrier.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Over real sockets, in whichever way virtual threads are run here.
@Timeout(60)
class BlockingSocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private SocketListener listener;
    private final List<SocketTransport> opened = new ArrayList<>();

    /// A call on a virtual thread that can be seen waiting.
    private static final class Call<T> {
        private final FutureTask<T> task;
        private final Thread thread;

        Call(Callable<T> what) {
            task = new FutureTask<>(what);
            thread = Threads.spread("call").start(task);
        }

        T result() throws Exception {
            try {
                return task.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }

        Call<T> awaitBlocked() {
            while (thread.getState() != Thread.State.WAITING) {
                assertThat(task.isDone()).isFalse();
                Thread.onSpinWait();
            }
            return this;
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listener = new SocketListener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    }

    @AfterEach
    void close() throws IOException {
        opened.forEach(SocketTransport::close);
        listener.close();
    }

    private SocketTransport[] pair() throws Exception {
        Call<SocketChannel> accepting = new Call<>(listener::accept);
        SocketTransport client = new Call<>(() -> SocketTransport.connect(listener.address(), PATIENCE)).result();
        SocketTransport server = new SocketTransport(accepting.result());
        opened.add(client);
        opened.add(server);
        return new SocketTransport[] {client, server};
    }

    @Test
    void whatIsWrittenIsReadWholeWhateverTheSizes() throws Exception {
        SocketTransport[] ends = pair();
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        Call<Void> writing = new Call<>(() -> {
            Random random = new Random(2);
            for (int at = 0; at < sent.length;) {
                int length = Math.min(sent.length - at, 1 + random.nextInt(100_000));
                ends[0].write(sent, at, length);
                at += length;
            }
            ends[0].shutdownOutput();
            return null;
        });
        byte[] got = new Call<>(() -> {
            Random random = new Random(3);
            byte[] all = new byte[sent.length];
            int at = 0;
            int count;
            while ((count = ends[1].read(all, at, Math.min(all.length - at, 1 + random.nextInt(60_000)))) > 0) {
                at += count;
                if (at == all.length) {
                    assertThat(ends[1].read(new byte[1], 0, 1)).isEqualTo(-1);
                    assertThat(ends[1].read(new byte[1], 0, 1)).isEqualTo(-1);
                    break;
                }
            }
            return Arrays.copyOf(all, at);
        }).result();
        writing.result();
        assertThat(Arrays.equals(got, sent)).isTrue();
    }

    @Test
    void oneReadsWhileAnotherWritesAndOurEndDoesNotEndTheirs() throws Exception {
        SocketTransport[] ends = pair();
        Call<Integer> reading = new Call<>(() -> ends[0].read(new byte[10], 0, 10)).awaitBlocked();
        ends[0].write(new byte[] {1, 2}, 0, 2);
        ends[0].shutdownOutput();
        assertThat(new Call<>(() -> ends[1].read(new byte[10], 0, 10)).result()).isEqualTo(2);
        assertThat(new Call<>(() -> ends[1].read(new byte[10], 0, 10)).result()).isEqualTo(-1);
        ends[1].write(new byte[] {3}, 0, 1);
        assertThat(reading.result()).isEqualTo(1);
    }

    @Test
    void thousandsOfShortExchangesBetweenTwoThreadsLoseNothing() throws Exception {
        SocketTransport[] ends = pair();
        Call<Void> echo = new Call<>(() -> {
            byte[] some = new byte[16];
            for (int count; (count = ends[1].read(some, 0, some.length)) > 0;) {
                ends[1].write(some, 0, count);
            }
            return null;
        });
        new Call<>(() -> {
            byte[] some = new byte[16];
            for (int i = 0; i < 5_000; i++) {
                int length = 1 + i % some.length; // a full read too
                ends[0].write(some, 0, length);
                for (int left = length; left > 0;) {
                    left -= ends[0].read(some, 0, left);
                }
            }
            ends[0].close();
            return null;
        }).result();
        echo.result();
    }

    @Test
    void closingWakesABlockedReaderAndABlockedWriter() throws Exception {
        SocketTransport[] ends = pair();
        Call<Integer> reading = new Call<>(() -> ends[0].read(new byte[1], 0, 1)).awaitBlocked();
        Call<Void> writing = new Call<Void>(() -> {
            while (true) {
                ends[0].write(new byte[1 << 20], 0, 1 << 20);
            }
        }).awaitBlocked();
        ends[0].close();
        assertThatThrownBy(reading::result).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(writing::result).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(new Call<>(() -> ends[0].read(new byte[1], 0, 1))::result).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> ends[0].write(new byte[1], 0, 1)).isInstanceOf(ClosedChannelException.class);
        ends[0].close();
    }

    @Test
    void theEndOfAClosedConnectionReachesThePeerAtOnceAndAResetAsAReset() throws Exception {
        SocketTransport[] ends = pair();
        Call<Integer> reading = new Call<>(() -> ends[1].read(new byte[1], 0, 1)).awaitBlocked();
        ends[0].close();
        assertThat(reading.result()).isEqualTo(-1);
        SocketTransport[] others = pair();
        Call<Integer> toBeReset = new Call<>(() -> others[1].read(new byte[1], 0, 1)).awaitBlocked();
        new Call<>(() -> others[0].read(new byte[1], 0, 1)).awaitBlocked(); // so that it is registered where it is
        others[0].reset();
        assertThatThrownBy(toBeReset::result).isInstanceOf(IOException.class).hasMessageContaining("reset");
    }

    @Test
    void anInterruptEndsAWaitAndClosesTheConnection() throws Exception {
        SocketTransport[] ends = pair();
        Call<Integer> reading = new Call<>(() -> ends[0].read(new byte[1], 0, 1)).awaitBlocked();
        reading.thread.interrupt();
        assertThatThrownBy(reading::result).isInstanceOf(ClosedByInterruptException.class);
        assertThat(new Call<>(() -> ends[1].read(new byte[1], 0, 1)).result()).isEqualTo(-1);
        SocketTransport[] others = pair();
        Call<Integer> interruptedBefore = new Call<>(() -> {
            Thread.currentThread().interrupt();
            return others[1].read(new byte[1], 0, 1);
        });
        assertThatThrownBy(interruptedBefore::result).isInstanceOf(ClosedByInterruptException.class);
    }

    @Test
    void shuttingTheInputEndsABlockedReadAndLeavesTheOutput() throws Exception {
        SocketTransport[] ends = pair();
        Call<Integer> reading = new Call<>(() -> ends[0].read(new byte[1], 0, 1)).awaitBlocked();
        ends[0].shutdownInput();
        assertThat(reading.result()).isEqualTo(-1);
        assertThat(new Call<>(() -> ends[0].read(new byte[1], 0, 1)).result()).isEqualTo(-1);
        ends[0].write(new byte[] {7}, 0, 1);
        assertThat(new Call<>(() -> ends[1].read(new byte[9], 0, 9)).result()).isEqualTo(1);
    }

    @Test
    void aLimitThatRunsOutEndsTheReadAndOneThatDoesNotIsForgotten() throws Exception {
        SocketTransport[] ends = pair();
        try (TimedSource source = new TimedSource(ends[0])) {
            ends[1].write(new byte[] {1}, 0, 1);
            source.limitEachRead(PATIENCE);
            assertThat(new Call<>(() -> source.read(new byte[9], 0, 9)).result()).isEqualTo(1);
            source.limitEachRead(Duration.ofMillis(1));
            assertThatThrownBy(new Call<>(() -> source.read(new byte[9], 0, 9))::result).isInstanceOf(SocketTimeoutException.class);
            assertThat(source.expired()).isTrue();
        }
    }

    @Test
    void waitingForInputTakesNoneAndEndsWithItsLimit() throws Exception {
        SocketTransport[] ends = pair();
        try (TimedSource source = new TimedSource(ends[0])) {
            source.limitEachRead(PATIENCE);
            ends[1].write(new byte[] {1, 2}, 0, 2);
            assertThat(new Call<>(() -> {
                source.awaitInput();
                source.awaitInput();
                return source.read(new byte[9], 0, 9);
            }).result()).isEqualTo(2);
            source.limitEachRead(Duration.ofMillis(1));
            assertThatThrownBy(new Call<>(() -> {
                source.awaitInput();
                return source.read(new byte[9], 0, 9);
            })::result).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aPortThatNobodyListensOnIsRefusedAndAnUnresolvedNameUnknown() throws Exception {
        InetSocketAddress address = listener.address();
        listener.close();
        assertThatThrownBy(new Call<>(() -> SocketTransport.connect(address, PATIENCE))::result).isInstanceOf(ConnectException.class);
        assertThatThrownBy(
                new Call<>(() -> SocketTransport.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 80), PATIENCE))::result)
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void connectingGivesUpAfterItsLimit() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) full.getLocalSocketAddress();
            assertThatThrownBy(() -> {
                while (true) { // until the backlog is full: then the kernel does not answer any more
                    opened.add(new Call<>(() -> SocketTransport.connect(address, Duration.ofMillis(300))).result());
                }
            }).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void closingAListenerWakesWhoAcceptsAndFreesThePort() throws Exception {
        Call<SocketChannel> accepting = new Call<>(listener::accept).awaitBlocked();
        InetSocketAddress address = listener.address();
        listener.close();
        assertThatThrownBy(accepting::result).isInstanceOf(ClosedChannelException.class);
        new SocketListener(address, 16).close();
        assertThatThrownBy(new Call<>(() -> SocketTransport.connect(address, PATIENCE))::result).isInstanceOf(ConnectException.class);
    }

    @Test
    void platformThreadsMayUseItToo() throws Exception {
        SocketTransport[] ends = pair();
        ends[0].write(new byte[] {5}, 0, 1);
        assertThat(ends[1].read(new byte[9], 0, 9)).isEqualTo(1);
    }
}
