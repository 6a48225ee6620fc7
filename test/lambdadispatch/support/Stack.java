// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.Emulator;
import lambdadispatch.emulator.EmulatorConfig;
import lambdadispatch.emulator.RouterProcess;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.environment.FunctionSettings;
import lambdadispatch.emulator.process.Signal;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The whole product on free ports: the emulator in this process, router, extensions and apps as the real processes of `build/modules`.
///
/// ```
/// try (Stack stack = new Stack().router("LAMBDA_DISPATCH_MaxConcurrentCount", "5").start()) { … }   // one test
/// @RegisterExtension static final Stack STACK = new Stack();                                          // all tests of a class
/// ```
///
/// Everything that any process prints is kept; as an extension it prints it when a test fails. Closing it ends everything
/// and fails if a process is left.
public final class Stack implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback, AutoCloseable {
    public static final String FUNCTION = "stack";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int LINES_KEPT = 20_000;
    private static final List<String> PORTS =
            List.of("IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelInsecureHTTP2Port", "ControlChannelHTTP2Port");

    private BuildCommands commands = BuildCommands.ofModules();
    private final Map<String, String> routerVariables = new HashMap<>();
    private final Map<String, String> environmentVariables = new HashMap<>();
    private final Deque<String> lines = new ArrayDeque<>();
    private final Set<Long> pids = ConcurrentHashMap.newKeySet();
    private String app = commands.demo();
    private int concurrency = 5;
    private int perEnvironment = 1;
    private Duration timeout = Duration.ofMinutes(15);
    private Duration coldStart = Duration.ZERO;
    private List<String> furtherFunctions = List.of();
    private Consumer<String> listener = line -> {};
    private EmulatorConfig config;
    private Emulator emulator;
    private final Deque<StackRouter> routers = new ArrayDeque<>(); // the first is the stack's own

    // --- before the start ---

    /// The app's command, for `/bin/sh -c`; it gets `PORT`. The demo if this is not called.
    public Stack app(String command) {
        app = command;
        return this;
    }

    /// How router and extension are started, where it is not from the compiled modules.
    public Stack commands(BuildCommands other) {
        commands = other;
        return this;
    }

    public Stack router(String variable, String value) {
        routerVariables.put(variable, value);
        return this;
    }

    /// A variable of extension and app.
    public Stack environment(String variable, String value) {
        environmentVariables.put(variable, value);
        return this;
    }

    /// Opens the router's admin port, with a token for what changes something.
    public Stack admin(String token) throws IOException {
        return router("LAMBDA_DISPATCH_AdminPort", Integer.toString(Ports.free())).router("LAMBDA_DISPATCH_AdminToken", token);
    }

    /// Environments at most.
    public Stack instances(int most) {
        concurrency = most;
        return this;
    }

    /// Invocations at once in one environment: more than one as on Lambda's managed instances.
    public Stack perEnvironment(int atOnce) {
        perEnvironment = atOnce;
        return this;
    }

    public Stack functionTimeout(Duration limit) {
        timeout = limit;
        return this;
    }

    public Stack coldStart(Duration delay) {
        coldStart = delay;
        return this;
    }

    /// Functions that exist beside [#FUNCTION].
    public Stack functions(String... names) {
        furtherFunctions = List.of(names);
        return this;
    }

    /// Gets every line that any process prints, on the thread that reads it.
    public Stack onLine(Consumer<String> each) {
        listener = each;
        return this;
    }

    /// Starts emulator and router and returns when the router says that it is ready.
    public Stack start() throws IOException {
        Map<String, String> forEnvironments = inherited();
        forEnvironments.putAll(environmentVariables);
        Set<String> functions = new TreeSet<>(furtherFunctions);
        functions.add(FUNCTION);
        FunctionSettings function = new FunctionSettings(1024, timeout, Duration.ofSeconds(10), coldStart, Duration.ofMinutes(5),
                concurrency,
                "us-east-1", "123456789012", commands.extension(), app, forEnvironments, this::printed).perEnvironment(perEnvironment);
        config = new EmulatorConfig(0, functions, "test", "test", InvokeFaults.NONE, function);
        emulator = Emulator.start(config);
        startRouter(Map.of());
        return this;
    }

