// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.Clock;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.tls.KeyFiles;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.SelfSigned;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.HeadLimits;
import lambdadispatch.protocol.InvokePayload;
import lambdadispatch.router.admin.AdminHandler;
import lambdadispatch.router.admin.AdminParts;
import lambdadispatch.router.control.ChannelAllowance;
import lambdadispatch.router.control.ControlHandler;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.incoming.ProxyHandler;
import lambdadispatch.router.observe.CanaryMetrics;
import lambdadispatch.router.observe.CloudWatchMetrics;
import lambdadispatch.router.observe.MemoryMetrics;
import lambdadispatch.router.observe.MetricsHandler;
import lambdadispatch.router.observe.Observer;
import lambdadispatch.router.observe.PeriodicLog;
import lambdadispatch.router.observe.Timeline;
import lambdadispatch.router.trace.Exporter;

/// The router's parts put together: ports, pools, invoker, and the order in which they start and stop.
final class Router {
    private static final Log LOG = Log.of("router");
    private static final Duration CERTIFICATE_VALIDITY = Duration.ofDays(825);
    private static final Duration CALLBACK_PROBE_LIMIT = Duration.ofSeconds(1);
    private static final String P = "LAMBDA_DISPATCH_";
    /// Control requests of one extension at once, beside its channels.
    private static final int CONTROL_REQUESTS = 64;
    /// An extension's heads are some hundred octets; a stranger may send them too.
    private static final int CONTROL_HEAD_BYTES = 8 << 10;
    private static final int CONTROL_HEAD_FIELDS = 64;
    private static final Duration OPERATOR_STALL = Duration.ofSeconds(10);
    private static final int OPERATOR_STREAMS = 32;
    private static final int OPERATOR_CONNECTIONS = 256;
    private static final int CONTROL_STREAM_WINDOW = 256 << 10;
    private static final int CONTROL_CONNECTION_WINDOW = 1 << 30;

    private final RouterConfig config;
    private final Map<String, String> environment;
    private final Registry registry = new Registry();
    private final Observer observer;
    private final List<Server> incoming = new ArrayList<>();
    private final List<Server> control = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean healthy = true;
    private volatile boolean ticking = true;
    private KeyMaterial key; // of the control port
    private SSLContext incomingTls;
    private Certificate certificate; // null where it is self-made
    private FunctionInvoker invoker;
    private Pools pools;
    private CallbackHost callbackHost;
    private int controlPort;
    private PeriodicLog periodic; // null if not wanted
    private CloudWatchMetrics cloudWatch; // null if not wanted
    private Server metrics; // null if not wanted
    private Exporter exporter; // null where no traces are made
    private Server admin; // null if not wanted
    private Timeline timeline; // null without an admin port

    Router(RouterConfig config, Map<String, String> environment) {
        this.config = config;
        this.environment = environment;
        this.observer = new Observer(config.observation().accessLog(), registry);
        MemoryMetrics.register(MemoryAccount.PROCESS, registry);
    }

    void start() throws IOException, Main.PortTaken {
        callbackHost = CallbackHost.find(config.control(), environment, CALLBACK_PROBE_LIMIT);
        loadKey();
        invoker = invoker();
        pools = new Pools(config.functions().name(), config.functions().allowed(), config.pool(), config.allotment(), Clock.SYSTEM,
                new InvokeExecutor(invoker, this::payload, observer.exits()), new SecureRandom());
        canary();
        openControlPorts();
        trace();
        openIncomingPorts();
        report();
        openAdminPort();
        pools.defaultPool().warmUp(config.warmUpCount());
        Threads.virtual("tick").start(this::tick);
        LOG.info("ready", "version", Main.version(), "function", config.functions().name(), "callback", callbackHost, "port", controlPort);
    }

    private void loadKey() throws IOException {
        RouterConfig.Control settings = config.control();
        if (settings.certificate() == null) {
            key = SelfSigned.create("lambda-dispatch-router", Clock.SYSTEM, CERTIFICATE_VALIDITY);
            incomingTls = key.serverContext();
        } else {
            KeyFiles files = new KeyFiles(Path.of(settings.certificate()), Path.of(settings.key()));
            key = files.current();
            incomingTls = files.serverContext();
            certificate = new Certificate(files, Clock.SYSTEM);
        }
    }

