// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Ports;
import lambdadispatch.support.Stack;

/// What the loads meet: our stack over the images if they were made (else over the compiled modules), two HAProxy pairs, nginx as one hop,
/// and their apps.
final class Bed implements AutoCloseable {
    /// The scheme between the two hops.
    enum Between { H2C, TLS }

    private static final String HAPROXY = """
            global
              nbthread 1
              maxconn 9000
              tune.ssl.default-dh-param 2048
            defaults
              mode http
              http-reuse always
              timeout client 120s
              timeout server 120s
              timeout connect 10s
            """;

    private final List<AutoCloseable> closing = new ArrayList<>();
    private String certificate;

    /// Where the collector of a Java process writes what it collected.
    static Path collectorLog(long pid) {
        return Path.of("build", "bench", "gc-" + pid + ".log").toAbsolutePath();
    }

    /// The images of this build.
    static final Path IMAGES = Path.of("build", "image");

    static boolean images() {
        return Files.isExecutable(IMAGES.resolve("router/bin/lambda-dispatch-router"));
    }

    /// Our router and so many instances, warm.
    ///
    /// @param channels per instance, and requests at once
    Subject ours(Between between, int instances, int channels, String app) throws IOException, InterruptedException {
        return ours("ours", IMAGES, between, instances, channels, app);
    }

    /// The same with the images of another build.
    Subject ours(String name, Path images, Between between, int instances, int channels, String app)
            throws IOException, InterruptedException {
        return ours(name, images, between, instances, channels, app, Map.of());
    }

    /// The same with further variables of the router.
    Subject ours(String name, Path images, Between between, int instances, int channels, String app, Map<String, String> more)
            throws IOException, InterruptedException {
        Stack stack = new Stack().app(app).instances(instances).environment("LAMBDA_DISPATCH_HEALTH_TCP_ONLY", "true")
                .router("LAMBDA_DISPATCH_ChannelCount", Integer.toString(channels))
                .router("LAMBDA_DISPATCH_MaxConcurrentCount", Integer.toString(channels))
                .router("LAMBDA_DISPATCH_MinInstanceCount", Integer.toString(instances))
                .router("LAMBDA_DISPATCH_InvokesPerSecond", "1000").router("LAMBDA_DISPATCH_InvokeBurst", "1000");
        more.forEach(stack::router);
        if (between == Between.H2C) {
            stack.router("LAMBDA_DISPATCH_AllowInsecureControlChannel", "true").router("LAMBDA_DISPATCH_PreferredControlChannelScheme",
                    "http");
        }
        String collector = "-Xlog:gc:file=" + Programs.folder() + "/gc-%p.log";
        stack.router("LAMBDA_DISPATCH_JAVA_OPTIONS", collector).environment("LAMBDA_DISPATCH_JAVA_OPTIONS", collector);
        if (Files.isDirectory(images)) {
            stack.commands(BuildCommands.ofImages(images));
        }
        stack.start();
        closing.add(stack);
        awaitOk(stack.url("/ping"));
        long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (stack.environments().stream().filter(e -> e.pid(Environment.Part.APP) != 0).count() < instances
                && System.nanoTime() < deadline) {
            awaitOk(stack.url("/ping"));
            Thread.sleep(200);
        }
        List<Watched> processes = new ArrayList<>(List.of(new Watched("router", stack.routerPid())));
        for (Environment environment : stack.environments()) {
            processes.add(new Watched("extension", environment.pid(Environment.Part.EXTENSION)));
            Programs.pinBesides(environment.pid(Environment.Part.APP));
            if (instances == 1) {
                Programs.pin(environment.pid(Environment.Part.EXTENSION));
            }
        }
        Programs.pin(stack.routerPid());
        return new Subject(name + " " + between, root(stack.url("/")), root(stack.url("/")), root(stack.tlsUrl("/")), processes);
    }

    private static String root(URI uri) {
        String text = uri.toString();
        return text.substring(0, text.length() - 1);
    }

    /// Two HAProxies in a row, before an app on that port.
    Subject haproxies(Between between, int app) throws IOException, InterruptedException {
        int front = Ports.free();
        int frontH2 = Ports.free();
        int frontTls = Ports.free();
        int middle = Ports.free();
        String certificates = certificate();
        String bind = between == Between.H2C ? " proto h2" : " ssl crt " + certificates + " alpn h2";
        String server = between == Between.H2C ? " proto h2" : " ssl verify none alpn h2";
        Process b = haproxy("b-" + between,
                "frontend f\n  bind 127.0.0.1:" + middle + bind + "\n  default_backend b\nbackend b\n  server s 127.0.0.1:" + app + "\n");
        Process a = haproxy("a-" + between,
                "frontend f\n  bind 127.0.0.1:" + front + "\n  bind 127.0.0.1:" + frontH2 + " proto h2\n  bind 127.0.0.1:" + frontTls
                        + " ssl crt " + certificates + " alpn h2,http/1.1\n  default_backend b\nbackend b\n  server s 127.0.0.1:" + middle
                        + server + "\n");
        awaitOk(URI.create("http://127.0.0.1:" + front + "/ping"));
        return new Subject("haproxy x2 " + between, "http://127.0.0.1:" + front, "http://127.0.0.1:" + frontH2,
                "https://127.0.0.1:" + frontTls,
                List.of(new Watched("haproxy-a", a.pid()), new Watched("haproxy-b", b.pid())));
    }

