// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.server.Handler;
import lambdadispatch.http.server.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminCommandTest {
    private final List<String> asked = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private int answer = 200;
    private Server server;

    @BeforeEach
    void start() throws Exception {
        Handler handler = exchange -> {
            asked.add(exchange.request().method() + " " + exchange.request().target() + " "
                    + exchange.request().headers().get(HeaderName.of("authorization")));
            exchange.answer(answer, "application/json", "{\"a\":1}".getBytes(UTF_8));
        };
        server = new Server("admin", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, handler);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(Duration.ZERO);
    }

    private int run(String... arguments) {
        Map<String, String> environment =
                Map.of("LAMBDA_DISPATCH_AdminPort", Integer.toString(server.address().getPort()), "LAMBDA_DISPATCH_AdminToken", "t");
        return new AdminCommand(environment, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)).run(List.of(arguments));
    }

    @Test
    void looksByGetAndChangesByPostWithTheToken() {
        assertThat(run("status")).isZero();
        assertThat(run("scale", "min=1", "max=4")).isZero();
        assertThat(run("instances/a1b2c3/drain")).isZero();
        assertThat(asked).containsExactly("GET /status.json Bearer t", "POST /scale?min=1&max=4 Bearer t",
                "POST /instances/a1b2c3/drain Bearer t");
        assertThat(out.toString(UTF_8)).isEqualTo("{\"a\":1}\n".repeat(3));
    }

    @Test
    void refusalIsOnTheErrorStreamWithExitCodeOne() {
        answer = 401;
        assertThat(run("roll")).isEqualTo(1);
        assertThat(out.size()).isZero();
        assertThat(err.toString(UTF_8)).contains("{\"a\":1}");
    }

    @Test
    void argumentsThatCanNotBeUsedAreAnsweredWithTheUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("roll", "everything")).isEqualTo(2);
        assertThat(run("a b")).isEqualTo(2);
        assertThat(run("log", "level=a&b=c")).isEqualTo(2);
        assertThat(asked).isEmpty();
    }

    @Test
    void missingPortAndDeadRouterAreSaidInOneLine() {
        PrintStream errors = new PrintStream(err, true, UTF_8);
        assertThat(new AdminCommand(Map.of(), errors, errors).run(List.of("status"))).isEqualTo(2);
        stop();
        assertThat(run("status")).isEqualTo(1);
        assertThat(err.toString(UTF_8).lines()).hasSize(2).last().asString().contains("does not answer");
    }
}
