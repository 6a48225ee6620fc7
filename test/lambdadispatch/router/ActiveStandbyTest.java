// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Asked;
import lambdadispatch.support.FakeService.Reply;
import lambdadispatch.support.Ports;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The load balancer's files, run by HAProxy before two services in the routers' place: whom requests go to, and what they say of the
/// client.
@Timeout(60)
class ActiveStandbyTest {
    private static final Path FOLDER = Path.of("docker/kubernetes/active-standby");
    private static final String FILE = "docker/kubernetes/active-standby/haproxy.cfg";
    private static final Pattern SERVER = Pattern.compile("(?m)^( *server router-(\\d) )\\S+");

    @TempDir
    private Path folder;

    private final AtomicBoolean healthy = new AtomicBoolean(true);
    private final FakeService active =
            new FakeService(asked -> asked.target().startsWith("/health") && !healthy.get() ? Reply.of(503, "") : Reply.ok("active"));
    private final FakeService standby = new FakeService(_ -> Reply.ok("standby"));
    private final HttpClient client = HttpClient.newHttpClient();
    private URI front;
    private Process haproxy;

    @AfterEach
    void end() throws InterruptedException {
        client.close();
        active.close();
        standby.close();
        if (haproxy != null) {
            haproxy.destroyForcibly().waitFor();
        }
    }

    @Test
    void theFirstRouterGetsEverythingUntilItSaysThatItStopsAndAgainWhenItIsBack() throws Exception {
        start(FILE);
        awaitAnswerOf("active");
        for (int i = 0; i < 20; i++) {
            assertThat(ask()).isEqualTo("200 active");
        }
        assertThat(served(standby)).isEmpty();
        healthy.set(false);
        awaitAnswerOf("standby");
        healthy.set(true);
        awaitAnswerOf("active");
    }

    @ParameterizedTest
    @ValueSource(strings = {FILE, "docker/haproxy/fill-first.cfg"})
    void requestThatMeetsADeadRouterGoesToTheNextInsteadOfFailing(String file) throws Exception {
        start(file);
        awaitAnswerOf("active");
        active.close();
        assertThat(ask()).isEqualTo("200 standby");
    }

    @ParameterizedTest
    @ValueSource(strings = {FILE, "docker/haproxy/fill-first.cfg"})
    void routersHearTheClientsAddress(String file) throws Exception {
        start(file);
        awaitAnswerOf("active");
        assertThat(served(active).getLast().header("x-forwarded-for")).isEqualTo("127.0.0.1");
    }

    /// What HAProxy looks up is what the other files make.
    @Test
    void namesOfServiceAndPodsAreThoseThatHaproxyLooksUp() throws IOException {
        String file = Files.readString(Path.of(FILE));
        String routers = Files.readString(FOLDER.resolveSibling("router.yaml"));
        String component = Files.readString(FOLDER.resolve("kustomization.yaml"));
        String haproxyItself = Files.readString(FOLDER.resolve("haproxy.yaml"));
        assertThat(routers).contains("kind: Deployment\nmetadata:\n  name: lambda-dispatch-router\n");
        assertThat(component).contains("value: StatefulSet", "path: /spec/replicas, value: 2",
                "path: /spec/serviceName, value: lambda-dispatch-routers}", "name: lambda-dispatch-haproxy\n");
        assertThat(haproxyItself).contains("name: lambda-dispatch-routers\n", "clusterIP: None", "name: NAMESPACE\n",
                "configMap: {name: lambda-dispatch-haproxy}",
                "{name: http, containerPort: 8080}", "{name: health, containerPort: 8404}");
        assertThat(file).contains("router-1 \"lambda-dispatch-router-0.lambda-dispatch-routers.${NAMESPACE}.svc.cluster.local:5001\"",
                "router-2 \"lambda-dispatch-router-1.lambda-dispatch-routers.${NAMESPACE}.svc.cluster.local:5001\"", "bind :8080\n",
                "bind :8404\n  monitor-uri /health\n");
    }

    @Test
    void haproxyTakesTheFileWithTheNamesThatItHasInACluster() throws Exception {
        Tool.need("haproxy");
        Path file = Files.writeString(folder.resolve("haproxy.cfg"),
                Files.readString(Path.of(FILE)).replace("parse-resolv-conf", "nameserver cluster 127.0.0.1:53"));
        Tool.need("env").run("NAMESPACE=shop", Tool.need("haproxy").path().toString(), "-c", "-f", file.toString()).success();
    }

    /// Two services stand for the routers; a third router is the second again.
    private void start(String file) throws IOException {
        Tool program = Tool.need("haproxy");
        front = URI.create("http://127.0.0.1:" + Ports.free() + "/");
        String text = SERVER.matcher(Files.readString(Path.of(file)))
                .replaceAll(server -> server.group(1) + (server.group(2).equals("1") ? active : standby).uri().getAuthority());
        text = text.replace(" resolvers cluster resolve-prefer ipv4 init-addr none", "").replaceFirst("(?s)resolvers cluster.*?\n\n", "")
                .replaceFirst("(?s)frontend health.*?\n\n", "").replaceFirst("bind :\\d+", "bind " + front.getAuthority());
        Path own = Files.writeString(folder.resolve("haproxy.cfg"), text);
        haproxy = new ProcessBuilder(program.path().toString(), "-db", "-f", own.toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile()).start();
        while (!listens()) {
            assertThat(haproxy.isAlive()).as(Files.readString(folder.resolve("said"))).isTrue();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private boolean listens() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), front.getPort())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Bounded by the test's time-out.
    private void awaitAnswerOf(String router) throws IOException, InterruptedException {
        while (!ask().equals("200 " + router)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private String ask() throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(HttpRequest.newBuilder(front).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static List<Asked> served(FakeService router) {
        return router.asked().stream().filter(asked -> !asked.target().startsWith("/health")).toList();
    }
}