    private FunctionInvoker invoker() {
        String wanted = config.functions().invoker();
        List<String> names = new ArrayList<>();
        for (FunctionInvoker each : ServiceLoader.load(FunctionInvoker.class)) {
            names.add(each.name());
            if (each.name().equals(wanted)) {
                each.configure(environment);
                return each;
            }
        }
        throw new IllegalArgumentException(P + "Invoker=" + wanted + ": " + (names.isEmpty() ? "nothing, for there is no invoker" : String.join(" or ", names))
                + " in this image" + (wanted.equals("sdk") ? "; sdk needs the image router-sdk (./build.sh image --with-sdk)" : ""));
    }

    private void openControlPorts() throws IOException, Main.PortTaken {
        RouterConfig.Control settings = config.control();
        Limits limits = controlLimits(config.pool().channelCount());
        Handler handler = new ControlHandler(pools, Clock.SYSTEM);
        if (!config.ports().controlTls().off()) {
            Server tls = open("control-tls", config.ports().controlTls(), key.serverContext(), limits, handler);
            control.add(tls);
            controlPort = tls.address().getPort();
        }
        if (settings.allowInsecure()) {
            Server plain = open("control", config.ports().controlInsecure(), null, limits, handler);
            control.add(plain);
            if (settings.preferred() == RouterConfig.Scheme.HTTP) {
                controlPort = plain.address().getPort();
            }
        }
    }

    private static Limits controlLimits(int channels) {
        Limits d = Limits.DEFAULT;
        // An uplink waits for responses as long as the invocation lasts; the engine lifts the stall limit where the token was accepted.
        return new Limits(CONTROL_HEAD_BYTES, CONTROL_HEAD_FIELDS, -1, d.headTimeout(), d.bodyStall(), d.writeStall(), d.idle(),
                ChannelAllowance.most(channels) * 2 + CONTROL_REQUESTS,
                CONTROL_STREAM_WINDOW, CONTROL_CONNECTION_WINDOW, d.maxConnections());
    }

    /// Of the ports for operators: whoever is slow, or many, there takes nothing from requests.
    private static Limits operatorLimits() {
        return new Limits(8 << 10, 64, 64 << 10, OPERATOR_STALL, OPERATOR_STALL, OPERATOR_STALL, OPERATOR_STALL, OPERATOR_STREAMS, 64 << 10, 256 << 10, OPERATOR_CONNECTIONS);
    }

    private void openIncomingPorts() throws IOException, Main.PortTaken {
        RouterConfig.Incoming settings = config.incoming();
        for (RouterPorts.Place place : config.ports().incoming()) {
            boolean tls = place == config.ports().https();
            incoming.add(open(tls ? "incoming-tls" : "incoming", place, tls ? incomingTls : null, settings.limits(), proxy(tls ? "https" : "http")));
        }
    }

    private Handler proxy(String scheme) {
        RouterConfig.Incoming settings = config.incoming();
        boolean namesFunctions = !config.functions().allowed().none();
        return new ProxyHandler(pools, new ProxyHandler.Options(scheme, settings.healthPath(), namesFunctions, settings.options(), settings.trusted(), settings.lowPriority()), observer, () -> healthy);
    }

    private void canary() {
        RouterConfig.CanaryPart settings = config.functions().canary();
        pools.canary().stickBy(settings.cookie());
        if (settings.alias() != null) {
            pools.canary().set(settings.alias(), settings.hundredths());
        }
        CanaryMetrics.register(pools.canary(), registry);
    }

    private void trace() {
        RouterConfig.Traces settings = config.observation().traces();
        if (settings != null) {
            exporter = new Exporter(settings.collector(), settings.service(), registry);
            exporter.start();
            observer.trace(exporter, settings.ratio());
        }
    }

    private void report() throws IOException, Main.PortTaken {
        RouterConfig.Observation settings = config.observation();
        periodic = settings.periodic() ? new PeriodicLog(observer, pools::snapshots, Clock.SYSTEM) : null;
        if (settings.cloudWatch() != null) {
            cloudWatch = new CloudWatchMetrics(settings.cloudWatch(), observer, pools::snapshots, Clock.SYSTEM,
                    line -> Log.line(new Bytes().append((line + '\n').getBytes(StandardCharsets.UTF_8))));
        }
        if (!config.ports().metrics().off()) {
            metrics = open("metrics", config.ports().metrics(), null, operatorLimits(), new MetricsHandler(registry, pools::snapshots));
        }
    }

