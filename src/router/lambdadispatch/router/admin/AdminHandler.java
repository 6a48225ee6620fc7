// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Supplier;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;

/// Answers the admin port: looks by `GET`, changes by `POST` with the token. What there is stands in `docs/admin.md`.
public final class AdminHandler implements Handler {
    private static final Set<String> LOOKS = Set.of("/", "/metrics", "/status.json", "/events", "/config");

    private final Access access;
    private final Handler metrics;
    private final Supplier<Json> status;
    private final Supplier<Json> config;
    private final Events events;
    private final Changes changes;
    private final Page page = new Page();

    /// @param parts what it shows and changes
    public AdminHandler(AdminParts parts) {
        access = parts.access();
        metrics = parts.metrics();
        StatusReport state = new StatusReport(parts);
        status = state::json;
        config = parts.config();
        events = new Events(parts.timeline(), status);
        changes = new Changes(parts.pools(), parts.stop());
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        String path = exchange.request().path();
        String method = exchange.request().method();
        if (Changes.knows(path)) {
            if (!method.equals("POST")) {
                Answers.problem(exchange, 405, "this changes something, and is asked for by POST", "allow", "POST");
            } else if (admitted(exchange, access.toChange(exchange.request()))) {
                change(exchange, path);
            }
            return;
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            other(exchange, path);
        } else if (admitted(exchange, access.toLook(exchange.request(), exchange.connection().remoteAddress().getAddress()))) {
            look(exchange, path);
        }
    }

    private static void other(Exchange exchange, String path) throws IOException {
        if (LOOKS.contains(path)) {
            Answers.problem(exchange, 405, "this is looked at by GET", "allow", "GET, HEAD");
        } else {
            Answers.problem(exchange, 404, "there is no such change; there are " + Changes.ALL);
        }
    }

    private void look(Exchange exchange, String path) throws IOException {
        switch (path) {
            case "/" -> page.serve(exchange);
            case "/metrics" -> metrics.handle(exchange);
            case "/status.json" -> Answers.json(exchange, 200, status.get());
            case "/config" -> Answers.json(exchange, 200, config.get());
            case "/events" -> events.serve(exchange, access.hasToken(exchange.request()));
            default -> Answers.problem(exchange, 404, "there is /, /metrics, /status.json, /events and /config to look at");
        }
    }

    private void change(Exchange exchange, String path) throws IOException {
        try {
            Answers.json(exchange, 200, changes.make(path, Query.of(exchange.request())));
        } catch (IllegalArgumentException e) {
            Answers.problem(exchange, 400, e.getMessage());
        } catch (NoSuchElementException e) {
            Answers.problem(exchange, 404, e.getMessage());
        }
    }

    private static boolean admitted(Exchange exchange, Access.Verdict verdict) throws IOException {
        switch (verdict) {
            case ALLOWED -> {
                return true;
            }
            case TOKEN_NEEDED ->
                Answers.problem(exchange, 401, "this takes the admin token: Authorization: Bearer ...", "www-authenticate", "Bearer");
            case NO_TOKEN_SET -> Answers.problem(exchange, 403, "this takes a token, and LAMBDA_DISPATCH_AdminToken is not set");
            case OTHER_SITE -> Answers.problem(exchange, 403, "the page of another site asks for this");
            case WRONG_HOST ->
                Answers.problem(exchange, 421, "the admin port is asked by its address, by localhost or by LAMBDA_DISPATCH_AdminHost");
        }
        return false;
    }
}
