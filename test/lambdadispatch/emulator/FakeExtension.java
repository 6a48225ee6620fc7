// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.base.json.Json;

/// A program that plays our extension's part towards both APIs, and does what the invocation's payload says (`{"do":"…"}`).
///
/// `FAKE` says how its init goes: `ok`, `never` (registers, then asks for nothing), `crash`, `slow-first` (never, unless the file that
/// `FAKE_FLAG` names is there).
public final class FakeExtension {
    private static final String API = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API");

    private record Answer(int status, Map<String, java.util.List<String>> headers, byte[] body) {
        String header(String name) {
            return headers.get(name).getFirst();
        }
    }

    private FakeExtension() {}

    public static void main(String[] arguments) throws Exception {
        String fake = System.getenv().getOrDefault("FAKE", "ok");
        if (fake.equals("crash")) {
            System.exit(7);
        }
        Answer registered = call("POST", "/2020-01-01/extension/register", "{\"events\":[\"SHUTDOWN\"]}".getBytes(StandardCharsets.UTF_8),
                "Lambda-Extension-Name", "lambda-dispatch");
        System.out.println("registered " + System.getenv("LAMBDA_TASK_ROOT"));
        String identifier = registered.header("Lambda-Extension-Identifier");
        java.io.File flag = new java.io.File(System.getenv().getOrDefault("FAKE_FLAG", "/nonexistent"));
        if (fake.equals("never") || fake.equals("slow-first") && !flag.exists()) {
            if (fake.equals("slow-first")) {
                flag.createNewFile();
            }
            new CountDownLatch(1).await();
        }
        Thread.ofPlatform().daemon().start(() -> awaitShutdown(identifier));
        while (true) {
            Answer next = call("GET", "/2018-06-01/runtime/invocation/next", null);
            act(next, Json.parse(next.body()) instanceof Json.JsonObject object ? object : Json.object());
        }
    }

    private static void awaitShutdown(String identifier) {
        try {
            Answer event = call("GET", "/2020-01-01/extension/event/next", null, "Lambda-Extension-Identifier", identifier);
            System.out.println("event " + new String(event.body(), StandardCharsets.UTF_8));
            System.exit(0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void act(Answer next, Json.JsonObject payload) throws Exception {
        System.out.println("invoked " + payload);
        String path = "/2018-06-01/runtime/invocation/" + next.header("Lambda-Runtime-Aws-Request-Id");
        switch (payload.text("do").orElse("echo")) {
            case "echo" -> call("POST", path + "/response", next.body());
            case "variables" -> call("POST", path + "/response", Json.object("pid", ProcessHandle.current().pid(),
                    "handler", System.getenv("_HANDLER"), "port", System.getenv("LAMBDA_DISPATCH_PORT"),
                    "memory", System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), "now", System.currentTimeMillis(),
                    "deadline", Long.parseLong(next.header("Lambda-Runtime-Deadline-Ms"))).write().getBytes(StandardCharsets.UTF_8));
            case "sleep" -> {
                Thread.sleep(payload.number("ms").orElse(0));
                call("POST", path + "/response", next.body());
            }
            case "error" -> call("POST", path + "/error", "{\"errorMessage\":\"oh\",\"errorType\":\"Oh\"}".getBytes(StandardCharsets.UTF_8),
                    "Lambda-Runtime-Function-Error-Type", "Oh");
            case "exit" -> System.exit(9);
            case "big" -> {
                byte[] big = "\"%s\"".formatted("x".repeat(6_300_000)).getBytes(StandardCharsets.US_ASCII);
                System.out.println("big: " + call("POST", path + "/response", big).status());
            }
            case "wrong-id" -> {
                Answer refused = call("POST", "/2018-06-01/runtime/invocation/nonsense/response", new byte[0]);
                call("POST", path + "/response", refused.body());
            }
            default -> throw new IllegalArgumentException(payload.toString());
        }
    }

    private static Answer call(String method, String path, byte[] body, String... headers) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(API + path).toURL().openConnection();
        connection.setRequestMethod(method);
        for (int i = 0; i < headers.length; i += 2) {
            connection.setRequestProperty(headers[i], headers[i + 1]);
        }
        if (body != null) {
            connection.setDoOutput(true);
            connection.getOutputStream().write(body);
        }
        int status = connection.getResponseCode();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (var stream = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            stream.transferTo(answer);
        }
        return new Answer(status, connection.getHeaderFields(), answer.toByteArray());
    }
}
