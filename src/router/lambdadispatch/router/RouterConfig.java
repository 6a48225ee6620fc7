// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.base.log.LogLine;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.invoke.FunctionName;
import lambdadispatch.router.dispatch.AllowedFunctions;
import lambdadispatch.router.dispatch.CanaryPercent;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.dispatch.ScalingAlgorithm;
import lambdadispatch.router.dispatch.Schedule;
import lambdadispatch.router.incoming.LowPriority;
import lambdadispatch.router.incoming.ProxyHandler;
import lambdadispatch.router.incoming.TrustedProxies;
import lambdadispatch.router.observe.CloudWatchTarget;

/// Everything the router can be told, read from the environment once. The README has the table; `--help` prints it.
record RouterConfig(
        int workerThreads,
        RouterPorts ports,
        Control control,
        Functions functions,
        PoolSettings pool,
        Pools.Allotment allotment,
        int warmUpCount,
        Incoming incoming,
        Shutdown shutdown,
        Observation observation,
        Admin admin) {
    private static final String P = "LAMBDA_DISPATCH_";
    private static final int MAX_CHANNELS = 1000;
    private static final int LEAST_TOKEN = 16;
    private static final Duration DAY = Duration.ofDays(1);

    enum Scheme { HTTP, HTTPS }

    /// @param certificate PEM file, or null for a self-made certificate
    record Control(boolean allowInsecure, Scheme preferred, String callbackHost, String callbackVariable, String certificate, String key) {}

    record Functions(String name, AllowedFunctions allowed, String invoker, CanaryPart canary) {}

    /// @param alias null for none
    /// @param hundredths of a percent
    /// @param cookie null where each request is drawn anew
    record CanaryPart(String alias, int hundredths, String cookie) {}

    record Incoming(String healthPath, Set<ProxyHandler.Option> options, TrustedProxies trusted, LowPriority lowPriority, Limits limits) {}

    record Shutdown(Duration drainDelay, Duration drainTimeout) {}

    /// @param port 0 for none
    /// @param token null if nothing may be changed
    record Admin(int port, String host, String token) {}

    /// @param periodic whether the main figures go to the log every ten seconds
    /// @param cloudWatch null unless metrics go there
    /// @param traces null unless requests are traced
    record Observation(boolean accessLog, boolean periodic, CloudWatchTarget cloudWatch, Traces traces) {}

    /// @param ratio of requests that are sampled where nobody before us has decided, 0 to 1
    record Traces(URI collector, double ratio, String service) {}

    static RouterConfig read(Settings s) {
        RouterConfig config = new RouterConfig(
                s.integer(P + "MaxWorkerThreads", 1, 1, 64, "carrier threads for all virtual threads; scale out instead of raising it"),
                RouterPorts.read(s), control(s), functions(s), pool(s), allotment(s),
                s.integer(P + "WarmUpCount", 0, 0, 1000, "environments that start their app and return (InitOnly) when the router starts"),
                incoming(s), shutdown(s), observation(s), admin(s));
        if (config.control.preferred == Scheme.HTTP && !config.control.allowInsecure) {
            s.fault(P + "PreferredControlChannelScheme", "http", "https, unless " + P + "AllowInsecureControlChannel is true");
        }
        if (config.ports.controlTls().off() && config.control.preferred == Scheme.HTTPS) {
            s.fault(config.ports.controlTls().portVariable(), "-1", "a port, unless " + P + "PreferredControlChannelScheme is http");
        }
        boolean unreadable = s.faults().stream().anyMatch(fault -> fault.startsWith(P + "Tls"));
        if (!unreadable && (config.control.certificate == null) != (config.control.key == null)) {
            s.fault(P + "TlsCertificateFile", config.control.certificate, "set together with " + P + "TlsPrivateKeyFile");
        }
        s.choice(Log.FORMAT_VARIABLE, LogLine.Format.TEXT, LogLine.Format.class, "how lines of the log are written"); // the log reads it
        s.topics(Log.DEBUG_VARIABLE, Log.TOPICS);
        // the invoker reads them, and would only fail with the first invoke
        for (String variable : List.of("AWS_REGION", "AWS_DEFAULT_REGION")) {
            s.formed(variable, null, FunctionName::isRegion, "the name of a region, as us-east-1",
                    "region of functions that are not named by an ARN");
        }
        s.tolerate(P + "JAVA_OPTIONS"); // the launcher does
        return config;
    }

    private static Control control(Settings s) {
        return new Control(
                s.flag(P + "AllowInsecureControlChannel", false, "opens the non-TLS control port"),
                s.choice(P + "PreferredControlChannelScheme", Scheme.HTTPS, Scheme.class, "scheme that extensions are told to use"),
                s.host(P + "RouterCallbackHost", "host or address under which extensions reach this router; found out if not set"),
                s.text(P + "EnvVarForCallbackIp", "K8S_POD_IP", "name of the variable that holds the callback address"),
                s.file(P + "TlsCertificateFile",
                        "PEM certificate chain for both TLS ports, read again for the incoming one when it changes; self-made if not set"),
                s.file(P + "TlsPrivateKeyFile", "PEM private key that goes with it"));
    }

    private static Functions functions(Settings s) {
        String name = s.required(P + "FunctionName", FunctionName::isName, "a function's name, name:alias or ARN",
                "function to invoke: name, name:alias or ARN");
        String allowed =
                String.join(",", s.list(P + "AllowedFunctions", "functions that X-Lambda-Name may name, * matches anything but a colon"));
        AllowedFunctions functions = new AllowedFunctions("");
        try {
            functions = new AllowedFunctions(allowed);
        } catch (IllegalArgumentException e) {
            s.fault(P + "AllowedFunctions", allowed, "function names or patterns separated by commas");
        }
        return new Functions(name, functions, s.formed(P + "Invoker", "sigv4", List.of("sigv4", "sdk")::contains, "sigv4 or sdk",
                "who invokes: sigv4 (built in) or sdk (AWS SDK v2 flavour)"), canary(s, name));
    }

    private static CanaryPart canary(Settings s, String function) {
        String cookie = s.formed(P + "CanaryCookie", null, text -> text.matches("[A-Za-z0-9_-]{1,64}"), "a cookie's name",
                "cookie that keeps a client with the canary, or away from it");
        String text = s.formed(P + "Canary", null, CanaryPercent::isPart, "alias:percent, as next:5 or next:0.25",
                "alias that gets so much of the requests");
        if (text == null || !CanaryPercent.isPart(text)) {
            return new CanaryPart(null, 0, cookie);
        }
        int colon = text.lastIndexOf(':');
        String alias = text.substring(0, colon);
        if (function != null && FunctionName.isName(function) && FunctionName.parse(function).qualifier().equals(alias)) {
            s.fault(P + "Canary", text, "another alias than that of " + P + "FunctionName");
        }
        return new CanaryPart(alias, CanaryPercent.hundredths(text.substring(colon + 1)), cookie);
    }

    private static Pools.Allotment allotment(Settings s) {
        List<String> entries =
                s.list(P + "MinInstanceSchedule", "times of the week with an instance count of their own, as Mon-Fri 08:00-18:00 5");
        String zone = s.text(P + "ScheduleZone", "UTC", "time zone of that, as Europe/Berlin");
        int total = s.integer(P + "TotalInstanceCount", 0, 0, 100_000,
                "instances of all pools together, divided evenly where they are short; 0 for no limit");
        try {
            return new Pools.Allotment(new Schedule(entries, ZoneId.of(zone)), total);
        } catch (DateTimeException e) {
            s.fault(P + "ScheduleZone", zone, "a time zone, as Europe/Berlin or UTC");
        } catch (IllegalArgumentException e) {
            s.fault(P + "MinInstanceSchedule", String.join(",", entries), "entries as Mon-Fri 08:00-18:00 5, separated by commas");
        }
        return Pools.Allotment.NONE;
    }

    private static PoolSettings pool(Settings s) {
        PoolSettings d = PoolSettings.DEFAULTS;
        int concurrent = s.integer(P + "MaxConcurrentCount", 10, 1, 1000, "requests one execution environment handles at once");
        int enough = Math.min(Math.max(20, 2 * concurrent), MAX_CHANNELS);
        int channels = s.integer(P + "ChannelCount", enough, 1, MAX_CHANNELS,
                "channels each extension opens back to the router; unless set, twice MaxConcurrentCount and at least 20");
        if (channels < concurrent) {
            s.fault(P + "ChannelCount", Integer.toString(channels), "at least " + P + "MaxConcurrentCount (" + concurrent + ")");
            channels = concurrent;
        }
        int multiplier = s.integer(P + "InstanceCountMultiplier", 2, 1, 100, "instances are filled to MaxConcurrentCount divided by this");
        int min = s.integer(P + "MinInstanceCount", 0, 0, 10_000, "instances kept even when idle");
        int max = s.integer(P + "MaxInstanceCount", d.scaling().instances().max(), 1, 10_000, "instances at most: the cost guard");
        if (min > max) {
            s.fault(P + "MinInstanceCount", Integer.toString(min), "at most " + P + "MaxInstanceCount (" + max + ")");
        }
        ScalingAlgorithm algorithm =
                s.choice(P + "ScalingAlgorithm", ScalingAlgorithm.SIMPLE, ScalingAlgorithm.class, "how many instances a load gets");
        return d.withChannels(channels, concurrent)
                .with(new PoolSettings.Scaling(algorithm, multiplier, new PoolSettings.InstanceCounts(min, max),
                        s.millis(P + "ScaleInDelay", d.scaling().scaleInDelay(), Duration.ZERO, DAY,
                                "too many instances for so long before one goes")))
                .with(new PoolSettings.Waiting(
                        s.integer(P + "MaxQueueLength", d.waiting().maxQueueLength(), 1, 1_000_000, "requests that may wait; more get 503"),
                        s.millis(P + "IncomingRequestTimeout", d.waiting().incomingRequestTimeout(), Duration.ofMillis(1), DAY,
                                "how long a request may wait for a slot; then 504"),
                        s.flag(P + "ShedOverload", d.waiting().sheds(),
                                "at MaxInstanceCount, once a queue stands: the newest request first, 503 for what has waited 5 s"),
                        s.integer(P + "ClientShare", d.waiting().clientShare(), 1, 100,
                                "percent of the slots that one client address may hold while others wait; 100 for no bound")))
                .with(new PoolSettings.InvokeLimits(
                        s.integer(P + "InvokesPerSecond", (int) d.invokes().perSecond(), 1, 1000,
                                "sustained invokes a second: the cost guard"),
                        s.integer(P + "InvokeBurst", d.invokes().burst(), 1, 10_000, "invokes at once after a quiet time"),
                        d.invokes().firstBackoff(), d.invokes().longestBackoff()));
    }

    private static Incoming incoming(Settings s) {
        Limits d = Limits.DEFAULT;
        List<String> networks =
                s.list(P + "TrustedProxies", "networks whose X-Forwarded-* are believed; default: loopback and private ranges");
        TrustedProxies trusted = new TrustedProxies(List.of(TrustedProxies.DEFAULT.split(",")));
        try {
            trusted = networks.isEmpty() ? trusted : new TrustedProxies(networks);
        } catch (IllegalArgumentException e) {
            s.fault(P + "TrustedProxies", e.getMessage(), "addresses or networks like 10.0.0.0/8, separated by commas");
        }
        Limits limits = d.with()
                .headBytes((int) s.bytes(P + "MaxHeaderBytes", d.headBytes(), 1024, 1 << 20,
                        "request line and header section at most; 414 or 431 beyond"))
                .headFields(s.integer(P + "MaxHeaderFields", d.headFields(), 8, 10_000, "fields at most; 431 beyond"))
                .bodyBytes(s.bytes(P + "MaxBodyBytes", -1, -1, Long.MAX_VALUE, "request body at most, -1 for no limit; 413 beyond"))
                .headTimeout(
                        s.millis(P + "HeaderTimeout", d.headTimeout(), Duration.ofMillis(10), DAY, "for a whole request head; 408 beyond"))
                .bodyStall(
                        s.millis(P + "BodyStallTimeout", d.bodyStall(), Duration.ofMillis(10), DAY, "without a byte of body; 408 beyond"))
                .writeStall(s.millis(P + "WriteStallTimeout", d.writeStall(), Duration.ofMillis(10), DAY,
                        "without a byte taken by the client; then it is cut off"))
                .idle(s.millis(P + "KeepAliveTimeout", d.idle(), Duration.ofMillis(10), DAY,
                        "idle client connections; more than the load balancer's"))
                .maxStreams(s.integer(P + "MaxStreams", d.maxStreams(), 1, 10_000, "HTTP/2 streams at once per client connection"))
                .maxConnections(connections(s))
                .leastRate(new LeastRate(s.integer(P + "LeastClientRate", d.leastRate().octetsPerSecond(), 0, 1_000_000,
                                "bytes a second of a body that is wanted, or of an answer that is to be taken; 0 for any rate"),
                        s.millis(P + "LeastClientRateWindow", d.leastRate().window(), Duration.ofMillis(10), DAY,
                                "how far behind that a client may be; then 408, or it is cut off")))
                .limits();
        return new Incoming(
                s.path(P + "HealthPath", "/health", false, "path of the load balancer's health check, answered by the router itself"),
                options(s), trusted, lowPriority(s), limits);
    }

    private static int connections(Settings s) {
        int most = s.integer(P + "MaxConnections", 0, 0, 1_000_000, "connections at once per port; 0 for as many as the heap has room for");
        return most == 0 ? Server.mostConnections() : most;
    }

    private static Set<ProxyHandler.Option> options(Settings s) {
        Set<ProxyHandler.Option> options = EnumSet.noneOf(ProxyHandler.Option.class);
        if (s.flag(P + "Via", false, "announce the router in Via")) {
            options.add(ProxyHandler.Option.VIA);
        }
        if (s.flag(P + "TrustForwardedHost", false,
                "believe the X-Forwarded-Host of TrustedProxies too: for proxies that set it themselves")) {
            options.add(ProxyHandler.Option.FORWARDED_HOST);
        }
        return options;
    }

    private static LowPriority lowPriority(Settings s) {
        List<String> entries =
                s.list(P + "LowPriority", "paths (/a, /b/*) and fields (X-Priority: low) of requests that give way in an overload");
        try {
            return new LowPriority(entries);
        } catch (IllegalArgumentException e) {
            s.fault(P + "LowPriority", String.join(",", entries), "paths and fields separated by commas");
            return LowPriority.NONE;
        }
    }

    private static Shutdown shutdown(Settings s) {
        return new Shutdown(
                s.millis(P + "DrainDelay", Duration.ofSeconds(5), Duration.ZERO, DAY,
                        "after SIGTERM: /health says 503 but requests are still taken"),
                s.millis(P + "DrainTimeout", Duration.ofSeconds(20), Duration.ZERO, DAY,
                        "then: for requests in flight and queued to finish"));
    }

    private static Observation observation(Settings s) {
        boolean accessLog = s.flag(P + "AccessLog", true, "a line per request");
        boolean periodic = s.flag(P + "LogPeriodicMetrics", false, "the main figures into the log, every ten seconds");
        boolean enabled =
                s.flag(P + "CloudWatchMetricsEnabled", false, "metrics to CloudWatch, as Embedded Metric Format lines in the log");
        CloudWatchTarget target = cloudWatch(s);
        return new Observation(accessLog, periodic, enabled ? target : null, traces(s));
    }

    private static Traces traces(Settings s) {
        String collector =
                s.formed(P + "TracesEndpoint", null, text -> text.matches("https?://[^\\s/]+(/\\S*)?"), "an URL as http://127.0.0.1:4318",
                "collector of traces that speaks OTLP over HTTP; none if not set");
        String ratio =
                s.formed(P + "TracesSampleRatio", "0.05", text -> text.matches("0|1|0?\\.\\d{1,6}|1\\.0|0\\.0"), "a number from 0 to 1",
                "of requests that are traced where nobody before us has decided");
        String service = s.text(P + "TracesServiceName", "lambda-dispatch", "service.name of the spans");
        return collector == null ? null : new Traces(URI.create(collector), Double.parseDouble(ratio), service);
    }

    private static Admin admin(Settings s) {
        int port = s.integer(P + "AdminPort", 0, 0, 65535, "serves the live page and what operators may change; 0 for none");
        String host = s.text(P + "AdminHost", "127.0.0.1", "address or name that the admin port is bound to");
        String token = s.secret(P + "AdminToken",
                "what changes something on the admin port takes this token; from other machines, everything does");
        if (token != null && token.length() < LEAST_TOKEN) {
            s.fault(P + "AdminToken", token, "at least " + LEAST_TOKEN + " characters");
        }
        return new Admin(port, host, token);
    }

    private static CloudWatchTarget cloudWatch(Settings s) {
        String namespace = s.text(P + "CloudWatchMetricsNamespace", "LambdaDispatch", "CloudWatch's namespace of the metrics");
        List<String> dimensions =
                s.list(P + "CloudWatchMetricsDimensions", "further dimensions of all metrics: Name=Value, separated by commas");
        Duration interval = s.millis(P + "CloudWatchMetricsInterval", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(5),
                "what one data point covers");
        try {
            CloudWatchTarget.checkedNamespace(namespace);
        } catch (IllegalArgumentException e) {
            s.fault(P + "CloudWatchMetricsNamespace", namespace, e.getMessage());
        }
        try {
            return new CloudWatchTarget(namespace, CloudWatchTarget.checkedDimensions(dimensions), interval);
        } catch (IllegalArgumentException e) {
            s.fault(P + "CloudWatchMetricsDimensions", String.join(",", dimensions), e.getMessage());
            return null;
        }
    }
}
