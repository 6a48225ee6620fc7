// SPDX-License-Identifier: MIT
package lambdadispatch.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import lambdadispatch.net.SocketTransport;
import lambdadispatch.net.Transport;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Runs an [AbusedListener] for the tests of a class, and attacks on it while a [GoodClient] looks whether it is still served.
public final class UnderAttack implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, AfterTestExecutionCallback {
    /// What an attack may keep alive in the listener's heap. Its whole heap is [#HEAP].
    /// What the impatient listener waits for.
    public static final int STALL_MILLIS = 1_500;
    private static final long MEMORY_BOUND = 24 << 20;
    private static final String HEAP = "-Xmx64m";
    /// How often the good client must have been served since the attack began.
    private static final int SERVED_MEANWHILE = 20;

    /// One go of an attack: opens what connections it likes, and asserts what answer it gets.
    @FunctionalInterface
    public interface Attack {
        void run() throws Exception;
    }

    private final Map<String, Integer> ports = new HashMap<>();
    private final List<Http2Peer> peers = new CopyOnWriteArrayList<>();
    private final boolean http1;
    private Process process;
    private long worst;

    /// With a good client over HTTP/2.
    public UnderAttack() {
        this(false);
    }

    private UnderAttack(boolean http1) {
        this.http1 = http1;
    }

    /// With a good client over HTTP/1.1.
    public static UnderAttack besideHttp1() {
        return new UnderAttack(true);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        process = new ProcessBuilder(java.toString(), HEAP, "-XX:+UseSerialGC", "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1", "-Dlambdadispatch.log=none", "-cp", System.getProperty("java.class.path"),
                AbusedListener.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        while (!ports.containsKey("ready")) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("the listener did not start");
            }
            ports.put(line.substring(0, line.indexOf(' ')), Integer.valueOf(line.substring(line.indexOf(' ') + 1)));
        }
    }

    /// What the listener "crowded" has room for.
    public int mostConnections() {
        return AbusedListener.MOST_CONNECTIONS;
    }

    public int port(String listener) {
        return ports.get(listener);
    }

    public Transport connect(String listener) throws IOException {
        return SocketTransport.connect(new InetSocketAddress("127.0.0.1", port(listener)), Duration.ofSeconds(20));
    }

    /// An attacker's connection that has said nothing yet.
    public Http2Peer peer(String listener) throws IOException {
        Http2Peer peer = new Http2Peer(connect(listener));
        peers.add(peer);
        return peer;
    }

    /// Goes on attacking until the good client was served often enough, and looks at the listener's memory while what the last go opened is
    /// still there.
    public void attack(String name, String listener, Attack attack) throws Exception {
        long before = memory();
        worst = 0;
        int goes = 0;
        try (GoodClient good = http1 ? GoodClient.http1(connect("usual")) : GoodClient.http2(connect("usual"))) {
            good.awaitServed(5);
            int first = good.served();
            while (goes == 0 || good.served() - first < SERVED_MEANWHILE) {
                closePeers();
                attack.run();
                goes++;
            }
            look();
            good.awaitServed(good.served() + 5);
            System.out.printf(Locale.ROOT,
                    "attack %-28s on %-9s %4d times; live heap %.1f MB, %+.1f MB; good client served %d times, slowest %d ms%n", name,
                    listener,
                    goes, worst / 1e6, (worst - before) / 1e6, good.served() - first, good.slowestMillis());
            assertThat(good.failures()).as("what the good client met with").isEmpty();
        }
        assertThat(worst - before).as("bytes that the attack keeps alive").isLessThan(MEMORY_BOUND);
        assertThat(process.isAlive()).isTrue();
    }

    /// Measures the listener's memory now: for attacks that have a height.
    public void look() throws IOException {
        worst = Math.max(worst, memory());
    }

    /// Sends so many of these frames, or as many as the listener takes. Not more than a few hundred KiB: that is what it reads from a
    /// client that it has sent away, so that the client can read why.
    public static void flood(Http2Peer peer, int times, IntFunction<WireFrame[]> frames) {
        try {
            for (int i = 0; i < times; i++) {
                peer.send(frames.apply(i));
            }
        } catch (IOException closedInTheMiddle) {
            return; // what it was told before that is what the test looks at
        }
    }

    /// Octets of the listener's live heap.
    public long memory() throws IOException {
        try (Http2Peer asking = new Http2Peer(connect("usual"))) {
            return Long.parseLong(asking.begin().send(WireFrame.get(1, "/memory")).answer(1).text());
        }
    }

    private void closePeers() {
        peers.forEach(Http2Peer::close);
        peers.clear();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        context.getExecutionException().ifPresent(failure -> peers.forEach(
                peer -> System.out.println("--- frames, for " + context.getDisplayName() + " ---\n" + peer.log() + "\n---")));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        closePeers();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the listener did not end");
        }
    }
}
