// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.Clock;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.log.Log;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.http.server.Handler;
import lambdadispatch.invoke.FunctionInvoker;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.router.admin.Access;
import lambdadispatch.router.admin.AdminHandler;
import lambdadispatch.router.admin.AdminParts;
import lambdadispatch.router.control.ControlHandler;
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

/// Owns the router's parts and the order in which they start and stop: keys, pools, ports, what observes, and the ticks of all these.
final class Router {
    private static final Log LOG = Log.of("router");
    private static final Duration CALLBACK_PROBE_LIMIT = Duration.ofSeconds(1);
    private static final String P = "LAMBDA_DISPATCH_";

    private final RouterConfig config;
    private final Map<String, String> environment;
    private final Registry registry = new Registry();
    private final Observer observer;
    private final Listeners listeners = new Listeners();
    private final TickLoop ticks = new TickLoop();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean healthy = true;
    private RouterKeys keys;
    private FunctionInvoker invoker;
    private Pools pools;
    private InvokePayloads payloads;
    private CloudWatchMetrics cloudWatch; // null if not wanted
    private Exporter exporter; // null where no traces are made

    Router(RouterConfig config, Map<String, String> environment) {
        this.config = config;
        this.environment = environment;
        this.observer = new Observer(config.observation().accessLog(), registry);
        MemoryMetrics.register(MemoryAccount.PROCESS, registry);
    }

    void start() throws IOException, Main.PortTaken {
        CallbackHost callbackHost = CallbackHost.find(config.control(), environment, CALLBACK_PROBE_LIMIT);
        keys = RouterKeys.of(config.control());
        payloads = new InvokePayloads(config, callbackHost, keys);
        invoker = invoker();
        pools = new Pools(config.functions().name(), config.functions().allowed(), config.pool(), config.allotment(), Clock.SYSTEM,
                new InvokeExecutor(invoker, payloads, observer.exits()), new SecureRandom());
        ticks.add(pools::tick);
        canary();
        openControlPorts();
        trace();
        openIncomingPorts();
        keys.renewal().ifPresent(certificate -> ticks.add(certificate::tick));
        report();
        openAdminPort();
        pools.defaultPool().warmUp(config.warmUpCount());
        ticks.start();
        LOG.info("ready", "version", Main.version(), "function", config.functions().name(), "callback", callbackHost, "port",
                payloads.controlPort());
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
        throw new IllegalArgumentException(P + "Invoker=" + wanted + ": "
                + (names.isEmpty() ? "nothing, for there is no invoker" : String.join(" or ", names))
                + " in this image" + (wanted.equals("sdk") ? "; sdk needs the image router-sdk (./build.sh image --with-sdk)" : ""));
    }

    private void openControlPorts() throws IOException, Main.PortTaken {
        RouterConfig.Control settings = config.control();
        int channels = config.pool().channelCount();
        Handler handler = new ControlHandler(pools, Clock.SYSTEM);
        if (!config.ports().controlTls().off()) {
            payloads.controlPort(listeners.openControl(config.ports().controlTls(), keys.control(), channels, handler));
        }
        if (settings.allowInsecure()) {
            int port = listeners.openControl(config.ports().controlInsecure(), null, channels, handler);
            if (settings.preferred() == RouterConfig.Scheme.HTTP) {
                payloads.controlPort(port);
            }
        }
    }

    private void openIncomingPorts() throws IOException, Main.PortTaken {
        for (RouterPorts.Place place : config.ports().incoming()) {
            boolean tls = place == config.ports().https();
            listeners.openIncoming(place, tls ? keys.incoming() : null, config.incoming().limits(), proxy(tls ? "https" : "http"));
        }
    }

    private Handler proxy(String scheme) {
        RouterConfig.Incoming settings = config.incoming();
        boolean namesFunctions = !config.functions().allowed().none();
        return new ProxyHandler(pools, new ProxyHandler.Options(scheme, settings.healthPath(), namesFunctions, settings.options(),
                settings.trusted(), settings.lowPriority()), observer, () -> healthy);
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
        if (settings.periodic()) {
            ticks.add(new PeriodicLog(observer, pools::snapshots, Clock.SYSTEM)::tick);
        }
        if (settings.cloudWatch() != null) {
            cloudWatch = new CloudWatchMetrics(settings.cloudWatch(), observer, pools::snapshots, Clock.SYSTEM,
                    line -> Log.line(new Bytes().append((line + '\n').getBytes(StandardCharsets.UTF_8))));
            ticks.add(cloudWatch::tick);
        }
        if (!config.ports().metrics().off()) {
            listeners.openMetrics(config.ports().metrics(), new MetricsHandler(registry, pools::snapshots));
        }
    }

    private void openAdminPort() throws IOException, Main.PortTaken {
        RouterConfig.Admin settings = config.admin();
        if (settings.port() == 0) {
            return;
        }
        Timeline timeline = new Timeline(observer, () -> pools.all().stream().map(Pool::view).toList(), Clock.SYSTEM);
        Handler handler = new AdminHandler(
                new AdminParts(new Access(settings.host(), settings.token()), Main.version(), pools, timeline, () -> healthy,
                new MetricsHandler(registry, pools::snapshots), this::configuration, Main::stop));
        listeners.openAdmin(new InetSocketAddress(settings.host(), settings.port()), P + "AdminPort", handler);
        ticks.add(timeline::tick);
    }

    private Json configuration() {
        Map<String, Json> values = new LinkedHashMap<>();
        Settings settings = new Settings(environment);
        RouterConfig.read(settings);
        settings.effective().forEach((name, value) -> values.put(name, Json.of(value)));
        return new Json.JsonObject(values);
    }

    /// SIGTERM: first only the health check fails, since load balancers need time to notice; then accepting stops, requests in flight and
    /// queued finish, instances are drained. Returns when all is over or the time for it is.
    void stop() {
        LOG.info("stopping", "drainDelayMs", config.shutdown().drainDelay().toMillis(), "open", observer.open());
        healthy = false;
        listeners.announceClose();
        sleep(config.shutdown().drainDelay());
        long until = System.nanoTime() + config.shutdown().drainTimeout().toNanos();
        // Queued requests still need instances, so the pools go on scaling until the last answer is out.
        int cut = listeners.stopIncoming(until);
        pools.drain();
        while (!pools.drained() && System.nanoTime() < until) {
            sleep(Duration.ofMillis(20));
        }
        ticks.stop();
        listeners.stopControl(Duration.ofMillis(200));
        invoker.close();
        listeners.stopOperators();
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
