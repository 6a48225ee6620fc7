// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;

/// `lambda-dispatch-router`: reads the configuration, opens the ports, and runs until SIGTERM.
public final class Main {
    private Main() {}

    /// Exit codes: 0 after a graceful stop, 1 if it could not start, 2 for faults in the configuration.
    public static void main(String[] arguments) {
        Settings settings = new Settings(System.getenv());
        if (arguments.length > 0) {
            System.exit(explain(arguments));
        }
        RouterConfig config = RouterConfig.read(settings);
        settings.warnings().forEach(System.err::println);
        if (!settings.faults().isEmpty()) {
            settings.faults().forEach(System.err::println);
            System.exit(2);
        }
        Threads.carriers(config.workerThreads());
        try {
            Router router = new Router(config, System.getenv());
            router.start();
            Runtime.getRuntime().addShutdownHook(Threads.shutdownHook("shutdown", () -> {
                router.stop();
                Log.flush();
                Runtime.getRuntime().halt(0); // SIGTERM alone would make it 143, but nothing went wrong
            }));
            router.awaitStop();
        } catch (PortTaken | IllegalArgumentException e) { // a fault of the configuration: its line says all there is
            fail(e.getMessage());
        } catch (Exception e) {
            Log.of("router").error("could not start", e);
            fail("could not start: " + e.getMessage());
        }
    }

    /// Begins to stop as SIGTERM does. Not on the caller's thread, which the stop may have to wait for.
    static void stop() {
        Threads.platform("stop").start(() -> System.exit(0));
    }

    private static void fail(String why) {
        System.err.println(why);
        Log.flush();
        Runtime.getRuntime().halt(1); // not exit: hooks would wait for a router that never ran
    }

    private static int explain(String[] arguments) {
        switch (arguments[0]) {
            case "admin" -> {
                return new AdminCommand(System.getenv(), System.out, System.err).run(List.of(arguments).subList(1, arguments.length));
            }
            case "cost" -> {
                return new CostCommand(System.out).run(List.of(arguments).subList(1, arguments.length));
            }
            case "--version" -> {
                System.out.println("lambda-dispatch-router " + version());
                return 0;
            }
            case "--help", "-h" -> {
                Settings table = new Settings(Map.of());
                RouterConfig.read(table);
                System.out.println("lambda-dispatch-router: give web requests to running AWS Lambda execution environments");
                System.out.println("Configured by environment variables:\n");
                System.out.println(table.table());
                return 0;
            }
            default -> {
                System.err.println("unknown argument " + arguments[0] + "; it is configured by environment variables, see --help");
                return 2;
            }
        }
    }

    static String version() {
        return Main.class.getModule().getDescriptor() == null ? "unknown"
                : Main.class.getModule().getDescriptor().rawVersion().orElse("unknown");
    }

    /// A port that somebody else has: one line that names it and its variable.
    static final class PortTaken extends Exception {
        private static final long serialVersionUID = 1L;

        PortTaken(InetSocketAddress address, String variable, BindException cause) {
            super(address.getAddress().isAnyLocalAddress()
                    ? "port " + address.getPort() + " is taken (" + cause.getMessage() + "): set " + variable + " to another"
                    : "port " + address.getPort() + " can not be opened on " + address.getHostString() + " (" + cause.getMessage()
                            + "): set " + variable
                            + " to another, or " + variable.replace("Port", "Host"), cause);
        }
    }
}