    private Process haproxy(String name, String rest) throws IOException, InterruptedException {
        Path file = Programs.folder().resolve("haproxy-" + name + ".cfg");
        Files.writeString(file, HAPROXY + rest);
        return server("haproxy-" + name, List.of("haproxy", "-db", "-f", file.toString()));
    }

    /// nginx as a proxy, one hop.
    Subject nginxHop(int app) throws IOException, InterruptedException {
        int port = Ports.free();
        Path file = nginxFile("hop-" + port,
                "upstream app { server 127.0.0.1:" + app + "; keepalive 1000; keepalive_requests 100000000; }\n"
                        + "server { listen 127.0.0.1:" + port
                        + " backlog=4096; location / { proxy_http_version 1.1; proxy_set_header Connection ''; proxy_pass http://app; } }");
        Process master = server("nginx-hop", List.of("nginx", "-c", file.toString()));
        awaitOk(URI.create("http://127.0.0.1:" + port + "/ping"));
        return new Subject("nginx x1", "http://127.0.0.1:" + port, null, null, List.of(new Watched("nginx", master.pid())));
    }

    /// The cheap app of the ping scenarios, on a port of its own.
    int ping() throws IOException, InterruptedException {
        int port = Ports.free();
        Process process = server("nginx-" + port, List.of("nginx", "-c", pingFile(Integer.toString(port)).toString()));
        awaitOk(URI.create("http://127.0.0.1:" + port + "/ping"));
        Programs.pinBesides(process.pid());
        return port;
    }

    private static Path pingFile(String port) throws IOException {
        return nginxFile("ping-" + port,
                "server { listen 127.0.0.1:" + port + " backlog=4096; default_type text/plain; return 200 'pong'; }");
    }

    /// The same app as a command for environments, which tell the port in `PORT`.
    static String pingCommand() throws IOException {
        Path template = pingFile("@PORT@");
        return "sed \"s/@PORT@/$PORT/g\" " + template + " > " + template.getParent() + "/env-$PORT.conf; exec nginx -c "
                + template.getParent() + "/env-$PORT.conf";
    }

    static String bodyCommand() {
        return "exec " + ProcessHandle.current().info().command().orElseThrow() + " -XX:+UseSerialGC -Xmx256m -cp '"
                + System.getProperty("java.class.path")
                + "' lambdadispatch.bench.BodyApp";
    }

    int bodies() throws IOException, InterruptedException {
        int port = Ports.free();
        Process process = server("bodies-" + port,
                List.of("/bin/sh", "-c", "PORT=" + port + " " + bodyCommand().replaceFirst("^exec ", "exec env PORT=" + port + " ")));
        awaitOk(URI.create("http://127.0.0.1:" + port + "/"));
        Programs.pinBesides(process.pid());
        return port;
    }

    /// One process does all the work, so that its pid is the one to watch.
    private static Path nginxFile(String name, String http) throws IOException {
        Path folder = Programs.folder();
        Path file = folder.resolve("nginx-" + name + ".conf");
        Files.writeString(file, "daemon off; master_process off; pid " + folder + "/nginx-" + name + ".pid; error_log " + folder
                + "/nginx-error.log;\n"
                + "events { worker_connections 4096; }\nhttp { access_log off; keepalive_requests 100000000; keepalive_timeout 3600s; client_max_body_size 0;\n"
                + "client_body_temp_path " + folder + "/nginx-body; proxy_temp_path " + folder + "/nginx-proxy;\n" + http + "\n}\n");
        return file;
    }

    private Process server(String name, List<String> command) throws IOException, InterruptedException {
        Process process = Programs.start(name, command);
        closing.add(() -> {
            process.destroy();
            process.waitFor();
        });
        Programs.pin(process.pid());
        return process;
    }

    private String certificate() throws IOException, InterruptedException {
        if (certificate == null) {
            Path folder = Programs.folder();
            Programs.run(
                    List.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=bench", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"));
            Files.writeString(folder.resolve("both.pem"),
                    Files.readString(folder.resolve("cert.pem")) + Files.readString(folder.resolve("key.pem")));
            certificate = folder + "/both.pem";
        }
        return certificate;
    }

    private static void awaitOk(URI url) throws IOException, InterruptedException {
        IOException last = null;
        for (int tries = 0; tries < 300; tries++) {
            try {
                HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
                if (connection.getResponseCode() == 200) {
                    return;
                }
                last = new IOException(url + " answers " + connection.getResponseCode());
            } catch (IOException e) {
                last = e;
            }
            Thread.sleep(100);
        }
        throw last;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable part : closing.reversed()) {
            part.close();
        }
        closing.clear();
    }
}
