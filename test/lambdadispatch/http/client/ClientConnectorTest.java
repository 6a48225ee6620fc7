// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import lambdadispatch.base.Clock;
import lambdadispatch.carrier.Threads;
import lambdadispatch.net.Transport;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.support.SocketTimers;
import lambdadispatch.support.TrustAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A name with several addresses, some of which are of no use.
@Timeout(60)
class ClientConnectorTest {
    /// TCP to a group: the kernel says ENETUNREACH at once, as it does for IPv6 in a network that has none. No packet leaves.
    private static final String UNREACHABLE = "224.0.0.1";
    private static final Http1Client.Options OPTIONS =
            Http1Client.Options.DEFAULT.withConnect(Duration.ofSeconds(10)).withKeepAliveProbes();

    private ServerSocket listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    private Transport connect(boolean secure, Http1Client.Options options, String... addresses) throws Exception {
        ClientConnector connector = new ClientConnector(options, _ -> Stream.of(addresses).map(ClientConnectorTest::address).toList());
        FutureTask<Transport> connecting = new FutureTask<>(() -> connector.connect(new Origin(secure, "name", listener.getLocalPort())));
        Thread.ofVirtual().start(connecting).join();
        return switch (connecting.state()) {
            case SUCCESS -> connecting.resultNow();
            default -> throw (Exception) connecting.exceptionNow();
        };
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void anAddressThatCanNotBeReachedIsNoReasonNotToTryTheNext() throws Exception {
        assertThatThrownBy(() -> connect(false, OPTIONS, UNREACHABLE)).as("what the kernel says is no ConnectException")
                .isExactlyInstanceOf(SocketException.class);
        try (Transport transport = connect(false, OPTIONS, UNREACHABLE, "127.0.0.2", "127.0.0.1")) {
            assertThat(transport.remoteAddress().getAddress()).isEqualTo(address("127.0.0.1"));
        }
    }

    @Test
    void whoAsksForProbesGetsAConnectionThatTheKernelProbesAfterAMinute() throws Exception {
        try (Transport transport = connect(false, OPTIONS, "127.0.0.1")) {
            assertThat(transport.remoteAddress().getPort()).isEqualTo(listener.getLocalPort());
            assertThat(SocketTimers.secondsToProbe(listener.getLocalPort())).isBetween(0.0, 60.0);
        }
    }

    @Test
    void theLastAddressesFailureIsToldAndThoseBeforeAreSuppressed() {
        assertThatThrownBy(() -> connect(false, OPTIONS, UNREACHABLE, "127.0.0.2")).isInstanceOf(IOException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).singleElement().isExactlyInstanceOf(SocketException.class));
        assertThatThrownBy(() -> connect(false, OPTIONS)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void aHandshakeThatFailsClosesTheSocketAndTheNextAddressIsTried() throws Exception {
        FutureTask<List<Integer>> served = new FutureTask<>(() -> List.of(rejectOne(), rejectOne()));
        Thread.ofVirtual().start(served);
        assertThatThrownBy(() -> connect(true, OPTIONS, "127.0.0.1", "127.0.0.1")).isInstanceOf(IOException.class);
        assertThat(served.get()).as("the client closes each: its end is seen").containsExactly(-1, -1);
    }

    /// Answers no TLS, and waits for the client's end.
    private int rejectOne() throws IOException {
        try (Socket socket = listener.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] buffer = new byte[4096];
            int count = 0;
            while (count >= 0) {
                count = socket.getInputStream().read(buffer);
            }
            return count;
        } catch (SocketException reset) {
            return -1; // closed with octets unread
        }
    }

    @Test
    void aSilentAddressIsPassedOverAndOfManyThreeAreWaitedFor() throws Exception {
        try (ServerSocket silent = new ServerSocket(listener.getLocalPort(), 50, InetAddress.getByName("127.0.0.3"))) {
            Http1Client.Options hasty = OPTIONS.withConnect(Duration.ofMillis(200));
            assertThatThrownBy(() -> connect(true, hasty, "127.0.0.3", UNREACHABLE)).isExactlyInstanceOf(SocketException.class)
                    .satisfies(failure -> assertThat(failure.getSuppressed()).singleElement().isInstanceOf(SocketTimeoutException.class));
            silent.accept().close();
            String[] many = Stream.generate(() -> "127.0.0.3").limit(20).toArray(String[]::new);
            assertThatThrownBy(() -> connect(true, hasty, many)).isInstanceOf(SocketTimeoutException.class);
            for (int i = 0; i < 3; i++) {
                silent.accept().close();
            }
            silent.setSoTimeout(50);
            assertThatThrownBy(silent::accept).as("a fourth").isInstanceOf(SocketTimeoutException.class);
        }
    }

    /// A server that takes its time, within the limit.
    @Test
    void aHandshakeThatLastsAMomentSucceeds() throws Exception {
        SSLContext context = SelfSigned.create("test", Clock.SYSTEM, Duration.ofDays(1)).serverContext();
        FutureTask<String> served = new FutureTask<>(() -> {
            try (Socket socket = listener.accept()) {
                LockSupport.parkNanos(150_000_000); // longer than a deadline that is over at once takes to fire
                SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, null, false);
                secured.setUseClientMode(false);
                secured.startHandshake();
                return Integer.toString(secured.getInputStream().read());
            }
        });
        Threads.platform("server").start(served);
        try (Transport transport = connect(true, OPTIONS.withTls(TrustAll.context()), "127.0.0.1")) {
            assertThat(transport.secure()).isTrue();
            transport.write(new byte[] {7}, 0, 1);
            assertThat(served.get()).isEqualTo("7");
        }
    }
}
