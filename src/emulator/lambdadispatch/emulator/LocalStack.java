// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lambdadispatch.base.config.Settings;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;
import lambdadispatch.emulator.environment.AppRule;

/// `./build.sh run`: the emulator in this process, the router in one of its own, and extension and app as the router asks for them.
public final class LocalStack {
    private static final int WRONG_USE = 2;

    private final EmulatorConfig config;
    private final RouterProcess.Ports ports;
    private String page = ""; // the live page's address, or that there is none
    private Emulator emulator;
    private RouterProcess router;
    private boolean stopped;

    private LocalStack(EmulatorConfig config, RouterProcess.Ports ports) {
        this.config = config;
        this.ports = ports;
    }

    /// Runs until Ctrl-C, SIGTERM or the end of the router.
    public static void main(String[] arguments) throws InterruptedException {
        StackOptions options = StackOptions.parse(List.of(arguments), System.getenv());
        Settings settings = new Settings(options.help() ? Map.of() : options.environment());
        BuildCommands commands = options.images()
                ? BuildCommands.ofImages(Path.of("build", "image"))
                : BuildCommands.ofModules(options.routerHeap(), options.extensionHeap());
        EmulatorConfig config =
                EmulatorConfig.from(settings, new EmulatorConfig.Commands(commands.extension(), commands.demo()), options.environment());
        LocalStack stack = new LocalStack(config, RouterProcess.Ports.from(settings));
        if (options.help()) {
            System.out.print(StackOptions.USAGE + "\n" + settings.table());
            return;
        }
        refuse(options.faults(), WRONG_USE);
        refuse(settings.faults(), WRONG_USE);
        if (options.images() && !Files.isExecutable(Path.of(commands.router().getFirst()))) {
            refuse(List.of("There is no " + commands.router().getFirst() + " yet: ./build.sh image makes it."), 1);
        }
        String taken = stack.ports.taken();
        refuse(taken == null ? List.of() : List.of(taken), 1);
        Runtime.getRuntime().addShutdownHook(Threads.shutdownHook("stop", stack::stop));
        System.exit(stack.run(commands, options.environment()));
    }

    private static void refuse(List<String> faults, int status) {
        if (!faults.isEmpty()) {
            faults.forEach(System.err::println);
            System.exit(status);
        }
    }

    /// Returns only if the stack can not start or its router ended.
    private int run(BuildCommands commands, Map<String, String> environment) throws InterruptedException {
        try {
            synchronized (this) {
                if (stopped) {
                    return 0;
                }
                emulator = Emulator.start(config);
                Map<String, String> variables = RouterProcess.variables(environment, config, emulator.endpoint());
                page = LivePage.in(variables);
                router = RouterProcess.start(emulator.guardian(), commands.router(), variables, null);
            }
        } catch (BindException e) {
            System.err.println("Port " + config.port() + " is taken; set " + EmulatorConfig.PORT + " to another.");
            return 1;
        } catch (IOException e) {
            System.err.println("The local stack can not start: " + e.getMessage());
            return 1;
        }
        String path = environment.getOrDefault("LAMBDA_DISPATCH_HealthPath", "/health");
        if (router.awaitReady(URI.create("http://127.0.0.1:" + ports.http() + path))) {
            welcome(!environment.getOrDefault("LAMBDA_DISPATCH_EmulatorApp", "").isBlank());
            router.exit().join();
        }
        synchronized (this) {
            if (!stopped) {
                System.err.println("The router ended or did not start; its own lines say why.");
            }
        }
        return 1;
    }

    private void welcome(boolean ownApp) {
        String url = "http://127.0.0.1:" + ports.http();
        String control =
                ports.control() + " (TLS)" + (ports.cleartextControl() ? " and " + ports.cleartextControlPort() + " (cleartext)" : "");
        Log.flush();
        System.out.printf("""

                Lambda Dispatch runs, process %d:
                  emulator  %s, function %s, %d MB, up to %d environments%s
                  router    %s and https://127.0.0.1:%d, process %d; extensions connect to %s
                  app       %s
                  live page %s

                Open %s/ or try:
                """, ProcessHandle.current().pid(), emulator.endpoint(), String.join(", ", config.functions()),
                config.function().memoryMegabytes(), config.function().concurrency(),
                config.function().managed() ? ", each with " + config.function().perEnvironment() + " invocations at once" : "", url,
                ports.https(), router.pid(), control,
                ownApp ? ownApp() : "the demo", page, url);
        List<String> tries = ownApp
                ? List.of("curl -i " + url + "/", "curl -i --http2-prior-knowledge " + url + "/",
                        "curl -ik https://127.0.0.1:" + ports.https() + "/")
                : List.of("curl " + url + "/ping", "curl -N '" + url + "/sse?ms=200&n=10'", "curl -T README.md " + url + "/upload");
        tries.forEach(line -> System.out.println("  " + line));
        System.out.println("What it costs so far: curl " + emulator.endpoint() + "/_emulator/billing\nCtrl-C stops all of it.\n");
    }

    /// What it will need on Lambda is said while it still runs here.
    private String ownApp() {
        AppRule rule = config.function().rule();
        return """
                %s, in %s
                            It has to listen on its PORT: %d in the first environment, others in further ones. On Lambda nobody sets PORT:
                            set it in the function's variables, or LAMBDA_DISPATCH_PORT to where the app listens (%d now).
                            It is ready when it %s, here as on Lambda.""".formatted(config.function().app(), config.function().folder(),
                rule.port(), rule.port(), rule.ready());
    }

    /// First the router, which finishes what is in flight and lets its instances go; then what is left in Lambda.
    private void stop() {
        synchronized (this) {
            stopped = true;
        }
        try {
            if (router != null) {
                router.stop();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (emulator != null) {
                emulator.close();
                System.out.println(emulator.bill().line());
            }
            Log.flush();
        }
    }
}
