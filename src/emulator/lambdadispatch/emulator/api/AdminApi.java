// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.base.json.Json;
import lambdadispatch.emulator.body.Payload;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;

/// The emulator's own paths: a look at what runs and what it costs, and ways to break it.
///
/// ```
/// GET  /_emulator/status                       environments, processes, faults, bill
/// GET  /_emulator/billing                      the bill alone
/// GET  /_emulator/environments/{id}/output     what its processes printed last
/// POST /_emulator/faults                       body as LAMBDA_DISPATCH_EmulatorFaults; empty for none
/// POST /_emulator/aliases                      body as live=3,next=4 or live=3:90+4:10: a deploy
/// POST /_emulator/environments/{id}/kill-extension | kill-app | freeze | thaw
/// ```
final class AdminApi {
    static final String PREFIX = "/_emulator/";
    private static final HeaderName ORIGIN = HeaderName.of("origin");
    private static final int LONGEST_BODY = 4096;

    private final Functions functions;
    private final InvokeApi invokes;

    AdminApi(Functions functions, InvokeApi invokes) {
        this.functions = functions;
        this.invokes = invokes;
    }

    void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        if (request.headers().contains(ORIGIN) || !loopback(request.authority())) {
            text(exchange, 403, "not for web pages\n"); // nor for names that some page's DNS points here
            return;
        }
        String call = request.method() + " " + request.path().substring(PREFIX.length());
        String[] parts = call.split("/");
        switch (call) {
            case "GET status" -> json(exchange, status());
            case "GET billing" -> json(exchange, functions.billing().total(System.nanoTime()).json());
            case "POST faults" -> faults(exchange);
            case "POST aliases" -> aliases(exchange);
            default -> {
                Environment environment = parts.length == 3 && parts[0].endsWith(" environments") ? functions.environment(parts[1]) : null;
                if (environment == null) {
                    text(exchange, 404, "no such thing: " + call + "\n");
                } else {
                    environment(exchange, environment, request.method() + " " + parts[2]);
                }
            }
        }
    }

    private static boolean loopback(String authority) {
        String host = authority.substring(0, authority.lastIndexOf(':') < 0 ? authority.length() : authority.lastIndexOf(':'));
        return host.equals("127.0.0.1") || host.equals("localhost") || host.equals("[::1]");
    }

    private void environment(Exchange exchange, Environment environment, String call) throws IOException {
        switch (call) {
            case "GET output" -> {
                text(exchange, 200, environment.output().since(0));
                return;
            }
            case "POST kill-extension" -> environment.signal(Environment.Part.EXTENSION, Signal.KILL);
            case "POST kill-app" -> environment.signal(Environment.Part.APP, Signal.KILL);
            case "POST freeze" -> environment.freeze();
            case "POST thaw" -> environment.thaw();
            default -> {
                text(exchange, 404, "no such thing: " + call + "\n");
                return;
            }
        }
        json(exchange, environment(environment));
    }

    private void faults(Exchange exchange) throws IOException {
        byte[] body = Payload.read(exchange, LONGEST_BODY);
        try {
            invokes.faults(InvokeFaults.parse(body == null ? "?" : new String(body, StandardCharsets.UTF_8)));
            json(exchange, Json.object("faults", invokes.faults().toString()));
        } catch (IllegalArgumentException e) {
            text(exchange, 400, e.getMessage() + "\n");
        }
    }

    private void aliases(Exchange exchange) throws IOException {
        byte[] body = Payload.read(exchange, LONGEST_BODY);
        try {
            Aliases now = Aliases.parse(body == null ? "?" : new String(body, StandardCharsets.UTF_8));
            invokes.aliases(now);
            json(exchange, Json.object("aliases", now.toString()));
        } catch (IllegalArgumentException e) {
            text(exchange, 400, e.getMessage() + "\n");
        }
    }

    private Json status() {
        List<Json> list = new ArrayList<>();
        for (Functions.Function function : functions.all().values()) {
            List<Json> environments = function.fleet().environments().stream().map(AdminApi::environment).toList();
            list.add(Json.object("name", function.name(), "running", function.fleet().running(),
                    "concurrency", functions.settings().concurrency(), "environments", environments));
        }
        return Json.object("functions", list, "faults", invokes.faults().toString(), "billing",
                functions.billing().total(System.nanoTime()).json());
    }

    private static Json environment(Environment environment) {
        return Json.object("id", environment.id(), "version", environment.version(), "frozen", environment.frozen(), "appPort",
                environment.appPort(),
                "extensionPid", environment.pid(Environment.Part.EXTENSION), "appPid", environment.pid(Environment.Part.APP),
                "residentMb", environment.residentBytes() >> 20);
    }

    private static void json(Exchange exchange, Json json) throws IOException {
        exchange.answer(200, "application/json", (json.write() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void text(Exchange exchange, int status, String text) throws IOException {
        exchange.answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
