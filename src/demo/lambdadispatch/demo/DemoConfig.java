// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.time.Duration;
import java.util.Map;
import lambdadispatch.base.config.Settings;

/// What the demo reads from its environment.
///
/// @param initDelay how long `/health` answers 503 after the start
/// @param faults whether the routes that break things are there
record DemoConfig(int port, Duration initDelay, boolean faults) {
    static DemoConfig from(Map<String, String> environment) {
        Settings settings = new Settings(environment);
        int dispatchPort = settings.integer("LAMBDA_DISPATCH_PORT", 3001, 0, 65_535, "the port, if PORT is not set");
        DemoConfig config = new DemoConfig(
                settings.integer("PORT", dispatchPort, 0, 65_535, "the port"),
                settings.millis("DEMO_INIT_DELAY_MS", Duration.ZERO, Duration.ZERO, Duration.ofMinutes(15),
                        "/health answers 503 for so long"),
                settings.flag("DEMO_FAULTS", false, "adds /crash, /garbage and /early-close"));
        if (!settings.faults().isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", settings.faults()));
        }
        return config;
    }
}
