// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;

/// `./build.sh bench image`: sizes, starts and memory of the linked images, beside their budgets.
public final class Images {
    private static final int STARTS = 20;
    private static final int IDLE_CONNECTIONS = 1000;
    private static final Path FOLDER = Path.of("build", "image");
    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern OPENED = Pattern.compile("instanceOpened function=\\S+ instance=\\S+ millis=(\\d+)");
    private static final BuildCommands COMMANDS = BuildCommands.ofImages(FOLDER);

    private Images() {}

    public static void main(String[] arguments) throws Exception {
        System.out.printf("%-64s %10s %10s%n", "", "budget", "seen");
        row("extension layer as zip, MB", 25, Files.size(Path.of("build", "lambda-dispatch-layer.zip")) / 1e6);
        starts("extension, exec to POST /register, ms (median of " + STARTS + ")", 80, Images::register);
        starts("router, exec to all ports open, ms (median of " + STARTS + ")", 300, Images::routerReady);
        warmInvokes();
        memory();
    }

    private static void row(String what, double budget, double seen) {
        System.out.printf(Locale.ROOT, "%-64s %10.0f %10.1f%s%n", what, budget, seen, seen > budget ? "  OVER" : "");
    }

    private interface Start {
        double millis() throws Exception;
    }

    private static void starts(String what, double budget, Start start) throws Exception {
        double[] seen = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            seen[i] = start.millis();
        }
        Arrays.sort(seen);
        row(what, budget, seen[STARTS / 2]);
    }

    /// Lambda's side of the Extensions API, as far as its first request.
    private static double register() throws Exception {
        try (ServerSocket lambda = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder builder =
                    new ProcessBuilder(COMMANDS.extension()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + lambda.getLocalPort());
            long start = System.nanoTime();
            Process extension = builder.start();
            try (Socket asked = lambda.accept()) {
                String line = new String(asked.getInputStream().readNBytes(25), StandardCharsets.US_ASCII);
                double millis = (System.nanoTime() - start) / 1e6;
                if (!line.startsWith("POST /2020-01-01/extensio")) {
                    throw new IOException("not a registration: " + line);
                }
                return millis;
            } finally {
                extension.destroyForcibly().waitFor();
            }
        }
    }

    private static double routerReady() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(COMMANDS.router()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_REGION", "us-east-1",
                        "LAMBDA_DISPATCH_FunctionName", "f",
                "LAMBDA_DISPATCH_RouterCallbackHost", "127.0.0.1", "LAMBDA_DISPATCH_DrainDelay", "0"));
        for (String port : List.of("IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelInsecureHTTP2Port",
                "ControlChannelHTTP2Port")) {
            builder.environment().put("LAMBDA_DISPATCH_" + port, "0");
        }
        long start = System.nanoTime();
        Process router = builder.start();
        try (var lines = router.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("router ready")) {
                    return (System.nanoTime() - start) / 1e6;
                }
            }
            throw new IOException("the router did not start");
        } finally {
            router.destroyForcibly().waitFor();
        }
    }

    /// An environment that has served before is thawed and invoked again: from the invoke to its first open channel.
    private static void warmInvokes() throws Exception {
        List<Double> millis = new ArrayList<>();
        try (Stack stack =
                new Stack().commands(COMMANDS).instances(1).environment("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "100").start();
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 1; i <= STARTS + 1; i++) {
                client.send(HttpRequest.newBuilder(stack.url("/ping")).build(), HttpResponse.BodyHandlers.discarding());
                int invoked = i;
                stack.awaitLine(line -> line.contains("invoke returned") && count(stack, "invoke returned") >= invoked);
            }
            Matcher opened = OPENED.matcher(stack.output());
            while (opened.find()) {
                millis.add(Double.parseDouble(opened.group(1)));
            }
        }
        System.out.printf(Locale.ROOT, "%-64s %10s %10.1f%n", "router, cold invoke to first channel, ms (environment, app start)", "",
                millis.getFirst());
        List<Double> warm = millis.subList(1, millis.size()).stream().sorted().toList();
        row("router, warm invoke to first channel, ms (median of " + warm.size() + ")", 60, warm.get(warm.size() / 2));
    }

    private static int count(Stack stack, String what) {
        return stack.output().split(what, -1).length - 1;
    }

    private static void memory() throws Exception {
        try (Stack stack =
                new Stack().commands(COMMANDS).instances(1).environment("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "600000").start();
                HttpClient client = HttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(stack.url("/ping")).build(), HttpResponse.BodyHandlers.discarding());
            long extension = stack.environments().getFirst().pid(Environment.Part.EXTENSION);
            Thread.sleep(12_000); // the JVM gives memory back that starting took
            row("extension, idle with its channels open, RSS in MiB", 56, rss(extension));
            double peak = underLoad(stack, client, extension)[1];
            row("extension, under 10 concurrent requests, RSS in MiB (median)", 72, underLoad(stack, client, extension)[0]);
            System.out.printf(Locale.ROOT, "%-64s %10s %10.1f%n", "extension, peak of its first ten seconds, while C2 compiles", "", peak);
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < IDLE_CONNECTIONS; i++) {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), stack.url("/").getPort()));
                    socket.getOutputStream().write("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().read(new byte[4096]);
                    sockets.add(socket);
                }
                row("router, 1,000 idle client connections, RSS in MiB", 128, rss(stack.routerPid()));
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    /// The median and the highest of what is seen while ten clients ask for ten seconds.
    private static double[] underLoad(Stack stack, HttpClient client, long pid) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        List<CompletableFuture<?>> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(CompletableFuture.runAsync(() -> {
                try {
                    while (System.nanoTime() < end) {
                        client.send(HttpRequest.newBuilder(stack.url("/bytes?n=10000")).build(), HttpResponse.BodyHandlers.discarding());
                    }
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }, task -> Thread.ofVirtual().start(task)));
        }
        List<Double> seen = new ArrayList<>();
        while (System.nanoTime() < end) {
            seen.add(rss(pid));
            Thread.sleep(50);
        }
        CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new)).join();
        seen.sort(null);
        return new double[] {seen.get(seen.size() / 2), seen.getLast()};
    }

    private static double rss(long pid) throws IOException {
        Matcher matcher = RSS.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
        if (!matcher.find()) {
            throw new IOException("process " + pid + " shows no RSS");
        }
        return Long.parseLong(matcher.group(1)) / 1024.0;
    }
}
