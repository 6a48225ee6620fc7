// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import lambdadispatch.emulator.environment.EnvironmentPorts;

/// The router's live page in a local stack: open unless the user says otherwise, with a token of its own for each run.
final class LivePage {
    private static final String PORT = "LAMBDA_DISPATCH_AdminPort";
    private static final String TOKEN = "LAMBDA_DISPATCH_AdminToken";
    private static final int USUAL_PORT = 5005;

    private LivePage() {}

    /// Adds what the router needs for the page to its variables, where the user has not set it.
    /// @return where the page is; the token stands behind a `#`, so no server and no log ever sees it
    static String in(Map<String, String> variables) {
        variables.computeIfAbsent(PORT, _ -> Integer.toString(freePort()));
        if (variables.get(PORT).strip().equals("0")) {
            return "none (" + PORT + "=0)";
        }
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        String token = variables.computeIfAbsent(TOKEN, _ -> HexFormat.of().formatHex(random));
        return "http://127.0.0.1:" + variables.get(PORT) + "/#token=" + token;
    }

    /// The usual port, or another where a second stack has it.
    private static int freePort() {
        try (ServerSocket usual = new ServerSocket()) {
            usual.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), USUAL_PORT));
            return USUAL_PORT;
        } catch (IOException taken) {
            return EnvironmentPorts.unused();
        }
    }
}
