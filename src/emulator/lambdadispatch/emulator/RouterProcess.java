// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import lambdadispatch.base.config.Settings;
import lambdadispatch.emulator.process.Guardian;
import lambdadispatch.emulator.process.ProcessGroup;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// The router of a local stack: a process of its own, told where the emulator is.
public final class RouterProcess {
    /// The router's ports.
    ///
    /// @param cleartextControl whether that port is open at all
    record Ports(int http, int https, int control, int cleartextControlPort, boolean cleartextControl) {
        private static final String HTTP = "LAMBDA_DISPATCH_IncomingRequestHTTPPort";
        private static final String HTTPS = "LAMBDA_DISPATCH_IncomingRequestHTTPSPort";
        private static final String CONTROL = "LAMBDA_DISPATCH_ControlChannelHTTP2Port";
        private static final String CLEARTEXT_CONTROL = "LAMBDA_DISPATCH_ControlChannelInsecureHTTP2Port";

        static Ports from(Settings settings) {
            return new Ports(
                    settings.integer(HTTP, 5001, 1, 65_535, "the router's port for requests"),
                    settings.integer(HTTPS, 5002, 1, 65_535, "the router's port for requests over TLS"),
                    settings.integer(CONTROL, 5004, 1, 65_535, "the router's port for extensions"),
                    settings.integer(CLEARTEXT_CONTROL, 5003, 1, 65_535, "the same without TLS, when allowed"),
                    settings.flag("LAMBDA_DISPATCH_AllowInsecureControlChannel", false, "whether it is"));
        }

        /// Returns a line naming the port and its variable if one is taken, or null.
        String taken() {
            Map<String, Integer> ports = new HashMap<>(Map.of(HTTP, http, HTTPS, https, CONTROL, control));
            if (cleartextControl) {
                ports.put(CLEARTEXT_CONTROL, cleartextControlPort);
            }
            for (Map.Entry<String, Integer> port : ports.entrySet()) {
                try (ServerSocket probe = new ServerSocket()) {
                    probe.bind(new InetSocketAddress(port.getValue()));
                } catch (BindException e) {
                    return "Port " + port.getValue() + " is taken; set " + port.getKey() + " to another.";
                } catch (IOException e) {
                    return "Port " + port.getValue() + " (" + port.getKey() + ") can not be opened: " + e.getMessage();
                }
            }
            return null;
        }
    }

    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration PROBE_PAUSE = Duration.ofMillis(50);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final ProcessGroup process;

    private RouterProcess(ProcessGroup process) {
        this.process = process;
    }

    /// @param lines gets what it prints; null to let it print where we print
    public static RouterProcess start(Guardian guardian, List<String> command, Map<String, String> environment, Consumer<String> lines)
            throws IOException {
        return new RouterProcess(ProcessGroup.start(guardian, command, environment, lines));
    }

    /// The variables that it needs to work with this emulator, laid over those of the user.
    public static Map<String, String> variables(Map<String, String> environment, EmulatorConfig emulator, URI endpoint) {
        Map<String, String> variables = ProcessVariables.ofRouter(environment);
        variables.keySet().removeIf(name -> name.startsWith("AWS_")); // a local stack neither needs nor sees an account
        variables.putAll(Map.of(
                "AWS_ENDPOINT_URL_LAMBDA", endpoint.toString(),
                "AWS_REGION", emulator.function().region(),
                "AWS_ACCESS_KEY_ID", emulator.accessKey(),
                "AWS_SECRET_ACCESS_KEY", emulator.secretKey()));
        variables.putIfAbsent("LAMBDA_DISPATCH_FunctionName", EmulatorConfig.DEFAULT_FUNCTION);
        variables.putIfAbsent("LAMBDA_DISPATCH_RouterCallbackHost", "127.0.0.1");
        variables.putIfAbsent("LAMBDA_DISPATCH_MaxInstanceCount",
                Integer.toString(emulator.function().concurrency() * emulator.function().perEnvironment()));
        variables.putIfAbsent("LAMBDA_DISPATCH_DrainDelay", "0"); // no load balancer has to be waited for
        variables.putIfAbsent("LAMBDA_DISPATCH_DrainTimeout", "5s"); // nor does whoever pressed Ctrl-C want to wait
        return variables;
    }

    /// Waits until its health check says yes. Returns false if it ended or took too long.
    boolean awaitReady(URI health) throws InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT)) {
            while (!process.awaitExit(PROBE_PAUSE) && deadline - System.nanoTime() > 0) {
                try (Http1Client.Response response = client.send("GET", health, new Headers(), null)) {
                    if (response.status() == 200) {
                        return true;
                    }
                } catch (IOException e) {
                    // not yet: it is looked at again after a pause, and given up when time is up
                }
            }
        }
        return false;
    }

    public CompletableFuture<Integer> exit() {
        return process.exit();
    }

    public long pid() {
        return process.pid();
    }

    /// Signals it, as `kill` from outside would.
    public void signal(Signal signal) {
        process.signal(signal);
    }

    /// SIGTERM, time to finish what is in flight, then the end.
    public void stop() throws InterruptedException {
        process.signal(Signal.TERM);
        process.awaitExit(STOP_LIMIT);
        process.destroy();
    }
}
