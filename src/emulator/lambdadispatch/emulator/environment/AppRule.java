// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import lambdadispatch.base.config.Settings;

/// What an app has to do to be served on Lambda: the port that it listens on, and how it says that it is ready.
///
/// @param port 0 for any that is free
/// @param path asked until it answers with a status in the range; "" where a connection is enough
public record AppRule(int port, String path, int minStatus, int maxStatus) {
    /// As the extension has it, on any port.
    public static final AppRule DEFAULT = new AppRule(0, "/health", 200, 200);

    private static final String P = "LAMBDA_DISPATCH_";

    /// Reads the extension's own variables, so that what it would refuse in each environment is refused once, at the start.
    public static AppRule from(Settings settings) {
        int port = settings.integer(P + "PORT", 3001, 1, 65_535,
                "the port of the app on Lambda; here, of the first environment if it is free");
        boolean tcpOnly = settings.flag(P + "HEALTH_TCP_ONLY", false, "the app is ready as soon as it accepts connections");
        String path = settings.path(P + "HEALTH_PATH", "/health", true, "path that is asked until the app is ready");
        int min = settings.integer(P + "HEALTH_MIN_STATUS", 200, 100, 599, "lowest status that means ready");
        int max = settings.integer(P + "HEALTH_MAX_STATUS", 200, min, 599, "highest status that means ready");
        return new AppRule(port, tcpOnly ? "" : path, min, max);
    }

    /// "answers GET /health with 200", or what the variables made of it.
    public String ready() {
        return path.isEmpty() ? "accepts connections"
                : "answers GET " + path + " with " + (minStatus == maxStatus ? minStatus : minStatus + " to " + maxStatus);
    }
}
