// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.emulator.RouterProcess;
import lambdadispatch.emulator.process.Guardian;
import lambdadispatch.emulator.process.Signal;

/// A router process of a [Stack], and the ports that it has opened.
public final class StackRouter {
    private static final Pattern LISTENING = Pattern.compile("router listening port=(\\d+) for=(\\S+)");

    private final Consumer<String> printed;
    private final Map<String, Integer> ports = new ConcurrentHashMap<>(); // by what the router says they are for
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private RouterProcess process;

    private StackRouter(Consumer<String> printed) {
        this.printed = printed;
    }

    /// @param guardian ends it should nobody else
    public static StackRouter start(Guardian guardian, List<String> command, Map<String, String> variables, Consumer<String> printed)
            throws IOException {
        StackRouter router = new StackRouter(printed);
        router.process = RouterProcess.start(guardian, command, variables, router::line);
        router.exit().thenAccept(
                status -> router.ready.completeExceptionally(new IllegalStateException("the router ended with status " + status)));
        return router;
    }

    private void line(String line) {
        Matcher listening = LISTENING.matcher(line);
        if (listening.find()) {
            ports.put(listening.group(2), Integer.parseInt(listening.group(1)));
        }
        if (line.contains(" router ready ")) {
            ready.complete(null);
        }
        printed.accept("[router] " + line);
    }

    /// Waits until it says that it is ready.
    /// @throws Exception it ended instead, or took too long
    public void awaitReady(Duration patience) throws Exception {
        ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// On the cleartext incoming port.
    public URI url(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port("incoming") + pathAndQuery);
    }

    /// One of `incoming`, `incoming-tls`, `control`, `control-tls`, as its log calls them.
    public int port(String what) {
        Integer port = ports.get(what);
        if (port == null) {
            throw new IllegalStateException("the router has opened no port for " + what + ", only " + ports.keySet());
        }
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public CompletableFuture<Integer> exit() {
        return process.exit();
    }

    public void signal(Signal signal) {
        process.signal(signal);
    }

    /// SIGTERM, time to finish what is in flight, then the end.
    public void stop() throws InterruptedException {
        process.stop();
    }
}
