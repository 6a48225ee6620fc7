// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lambdadispatch.support.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `./build.sh run --app`: the rules are Lambda's, and whoever breaks one is told so where it happens.
@Timeout(120)
class OwnAppTest {
    @TempDir
    Path folder;

    private final List<String> lines = new ArrayList<>();
    private Process stack;
    private BufferedReader printed;

    private void run(String app, Map<String, String> variables) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-p", "build/modules", "-m", "lambdadispatch.emulator/" + LocalStack.class.getName(), "--instances", "1", "--app",
                        app).redirectErrorStream(true);
        for (String port : List.of("IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelHTTP2Port", "EmulatorPort",
                "PORT")) {
            builder.environment().put("LAMBDA_DISPATCH_" + port, Integer.toString(Ports.free()));
        }
        builder.environment().put("LAMBDA_DISPATCH_EmulatorAppFolder", folder.toString());
        builder.environment().put("LAMBDA_DISPATCH_MinInstanceCount", "1"); // starts an environment without a request
        builder.environment().put("LAMBDA_DISPATCH_DrainTimeout", "100ms");
        builder.environment().putAll(variables);
        stack = builder.start();
        printed = new BufferedReader(new InputStreamReader(stack.getInputStream(), StandardCharsets.UTF_8));
    }

    private void awaitLine(String part) throws IOException {
        for (String line = printed.readLine(); line != null; line = printed.readLine()) {
            lines.add(line);
            if (line.contains(part)) {
                return;
            }
        }
        throw new AssertionError("nobody said " + part + ":\n" + String.join("\n", lines));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        stack.toHandle().destroy(); // which leaves its output open
        printed.lines().forEach(line -> {});
        assertThat(stack.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private static String demo() {
        return BuildCommands.ofModules().demo();
    }

    @Test
    void appThatListensElsewhereIsToldWhereAndWithItsLastLines() throws Exception {
        int port = Ports.free();
        int elsewhere = Ports.free();
        run("pwd; export PORT=" + elsewhere + "; " + demo(), Map.of("LAMBDA_DISPATCH_PORT", Integer.toString(port)));
        awaitLine("Ctrl-C stops");
        assertThat(lines).anyMatch(line -> line.endsWith(", in " + folder))
                .anyMatch(line -> line.contains("It has to listen on its PORT: " + port))
                .anyMatch(line -> line.contains("On Lambda nobody sets PORT"))
                .anyMatch(line -> line.contains("ready when it answers GET /health with 200, here as on Lambda"));
        awaitLine("  | " + folder.toRealPath());
        assertThat(lines).anyMatch(line -> line.contains("is not ready: nothing listens on port " + port + ", which it got as PORT"))
                .anyMatch(line -> line.startsWith("It listens on port " + elsewhere + " instead. Does it read PORT?"));
    }

    @Test
    void appThatEndsIsToldWithItsLastLinesAsItWroteThem() throws Exception {
        run("echo 'Error: Cannot find module \"server.js\"'; echo '    at load (loader.js:1)'; exit 3", Map.of());
        awaitLine("did not start: Runtime exited with error: exit status 3.");
        awaitLine("  |     at load (loader.js:1)");
        assertThat(lines).contains("Its last lines:", "  | Error: Cannot find module \"server.js\"");
    }

    @Test
    void healthRuleIsLambdasOwn() throws Exception {
        run(demo(), Map.of("LAMBDA_DISPATCH_HEALTH_PATH", "/no-such-path"));
        awaitLine("but is ready only when it answers GET /no-such-path with 200, here as on Lambda (the extension saw: ");
        assertThat(lines.getLast()).contains("404");
    }
}
