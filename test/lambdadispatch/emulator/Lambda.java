// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.base.json.Json;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.emulator.environment.FunctionSettings;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// An emulator with [FakeExtension] in its environments, and a caller.
final class Lambda implements AutoCloseable {
    static final String FUNCTION = "fake";
    private static final Credentials CREDENTIALS = new Credentials("AKIDEXAMPLE", "secret", "");
    private static final SigV4Signer SIGNER = new SigV4Signer("eu-north-1", "lambda");

    /// What came back.
    record Answer(int status, Headers headers, String body) {
        Json.JsonObject json() throws IOException {
            return Json.parseObject(body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// What a test wants to be different.
    record Setup(Duration timeout, Duration initLimit, Duration idleLife, int concurrency, String app, Map<String, String> variables) {
        static final Setup USUAL =
                new Setup(Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofMinutes(5), 3, "sleep 1000", Map.of());

        Setup timeout(Duration now) {
            return new Setup(now, initLimit, idleLife, concurrency, app, variables);
        }

        Setup initLimit(Duration now) {
            return new Setup(timeout, now, idleLife, concurrency, app, variables);
        }

        Setup idleLife(Duration now) {
            return new Setup(timeout, initLimit, now, concurrency, app, variables);
        }

        Setup concurrency(int now) {
            return new Setup(timeout, initLimit, idleLife, now, app, variables);
        }

        Setup app(String now) {
            return new Setup(timeout, initLimit, idleLife, concurrency, now, variables);
        }

        Setup fake(String now) {
            Map<String, String> more = new HashMap<>(variables);
            more.put("FAKE", now);
            return new Setup(timeout, initLimit, idleLife, concurrency, app, more);
        }

        Setup variable(String name, String value) {
            Map<String, String> more = new HashMap<>(variables);
            more.put(name, value);
            return new Setup(timeout, initLimit, idleLife, concurrency, app, more);
        }
    }

    final Emulator emulator;
    private final Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);

    Lambda(Setup setup) throws IOException {
        this(setup, fakeExtension());
    }

    /// With another extension than [FakeExtension].
    Lambda(Setup setup, List<String> extension) throws IOException {
        FunctionSettings settings =
                new FunctionSettings(512, setup.timeout(), setup.initLimit(), Duration.ZERO, setup.idleLife(), setup.concurrency(),
                "eu-north-1", "123456789012", extension, setup.app(), setup.variables(), line -> {});
        emulator = Emulator.start(new EmulatorConfig(0, Set.of(FUNCTION), "AKIDEXAMPLE", "secret", InvokeFaults.NONE, settings));
    }

    static List<String> fakeExtension() {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), FakeExtension.class.getName());
    }

    Answer invoke(String payload, String... headers) throws IOException {
        return invokeFunction(FUNCTION, payload, headers);
    }

    Answer invokeFunction(String function, String payload, String... headers) throws IOException {
        return send("POST", "/2015-03-31/functions/" + function + "/invocations", payload, headers);
    }

    Answer send(String method, String path, String body, String... headers) throws IOException {
        URI uri = emulator.endpoint().resolve(path);
        byte[] bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
        Headers all = Headers.of(headers);
        if (path.startsWith("/2015-03-31/")) {
            all.add("Host", uri.getAuthority());
            String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
            SIGNER.sign(method, uri.getRawPath(), query, all, bytes, CREDENTIALS, Instant.now());
        }
        return sendAsIs(method, path, bytes, all);
    }

    Answer sendAsIs(String method, String path, byte[] body, Headers headers) throws IOException {
        try (Http1Client.Response response = client.send(method, emulator.endpoint().resolve(path), headers, body)) {
            return new Answer(response.status(), response.headers(), new String(response.bytes(8 << 20), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        client.close();
        emulator.close();
    }
}
