// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.BindException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;

/// Runs the emulator alone, for routers and SDKs that are started elsewhere.
public final class Main {
    private Main() {}

    /// Runs until SIGTERM or Ctrl-C; 2 where a variable is wrong, 1 where the port is taken.
    public static void main(String[] arguments) throws InterruptedException {
        Map<String, String> environment = arguments.length > 0 ? Map.of() : System.getenv();
        Settings settings = new Settings(environment);
        BuildCommands build = BuildCommands.ofModules();
        EmulatorConfig config = EmulatorConfig.from(settings, new EmulatorConfig.Commands(build.extension(), build.demo()), environment);
        if (arguments.length > 0) {
            System.out.print(settings.table());
            return;
        }
        if (!settings.faults().isEmpty()) {
            settings.faults().forEach(System.err::println);
            System.exit(2);
        }
        try {
            Emulator emulator = Emulator.start(config);
            Runtime.getRuntime().addShutdownHook(Threads.shutdownHook("stop", () -> stop(emulator)));
            new CountDownLatch(1).await();
        } catch (BindException e) {
            System.err.println("Port " + config.port() + " is taken; " + EmulatorConfig.PORT + " names another.");
            System.exit(1);
        } catch (IOException e) {
            System.err.println("The emulator can not start: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void stop(Emulator emulator) {
        emulator.close();
        System.out.println(emulator.bill().line());
        Log.flush();
    }
}
