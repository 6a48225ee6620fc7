// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `./build.sh run` as its user has it: one process that starts others, and ends all of them.
@Timeout(60)
class CtrlCTest {
    private static final List<String> PORTS =
            List.of("IncomingRequestHTTPPort", "IncomingRequestHTTPSPort", "ControlChannelHTTP2Port", "EmulatorPort");

    private final List<Integer> ports = new ArrayList<>();
    private Process stack;
    private List<ProcessHandle> started = List.of();

    @BeforeEach
    void runs() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                        "-p", "build/modules", "-m", "lambdadispatch.emulator/" + LocalStack.class.getName(), "--instances", "1")
                        .redirectErrorStream(true);
        List<ServerSocket> probes = new ArrayList<>();
        for (String port : PORTS) {
            probes.add(new ServerSocket(0));
            ports.add(probes.getLast().getLocalPort());
            builder.environment().put("LAMBDA_DISPATCH_" + port, Integer.toString(ports.getLast()));
        }
        for (ServerSocket probe : probes) {
            probe.close();
        }
        stack = builder.start();
    }

    @AfterEach
    void nothingIsLeft() {
        stack.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void endsEveryProcessGivesBackEveryPortAndTellsTheBill() throws Exception {
        List<String> lines = new ArrayList<>();
        BufferedReader printed = new BufferedReader(new InputStreamReader(stack.getInputStream(), StandardCharsets.UTF_8));
        for (String line = printed.readLine(); line != null && !line.startsWith("Ctrl-C stops"); line = printed.readLine()) {
            lines.add(line);
        }
        String url = "http://127.0.0.1:" + ports.getFirst();
        assertThat(lines.stream().filter(line -> line.startsWith("  curl "))).hasSize(3).allMatch(line -> line.contains(url));
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response ping = client.send("GET", URI.create(url + "/ping"), new Headers(), null)) {
            assertThat(ping.bytes(10)).asString().isEqualTo("pong");
        }
        started = stack.descendants().toList();
        assertThat(started).as("router, extension, app").hasSizeGreaterThanOrEqualTo(3);
        CompletableFuture<List<String>> rest = CompletableFuture.supplyAsync(() -> printed.lines().toList());
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(stack.pid())).start().waitFor()).isZero();
        assertThat(stack.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(rest.get(10, TimeUnit.SECONDS)).anyMatch(line -> line.contains("GB-seconds billed: 1 invocations, 1 cold starts"));
        assertThat(started).as("left running").noneMatch(ProcessHandle::isAlive);
        for (int port : ports) {
            try (ServerSocket again = new ServerSocket()) {
                again.bind(new InetSocketAddress(port));
                assertThat(again.isBound()).isTrue();
            }
        }
    }
}
