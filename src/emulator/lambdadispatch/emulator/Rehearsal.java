// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.carrier.Threads;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.environment.FunctionSettings;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// Plays one short life of the linked images, while their JVMs list what an AOT cache has to hold: start, requests of every kind, the end.
///
/// Call it with the folder of the images and the one for the records, `router.classes` and `extension.classes` (`-XX:DumpLoadedClassList`).
public final class Rehearsal {
    private static final Pattern LISTENING = Pattern.compile("router listening port=(\\d+) for=incoming\\b(?!-)");
    private static final String OPTIONS = "LAMBDA_DISPATCH_JAVA_OPTIONS";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 8;
    private static final int REQUESTS_EACH = 400;

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        Path images = Path.of(arguments[0]);
        Path records = Path.of(arguments[1]).toAbsolutePath();
        BuildCommands commands = BuildCommands.ofImages(images);
        Map<String, String> path = Map.of("PATH", System.getenv("PATH"));
        Map<String, String> forEnvironment = new HashMap<>(path);
        forEnvironment.put(OPTIONS, recording(records, "extension"));
        // One environment, or the next would write over the record of the first.
        FunctionSettings function =
                new FunctionSettings(1024, Duration.ofMinutes(15), Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(5), 1,
                "us-east-1", "123456789012", commands.extension(), commands.demo(), forEnvironment, System.out::println);
        EmulatorConfig config = new EmulatorConfig(0, Set.of("rehearsal"), "test", "test", InvokeFaults.NONE, function);
        try (Emulator emulator = Emulator.start(config)) {
            Map<String, String> forRouter = new HashMap<>(path);
            forRouter.put("LAMBDA_DISPATCH_FunctionName", "rehearsal");
            for (String port : List.of("IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelInsecureHTTP2Port",
                    "ControlChannelHTTP2Port")) {
                forRouter.put("LAMBDA_DISPATCH_" + port, "0");
            }
            forRouter.put(OPTIONS, recording(records, "router"));
            CompletableFuture<Integer> port = new CompletableFuture<>();
            RouterProcess router = RouterProcess.start(emulator.guardian(), commands.router(),
                    RouterProcess.variables(forRouter, config, emulator.endpoint()), line -> {
                        System.out.println(line);
                        Matcher listening = LISTENING.matcher(line);
                        if (listening.find()) {
                            port.complete(Integer.parseInt(listening.group(1)));
                        }
                    });
            router.exit().thenAccept(status -> port.completeExceptionally(new IOException("the router ended with status " + status)));
            try {
                play("http://127.0.0.1:" + port.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            } finally {
                router.stop();
                for (Environment environment : emulator.environments()) {
                    end(environment);
                }
            }
        }
    }

    /// SIGTERM instead of SHUTDOWN, which leaves two seconds: on a busy machine that is too little for writing the record.
    private static void end(Environment environment) throws Exception {
        environment.thaw();
        CompletableFuture<ProcessHandle> ended =
                ProcessHandle.of(environment.pid(Environment.Part.EXTENSION)).map(ProcessHandle::onExit).orElseThrow();
        environment.signal(Environment.Part.EXTENSION, Signal.TERM);
        ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static String recording(Path records, String name) {
        return "-XX:DumpLoadedClassList=" + records.resolve(name + ".classes");
    }

    private static void play(String base) throws Exception {
        List<FutureTask<Void>> played = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            FutureTask<Void> one = new FutureTask<>(() -> {
                playOne(base);
                return null;
            });
            played.add(one);
            Threads.virtual("client").start(one);
        }
        for (FutureTask<Void> one : played) {
            one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void playOne(String base) throws IOException {
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT.withResponse(PATIENCE))) {
            for (int i = 0; i < REQUESTS_EACH; i++) {
                expect(client, "GET", base + "/ping", null);
            }
            expect(client, "GET", base + "/bytes?n=300000", null);
            expect(client, "POST", base + "/echo", new byte[200_000]);
            expect(client, "POST", base + "/upload", new byte[100]);
            expect(client, "HEAD", base + "/headers", null);
            expect(client, "GET", base + "/", null); // compressed, where the client would take it
            expect(client, "GET", base + "/health", null);
        }
    }

    private static void expect(Http1Client client, String method, String url, byte[] body) throws IOException {
        Headers headers = Headers.of("accept-encoding", "gzip", "user-agent", "rehearsal");
        try (Http1Client.Response response = client.send(method, URI.create(url), headers, body)) {
            response.bytes(1 << 20);
            if (response.status() != 200) {
                throw new IOException(method + " " + url + " was answered with " + response.status());
            }
        }
    }
}
