// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An extension that makes a hundred calls which no good extension would make, before and after it has registered, and writes what each was
/// answered into the file that `PROBE_FILE` names: one line a call, `METHOD path fields -> status, some fields, body`. Left out is what
/// says nothing: identifiers, times, the order of fields, and how a parser words its complaint. Made for an environment that is being
/// invoked with `{}`; none of the calls ends it.
public final class ApiProbe {
    private static final String RUNTIME = "/2018-06-01/runtime/";
    private static final String EXTENSION = "/2020-01-01/extension/";
    private static final String NOBODY = "Lambda-Extension-Identifier: 01234567-89ab-cdef-0123-456789abcdef";
    private static final Pattern REQUEST = Pattern.compile("(?i)lambda-runtime-aws-request-id: (\\S+)");
    private static final Pattern IDENTIFIER = Pattern.compile("(?i)lambda-extension-identifier: (\\S+)");

    private final List<String> found = new ArrayList<>();
    private final List<String> registered = new ArrayList<>();
    private String phase = "";
    private String head = "";

    private ApiProbe() {}

    public static void main(String[] arguments) throws Exception {
        ApiProbe probe = new ApiProbe();
        probe.phase = "first";
        probe.everyMethod();
        probe.refusedRegistrations();
        probe.strangers();
        probe.call("POST", EXTENSION + "register", "{\"events\":[\"SHUTDOWN\"]}", "Lambda-Extension-Name: lambda-dispatch");
        String own = "Lambda-Extension-Identifier: " + probe.registered.getLast();
        probe.phase = "registered";
        probe.call("POST", EXTENSION + "register", "{\"events\":[\"SHUTDOWN\"]}", "Lambda-Extension-Name: lambda-dispatch");
        probe.call("POST", EXTENSION + "init/error", "{}", own);
        probe.strangers();
        probe.everyMethod();
        probe.phase = "invoked";
        probe.invocation(own);
        Path file = Path.of(System.getenv("PROBE_FILE"));
        Files.write(file.resolveSibling("new"), probe.found);
        Files.move(file.resolveSibling("new"), file, StandardCopyOption.ATOMIC_MOVE);
        new CountDownLatch(1).await();
    }