    private static Map<String, String> inherited() {
        Map<String, String> inherited = new HashMap<>();
        for (String name : List.of("PATH", "HOME", "TMPDIR", "JAVA_HOME")) {
            Stream.ofNullable(System.getenv(name)).forEach(value -> inherited.put(name, value));
        }
        return inherited;
    }

    /// Starts one more router, with further variables, and waits until it is ready.
    public StackRouter startRouter(Map<String, String> more) throws IOException {
        Map<String, String> variables = inherited();
        variables.put("LAMBDA_DISPATCH_FunctionName", FUNCTION);
        PORTS.forEach(port -> variables.put("LAMBDA_DISPATCH_" + port, "0"));
        variables.putAll(routerVariables);
        variables.putAll(more);
        StackRouter router = StackRouter.start(emulator.guardian(), commands.router(),
                RouterProcess.variables(variables, config, emulator.endpoint()), this::printed);
        routers.add(router);
        pids.add(router.pid());
        try {
            router.awaitReady(PATIENCE);
            return router;
        } catch (Exception e) {
            String output = output();
            close();
            throw new IllegalStateException("the router did not become ready:\n" + output, e);
        }
    }

    // --- while it runs ---

    /// On the cleartext incoming port.
    public URI url(String pathAndQuery) {
        return router().url(pathAndQuery);
    }

    /// On the admin port.
    public URI adminUrl(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port("admin") + pathAndQuery);
    }

    /// On the TLS incoming port; the certificate is self-made.
    public URI tlsUrl(String pathAndQuery) {
        return URI.create("https://127.0.0.1:" + port("incoming-tls") + pathAndQuery);
    }

    /// A port of the router: `incoming`, `incoming-tls`, `control`, `control-tls`, `admin`, as its log calls them.
    public int port(String what) {
        return router().port(what);
    }

    public StackRouter router() {
        return routers.getFirst();
    }

    public Emulator emulator() {
        return emulator;
    }

    public long routerPid() {
        return router().pid();
    }

    public CompletableFuture<Integer> routerExit() {
        return router().exit();
    }

    public void signalRouter(Signal signal) {
        router().signal(signal);
    }

    public List<Environment> environments() {
        return emulator.environments();
    }

    /// Waits until some process prints such a line, or has already.
    public String awaitLine(Predicate<String> wanted) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new TimeoutException("nobody printed the line that was waited for:\n" + String.join("\n", lines));
                }
                lines.wait(Math.max(1, left / 1_000_000));
            }
        }
    }

    /// Everything printed so far, the last [#LINES_KEPT] lines of it.
    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    private void printed(String line) {
        synchronized (lines) {
            lines.addLast(line);
            if (lines.size() > LINES_KEPT) {
                lines.removeFirst();
            }
            lines.notifyAll();
        }
        listener.accept(line);
    }

    // --- the end ---

    /// Ends everything, and looks whether it did.
    @Override
    public void close() {
        if (emulator == null) {
            return;
        }
        emulator.environments().forEach(environment -> pids.addAll(pidsOf(environment)));
        try {
            for (StackRouter router : routers) {
                router.stop();
            }
            routers.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            emulator.environments().forEach(environment -> pids.addAll(pidsOf(environment)));
            emulator.close();
            emulator = null;
        }
        List<Long> left = new ArrayList<>(pids);
        left.removeIf(pid -> pid == 0 || ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        if (!left.isEmpty()) {
            throw new AssertionError("processes left running: " + left + "\n" + output());
        }
    }

    private static List<Long> pidsOf(Environment environment) {
        return Stream.of(Environment.Part.values()).map(environment::pid).toList();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        start();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        context.getExecutionException().ifPresent(failure -> System.out.println(
                "--- output of the stack, for " + context.getDisplayName() + " ---\n" + output() + "\n---"));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }
}
