// SPDX-License-Identifier: MIT
package lambdadispatch.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.support.Ports;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The router behind other people's proxies, as it is behind a load balancer. A proxy that is not installed is a skipped test.
@Timeout(240)
class ProxiesTest {
    @RegisterExtension
    static final Stack STACK = new Stack().instances(2);

    @TempDir
    Path folder;

    private Process proxy;

    private void awaitPort(int port, Path printed) throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
                return;
            } catch (IOException notYet) {
                if (!proxy.isAlive() || System.nanoTime() > until) {
                    throw new AssertionError("the proxy does not listen\n" + Files.readString(printed), notYet);
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    private String start(Tool tool, int port, String... arguments) throws IOException {
        Path printed = folder.resolve("proxy.log");
        proxy = tool.start(printed, arguments);
        awaitPort(port, printed);
        return "http://127.0.0.1:" + port;
    }

    @AfterEach
    void stopProxy() throws InterruptedException {
        if (proxy != null) {
            proxy.destroy();
            if (!proxy.waitFor(20, TimeUnit.SECONDS)) {
                proxy.destroyForcibly();
                throw new AssertionError("the proxy did not end");
            }
        }
    }

    /// Bodies both ways by each kind of client, and that the app learns who the client is.
    private void works(String base, String... more) throws Exception {
        String expected = Exchanges.expected(STACK, Exchanges.SIZE);
        assertThat(Exchanges.curl(base, expected, folder, "--http1.1")).isEqualTo("1.1");
        for (String option : more) {
            assertThat(Exchanges.curl(base, expected, folder, option)).isEqualTo("2");
        }
        String seen =
                Tool.need("curl").run("--silent", "--noproxy", "*", "-H", "X-Forwarded-For: 203.0.113.9", base + "/headers").success();
        assertThat(seen.toLowerCase(java.util.Locale.ROOT)).as("what the app sees").contains("x-forwarded-for").contains("203.0.113.9");
    }

    @ParameterizedTest(name = "HAProxy with {0} to the router")
    @CsvSource({"HTTP/1.1, incoming, ''", "h2c, incoming, proto h2", "h2 over TLS, incoming-tls, ssl verify none alpn h2",
            "HTTP/1.1 over TLS, incoming-tls, ssl verify none alpn http/1.1"})
    void haproxy(String what, String to, String options) throws Exception {
        Tool haproxy = Tool.need("haproxy");
        int port = Ports.free();
        Path configuration = Files.writeString(folder.resolve("haproxy.cfg"), """
                global
                    nbthread 1
                defaults
                    mode http
                    timeout connect 30s
                    timeout client 60s
                    timeout server 60s
                frontend front
                    bind 127.0.0.1:%d
                    default_backend router
                backend router
                    option forwardfor
                    server router 127.0.0.1:%d %s
                """.formatted(port, STACK.port(to), options));
        works(start(haproxy, port, "-db", "-f", configuration.toString()), "--http2-prior-knowledge");
    }

    @Test
    void nginx() throws Exception {
        Tool nginx = Tool.need("nginx");
        int port = Ports.free();
        String root = System.getProperty("user.name").equals("root") ? "user root;" : "";
        Path configuration = Files.writeString(folder.resolve("nginx.conf"), """
                %s
                daemon off;
                worker_processes 1;
                pid %s/nginx.pid;
                error_log stderr;
                events { worker_connections 256; }
                http {
                    access_log off;
                    client_body_temp_path %s/client; proxy_temp_path %s/proxy; fastcgi_temp_path %s/fastcgi; uwsgi_temp_path %s/uwsgi; scgi_temp_path %s/scgi;
                    upstream router { server 127.0.0.1:%d; keepalive 8; }
                    server {
                        listen 127.0.0.1:%d;
                        client_max_body_size 0;
                        location / {
                            proxy_pass http://router;
                            proxy_http_version 1.1;
                            proxy_request_buffering off;
                            proxy_set_header Connection "";
                            proxy_set_header Host $http_host;
                            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        }
                    }
                }
                """.formatted(root, folder, folder, folder, folder, folder, folder, STACK.port("incoming"), port));
        works(start(nginx, port, "-p", folder.toString(), "-e", "stderr", "-c", configuration.toString()));
    }
}
