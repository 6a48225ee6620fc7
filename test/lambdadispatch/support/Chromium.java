// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;

/// A browser without a window, with one page, driven by the Chrome DevTools Protocol. What a test waits for is asked of the page until it
/// is so: no time is guessed.
public final class Chromium implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final String LISTENING = "DevTools listening on ";

    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Json.JsonObject>> waiting = new ConcurrentHashMap<>();
    private final String session;

    /// Skips the test where there is none.
    /// @param profile an empty folder
    public Chromium(Path profile) throws Exception {
        List<String> command = new ArrayList<>(List.of(Tool.need("chromium").path().toString()));
        command.addAll(List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank"));
        process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectInput(Path.of("/dev/null").toFile())
                .start();
        BufferedReader errors = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        String line = errors.readLine();
        while (line != null && !line.startsWith(LISTENING)) {
            line = errors.readLine();
        }
        if (line == null) {
            throw new IOException("the browser ended before it listened");
        }
        // a full pipe would hold it; reading one holds a carrier
        Thread.ofPlatform().daemon().start(() -> errors.lines().forEach(each -> {}));
        socket = client.newWebSocketBuilder().buildAsync(URI.create(line.substring(LISTENING.length()).strip()), new Receiver())
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        String target = call(null, "Target.createTarget", Json.object("url", "about:blank")).text("targetId").orElseThrow();
        session = call(null, "Target.attachToTarget", Json.object("targetId", target, "flatten", true)).text("sessionId").orElseThrow();
        call("Page.enable", Json.object());
    }

    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void received(String text) {
        try {
            Json.JsonObject message = Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
            CompletableFuture<Json.JsonObject> asked =
                    message.number("id").isPresent() ? waiting.remove((int) message.number("id").getAsLong()) : null;
            if (asked != null) {
                message.object("result").ifPresentOrElse(asked::complete, () -> asked.completeExceptionally(new AssertionError(text)));
            }
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    /// A method of the protocol, for the page.
    public Json.JsonObject call(String method, Json params) throws Exception {
        return call(session, method, params);
    }

    private Json.JsonObject call(String page, String method, Json params) throws Exception {
        int id = ids.incrementAndGet();
        CompletableFuture<Json.JsonObject> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        Json message = page == null ? Json.object("id", id, "method", method, "params", params)
                : Json.object("id", id, "method", method, "params", params, "sessionId", page);
        synchronized (socket) {
            socket.sendText(message.write(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public void open(String url) throws Exception {
        call("Page.navigate", Json.object("url", url));
    }

    /// The value of an expression in the page, as text.
    public String evaluate(String expression) throws Exception {
        Json.JsonObject answer = call("Runtime.evaluate", Json.object("expression", "String(" + expression + ")", "returnByValue", true));
        return answer.object("result").orElseThrow().text("value").orElseGet(answer::write);
    }

    /// Waits until an expression is true in the page.
    public void await(String expression) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!evaluate(expression).equals("true")) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(expression + " did not come true:\n" + evaluate("document.documentElement.outerHTML"));
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /// Presses and releases a key that has no text, as `ArrowRight`, or `Enter`, for whatever has the focus.
    public void press(String key, int code) throws Exception {
        String text = key.equals("Enter") ? "\r" : "";
        call("Input.dispatchKeyEvent", Json.object("type", text.isEmpty() ? "rawKeyDown" : "keyDown", "key", key, "code", key,
                "windowsVirtualKeyCode", code, "text", text));
        call("Input.dispatchKeyEvent", Json.object("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    /// What a screen reader gets: `role name`, a line each.
    public String accessible() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (Json each : call("Accessibility.getFullAXTree", Json.object()).items("nodes")) {
            Json.JsonObject node = (Json.JsonObject) each;
            if (!node.flag("ignored").orElse(false)) {
                lines.append(word(node, "role")).append(' ').append(word(node, "name")).append('\n');
            }
        }
        return lines.toString();
    }

    private static String word(Json.JsonObject node, String key) {
        return node.object(key).flatMap(value -> value.text("value")).orElse("");
    }

    @Override
    public void close() throws Exception {
        CompletableFuture<WebSocket> closing = socket.sendText(Json.object("id", 0, "method", "Browser.close").write(), true);
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        closing.cancel(true);
        client.shutdownNow();
    }
}
