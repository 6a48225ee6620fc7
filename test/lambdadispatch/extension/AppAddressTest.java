// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.net.SocketTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the app is found, and what is said if it is not, or has no room.
@Timeout(60)
class AppAddressTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String GET = "GET /a HTTP/1.1\r\nhost: h\r\n\r\n";

    /// Null where that can not be had.
    static ServerSocket listening(String host, int port) {
        try {
            return new ServerSocket(port, 5, InetAddress.getByName(host));
        } catch (IOException e) {
            return null;
        }
    }

    @Test
    void appThatListensByIpv6OnlyIsFoundAndRemembered() throws IOException {
        ServerSocket app = listening("::1", 0);
        assumeTrue(app != null, "no IPv6 here");
        try (app) {
            AppAddress address = AppAddress.localhost(app.getLocalPort());
            address.connect(LIMIT).close();
            assertThat(address.authority()).isEqualTo("[::1]:" + app.getLocalPort());
            try (ServerSocket other = listening("127.0.0.1", app.getLocalPort())) { // a port that is another program's there
                assumeTrue(other != null);
                try (SocketTransport second = address.connect(LIMIT)) {
                    assertThat(second.remoteAddress().getAddress()).isEqualTo(InetAddress.getByName("::1"));
                }
            }
        }
    }

    @Test
    void appThatComesBackOnTheOtherAddressIsFoundAgain() throws IOException {
        ServerSocket app = listening("::1", 0);
        assumeTrue(app != null, "no IPv6 here");
        AppAddress address = AppAddress.localhost(app.getLocalPort());
        address.connect(LIMIT).close();
        app.close();
        try (ServerSocket again = listening("127.0.0.1", app.getLocalPort())) {
            assumeTrue(again != null);
            address.connect(LIMIT).close();
            assertThat(address.authority()).isEqualTo("127.0.0.1:" + app.getLocalPort());
        }
    }

    @Test
    void whatWasTriedIsNamedIfNothingListens() throws IOException {
        int port;
        try (ServerSocket gone = listening("127.0.0.1", 0)) {
            port = gone.getLocalPort();
        }
        assertThatThrownBy(() -> AppAddress.localhost(port).connect(LIMIT)).isInstanceOf(ConnectException.class)
                .hasMessage("nothing listens at 127.0.0.1:" + port + " or [::1]:" + port + ": Connection refused");
    }

    /// Connections that are not accepted, until the queue takes no more.
    static List<Socket> full(ServerSocket app) throws IOException {
        List<Socket> waiting = new ArrayList<>();
        while (true) {
            Socket socket = new Socket();
            try {
                socket.connect(app.getLocalSocketAddress(), 300);
                waiting.add(socket);
            } catch (SocketTimeoutException e) {
                socket.close();
                return waiting;
            }
        }
    }

    @Test
    void requestWaitsForRoomInTheAppsListenQueue() throws Exception {
        try (RelayBed bed = new RelayBed(1)) {
            List<Socket> waiting = full(bed.server());
            assertThat(AppConnection.possible(bed.address())).isTrue(); // busy is not gone
            bed.request(GET);
            for (Socket socket : waiting) {
                socket.close();
            }
            try (RelayBed.AppSide app = bed.appThatIsAsked()) {
                assertThat(app.readHead()).isEqualTo(GET);
                app.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                bed.up.awaitEnd("ok");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GET, "POST /a HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc"})
    void requestThatFindsNoRoomForLongMayBeTriedElsewhereAndTheChannelLivesOn(String request) throws Exception {
        try (RelayBed bed = new RelayBed(1, Duration.ZERO)) {
            List<Socket> waiting = full(bed.server());
            bed.request(request);
            String text = "the app could not answer: its listen queue stayed full for 0 s\n";
            bed.up.awaitEnd(text);
            bed.goAway(); // nothing is left that would be taken for another request
            assertThat(bed.up.text()).startsWith("HTTP/1.1 503 ").contains("\r\nx-lambda-refused: 1\r\n", "\r\nx-lambda-fault: app\r\n")
                    .containsOnlyOnce("HTTP/1.1");
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void clientThatLeavesEndsTheWaitForRoom() throws Exception {
        try (RelayBed bed = new RelayBed(1)) {
            List<Socket> waiting = full(bed.server());
            bed.request(GET);
            bed.breakOff();
            assertThat(bed.failure()).isInstanceOf(IOException.class);
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }
}