    private void everyMethod() throws IOException {
        String[][] paths = {{RUNTIME + "invocation/next", "GET"}, {RUNTIME + "invocation/none/response", ""},
                {RUNTIME + "invocation/none/error", ""},
                {RUNTIME + "init/error", "POST"}, {EXTENSION + "register", "POST"}, {EXTENSION + "event/next", "GET"},
                {EXTENSION + "init/error", "POST"},
            {EXTENSION + "exit/error", "POST"}, {"/2018-06-01/ping", ""}, {"/2020-08-15/logs", ""}, {"/2022-07-01/telemetry", ""}};
        for (String[] path : paths) {
            for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
                if (!method.equals(path[1])) { // it would wait, or has its own lines below
                    call(method, path[0], method.startsWith("P") ? "{}" : "");
                }
            }
        }
    }

    private void refusedRegistrations() throws IOException {
        String register = EXTENSION + "register";
        String shutdown = "{\"events\":[\"SHUTDOWN\"]}";
        call("POST", register, shutdown);
        call("POST", register, shutdown, "Lambda-Extension-Name: somebody-else");
        for (String body : List.of("", "not json", "[]", "\"SHUTDOWN\"", "7", "{\"events\":[\"NONE\"]}", "{\"events\":[\"shutdown\"]}",
                "{\"events\":[\"SHUTDOWN\",\"\"]}",
                "{\"events\":\"SHUTDOWN\"}", "{\"events\":{}}", "{\"events\":7}", "{\"events\":true}", "{\"events\":[7]}",
                "{\"events\":[[\"SHUTDOWN\"]]}", "{\"events\":[null]}",
                "{\"events\":[\"SHUTDOWN\"],\"configurationKeys\":[\"x\"]}", "{\"events\":[\"SHUTDOWN\"],\"configurationKeys\":\"x\"}",
                "{\"events\":[\"SHUTDOWN\"]} more")) {
            call("POST", register, body, "Lambda-Extension-Name: lambda-dispatch");
        }
        for (String body : List.of("null", "{}", "{\"events\":null}", "{\"events\":[]}",
                "{\"events\":[],\"configurationKeys\":[],\"more\":{}}")) {
            call("POST", register, body, "Lambda-Extension-Name: inner-" + body.length());
        }
    }

    private void strangers() throws IOException {
        for (String path : List.of("", "2018-06-01/", "2018-06-01/runtime", "2018-06-01/runtime/", "2018-06-01/runtime/invocation/",
                "2018-06-01/runtime/invocation/none",
                "2018-06-01/runtime/invocation/none/answer", "2020-01-01/extension/", "2020-01-01/extension/event",
                "2020-01-01/extension/unregister", "2019-01-01/x")) {
            call("GET", "/" + path, "");
        }
        for (String path : List.of("event/next", "init/error", "exit/error")) {
            String method = path.equals("event/next") ? "GET" : "POST";
            call(method, EXTENSION + path, "");
            call(method, EXTENSION + path, "", "Lambda-Extension-Identifier: not-a-uuid");
            call(method, EXTENSION + path, "", NOBODY);
            call(method, EXTENSION + path, "", NOBODY, "Lambda-Extension-Function-Error-Type: Extension.Odd");
        }
        call("POST", RUNTIME + "invocation/none/response", "{}", "Content-Type: text/plain");
        call("POST", RUNTIME + "invocation/none/error", "{}", "Lambda-Runtime-Function-Error-Type: Runtime.Odd");
        call("PUT", "/2022-07-01/telemetry", "{}", NOBODY);
    }

    private void call(String method, String path, String body, String... fields) throws IOException {
        String[] parts = exchange(method, path, body, fields).split("\r\n\r\n", 2);
        head = parts[0];
        IDENTIFIER.matcher(head).results().forEach(identifier -> registered.add(identifier.group(1)));
        String told = String.join(" ", fields).replaceAll("Identifier: (?!not|01)\\S+", "Identifier: own");
        String line = "%s: %s %s %s %s-> ".formatted(phase, method, path, body, told).replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "UUID")
                .replaceAll(" +", " ");
        found.add(line + summary(parts));
    }

    private static String exchange(String method, String path, String body, String... fields) throws IOException {
        String[] api = System.getenv("AWS_LAMBDA_RUNTIME_API").split(":");
        StringBuilder request = new StringBuilder(
                method + " " + path + " HTTP/1.1\r\nHost: api\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        try (Socket socket = new Socket(api[0], Integer.parseInt(api[1]))) {
            socket.getOutputStream().write((request + "\r\n" + body).getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// All of it asks for what is next, which ends init; then the invocation comes.
    private void invocation(String own) throws IOException {
        for (String identifier : registered) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    exchange("GET", EXTENSION + "event/next", "", "Lambda-Extension-Identifier: " + identifier);
                } catch (IOException e) {
                    System.out.println("event/next: " + e);
                }
            });
        }
        call("GET", RUNTIME + "invocation/next", "");
        Matcher id = REQUEST.matcher(head);
        String invocation = RUNTIME + "invocation/" + (id.find() ? id.group(1) : "none");
        call("GET", RUNTIME + "invocation/next", ""); // the same again
        call("POST", RUNTIME + "init/error", "{}");
        call("POST", EXTENSION + "register", "{}", "Lambda-Extension-Name: inner-late");
        call("POST", EXTENSION + "register", "{\"events\":[\"SHUTDOWN\"]}", "Lambda-Extension-Name: lambda-dispatch");
        call("POST", EXTENSION + "init/error", "{}", own, "Lambda-Extension-Function-Error-Type: Extension.Odd");
        call("POST", RUNTIME + "invocation/none/response", "{}");
        call("POST", RUNTIME + "invocation/01234567-89ab-cdef-0123-456789abcdef/response", "{}");
        call("GET", invocation + "/response", "");
        call("POST", invocation + "/response", "{}");
        call("POST", invocation + "/response", "{}");
        call("POST", invocation + "/error", "{}", "Lambda-Runtime-Function-Error-Type: Runtime.Odd");
        call("POST", RUNTIME + "init/error", "{}");
    }

    /// What both are given a value for, and what neither is asked about.
    private static String summary(String[] answer) {
        Set<String> fields = new TreeSet<>();
        for (String line : answer[0].split("\r\n")) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("allow:") || lower.startsWith("content-type:")) {
                fields.add(lower.strip());
            } else if (lower.startsWith("lambda-") && !lower.startsWith("lambda-runtime-trace-id:")) {
                fields.add(lower.split(":")[0]);
            }
        }
        String body = answer.length > 1 ? answer[1].strip() : "";
        return (answer[0].split(" ")[1] + ", " + String.join(", ", fields) + " "
                + body.replaceAll("\"errorMessage\":.*(?=,\"errorType\":\"InvalidRequestFormat\")", "...")
                .replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "UUID").replaceAll("\\s+", " ")).strip();
    }
}