    private void openAdminPort() throws IOException, Main.PortTaken {
        RouterConfig.Admin settings = config.admin();
        if (settings.port() == 0) {
            return;
        }
        timeline = new Timeline(observer, () -> pools.all().stream().map(Pool::view).toList(), Clock.SYSTEM);
        Handler handler = new AdminHandler(new AdminParts(settings.host(), settings.token(), Main.version(), pools, timeline, () -> healthy,
                new MetricsHandler(registry, pools::snapshots), this::configuration, Main::stop));
        admin = open("admin", new InetSocketAddress(settings.host(), settings.port()), null, operatorLimits(), handler, P + "AdminPort");
    }

    private Json configuration() {
        Map<String, Json> values = new LinkedHashMap<>();
        Settings settings = new Settings(environment);
        RouterConfig.read(settings);
        settings.effective().forEach((name, value) -> values.put(name, Json.of(value)));
        return new Json.JsonObject(values);
    }

    private static Server open(String name, RouterPorts.Place place, SSLContext tls, Limits limits, Handler handler) throws IOException, Main.PortTaken {
        return open(name, place.address(), tls, limits, handler, place.portVariable());
    }

    private static Server open(String name, InetSocketAddress address, SSLContext tls, Limits limits, Handler handler, String variable)
            throws IOException, Main.PortTaken {
        Server server = new Server(name, address, tls, limits, handler);
        try {
            server.start();
        } catch (BindException e) {
            throw new Main.PortTaken(address, variable, e);
        }
        LOG.info("listening", "port", server.address().getPort(), "for", name);
        return server;
    }

    private InvokePayload payload(Instance instance) {
        boolean secure = config.control().preferred() == RouterConfig.Scheme.HTTPS;
        String address = callbackHost.get();
        String host = address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address;
        return new InvokePayload(
                instance.pool().function(),
                instance.id(),
                (secure ? "https://" : "http://") + host + ":" + controlPort,
                config.pool().channelCount(),
                Clock.SYSTEM.now(),
                instance.purpose() == Instance.Purpose.INIT_ONLY,
                instance.token(),
                secure ? HexFormat.of().formatHex(key.certificateSha256()) : "",
                ControlPaths.PROTOCOL_VERSION,
                instance.purpose() == Instance.Purpose.STAY,
                HeadLimits.relayedRequestBytes(config.incoming().limits().headBytes(), config.incoming().limits().headFields()));
    }

    private void tick() {
        while (ticking) {
            long again;
            try {
                again = pools.tick();
                if (timeline != null) {
                    again = Math.min(again, timeline.tick());
                }
                if (certificate != null) {
                    again = Math.min(again, certificate.tick());
                }
                if (periodic != null) {
                    again = Math.min(again, periodic.tick());
                }
                if (cloudWatch != null) {
                    again = Math.min(again, cloudWatch.tick());
                }
            } catch (RuntimeException | Error e) {
                LOG.error("tick failed", e); // the next one may well work, and without ticks nothing scales
                again = 1_000_000_000L;
            }
            LockSupport.parkNanos(this, again);
        }
    }

    /// SIGTERM: first only the health check fails, since load balancers need time to notice; then accepting stops, requests in flight and
    /// queued finish, instances are drained. Returns when all is over or the time for it is.
    void stop() {
        LOG.info("stopping", "drainDelayMs", config.shutdown().drainDelay().toMillis(), "open", observer.open());
        healthy = false;
        incoming.forEach(Server::announceClose);
        sleep(config.shutdown().drainDelay());
        long until = System.nanoTime() + config.shutdown().drainTimeout().toNanos();
        incoming.forEach(Server::stopAccepting);
        // Queued requests still need instances, so the pools go on scaling until the last answer is out.
        int cut = 0;
        for (Server server : incoming) {
            cut += server.stop(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
        }
        pools.drain();
        while (!pools.drained() && System.nanoTime() < until) {
            sleep(Duration.ofMillis(20));
        }
        ticking = false;
        control.forEach(server -> server.stop(Duration.ofMillis(200)));
        invoker.close();
        for (Server server : new Server[] {metrics, admin}) {
            if (server != null) {
                server.stop(Duration.ZERO);
            }
        }
        if (exporter != null) {
            exporter.close();
        }
        if (cloudWatch != null) {
            cloudWatch.flush();
        }
        LOG.info("stopped", "cutOff", cut, "instancesLeft", pools.drained() ? 0 : 1);
        stopped.countDown();
    }

    void awaitStop() throws InterruptedException {
        stopped.await();
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
