// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import lambdadispatch.aws.Credentials;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.emulator.api.Front;
import lambdadispatch.emulator.api.Functions;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.emulator.environment.Billing;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.process.Guardian;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// A running emulator: its port, its functions and all of their processes.
public final class Emulator implements AutoCloseable {
    private static final Log LOG = Log.of("emulator");
    // An invoke is silent for up to a quarter of an hour while it runs.
    private static final Limits LIMITS =
            Limits.DEFAULT.with().idle(Duration.ofMinutes(10)).leastRate(LeastRate.NONE).maxConnections(5_000).limits();

    private final Guardian guardian;
    private final Functions functions;
    private final Front front;
    private final Server server;

    private Emulator(EmulatorConfig config) throws IOException {
        guardian = new Guardian();
        functions = new Functions(config.functions(), config.function(), guardian);
        var check =
                new SignatureCheck(new Credentials(config.accessKey(), config.secretKey(), ""), config.function().region(), Clock.SYSTEM);
        front = new Front(functions, check, config.faults(), RandomGenerator.getDefault());
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port());
        server = new Server("emulator", address, null, LIMITS, front);
    }

    /// @throws java.net.BindException the port is taken
    public static Emulator start(EmulatorConfig config) throws IOException {
        Emulator emulator = new Emulator(config);
        try {
            emulator.server.start();
        } catch (IOException e) {
            emulator.close();
            throw e;
        }
        LOG.info("emulator listening", "endpoint", emulator.endpoint(), "functions", config.functions());
        return emulator;
    }

    /// What `AWS_ENDPOINT_URL_LAMBDA` has to be.
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.address().getPort());
    }

    /// What was charged so far, running invocations included.
    public Billing.Total bill() {
        return functions.billing().total(System.nanoTime());
    }

    public List<Environment> environments() {
        return functions.all().values().stream().flatMap(function -> function.fleet().environments().stream()).toList();
    }

    /// Changes what goes wrong from now on.
    public void faults(InvokeFaults faults) {
        front.faults(faults);
    }

    /// For other processes that must not be left behind either.
    public Guardian guardian() {
        return guardian;
    }

    /// Takes no more invokes, ends every environment in Lambda's way (at most two seconds), and leaves no process behind.
    @Override
    public void close() {
        functions.close();
        server.stop(Duration.ofMillis(500));
        guardian.close();
    }
}
