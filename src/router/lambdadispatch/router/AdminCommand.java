// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;

/// `lambda-dispatch-router admin …`: calls the admin port of a router from a shell, with the port, host and token that the router's own
/// variables name.
final class AdminCommand {
    private static final String P = "LAMBDA_DISPATCH_";
    private static final int LONGEST_ANSWER = 16 << 20;
    private static final String USAGE = """
            Usage: lambda-dispatch-router admin WHAT

              status | config | metrics            look
              roll [function=NAME]                 replace all instances by fresh ones, a quarter at a time
              instances/NAME/drain                 send one instance home
              invokes/hold | invokes/resume        start no environment until told otherwise
              scale min=N max=N [function=NAME]    bounds for as long as the router lives
              canary percent=N [alias=ALIAS]       give an alias so much of the requests; 0 takes it back
              log level=LEVEL [debug=TOPICS]       debug, info, warn or error
              drain                                stop the router, as SIGTERM does

            LAMBDA_DISPATCH_AdminPort, AdminHost and AdminToken say where and with what token.
            """;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    AdminCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /// @return the exit code: 0 when it was done, 1 when the router refused or did not answer, 2 for arguments that can not be used
    int run(List<String> arguments) {
        String port = environment.getOrDefault(P + "AdminPort", "");
        if (arguments.isEmpty() || arguments.contains("--help")) {
            (arguments.isEmpty() ? err : out).print(USAGE);
            return arguments.isEmpty() ? 2 : 0;
        }
        if (!port.matches("[1-9][0-9]{0,4}")) {
            err.println(P + "AdminPort must be the port of the router's admin port, not " + (port.isEmpty() ? "unset" : port));
            return 2;
        }
        String what = arguments.getFirst();
        boolean look = List.of("status", "config", "metrics").contains(what);
        String path = what.equals("status") ? "status.json" : what;
        if (!path.matches("[a-z0-9./]+") || arguments.stream().skip(1).anyMatch(each -> !each.matches("[a-z]+=[A-Za-z0-9_.,:$-]*"))) {
            err.print(USAGE);
            return 2;
        }
        String query = arguments.size() > 1 ? "?" + String.join("&", arguments.subList(1, arguments.size())) : "";
        return call(look ? "GET" : "POST", URI.create("http://" + host() + ":" + port + "/" + path + query));
    }

    private String host() {
        String host = environment.getOrDefault(P + "AdminHost", "127.0.0.1");
        return host.equals("0.0.0.0") ? "127.0.0.1"
                : host.equals("::") ? "[::1]" : host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private int call(String method, URI target) {
        Headers headers = new Headers();
        String token = environment.get(P + "AdminToken");
        if (token != null) {
            headers.add("authorization", "Bearer " + token);
        }
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response response = client.send(method, target, headers, method.equals("POST") ? new byte[0] : null)) {
            String text = new String(response.bytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
            (response.status() == 200 ? out : err).print(text.endsWith("\n") ? text : text + '\n');
            return response.status() == 200 ? 0 : 1;
        } catch (IOException e) {
            err.println(target.getAuthority() + " does not answer: " + e.getMessage());
            return 1;
        }
    }
}
