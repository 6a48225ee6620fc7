// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Limits;
import lambdadispatch.router.RouterBed;
import lambdadispatch.support.ScriptedExchange;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The live page in a real browser: its script runs under its policy, and shows what the router does.
@Timeout(240)
class AdminPageTest {
    @TempDir
    Path profile;

    @Test
    void chromiumShowsInstancesFiguresAndCosts() throws Exception {
        Tool chromium = Tool.need("chromium");
        AdminBed bed = new AdminBed(AdminBed.TOKEN);
        ScriptedExchange request = ScriptedExchange.of("GET", "/a");
        RouterBed.Dispatched running = bed.router.dispatched(request);
        Server server = new Server("admin", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Limits.DEFAULT, bed.handler);
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.address().getPort() + "/#token=" + AdminBed.TOKEN;
            String page = new String(chromium.output("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir=" + profile,
                    "--virtual-time-budget=8000", "--dump-dom", url), StandardCharsets.UTF_8);
            String name = running.instance().publicName();
            assertThat(page).contains("data-name=\"" + name + "\"").contains("instance " + name + ", open, 1 of 10 slots busy");
            assertThat(page).contains("simple: 1 running, 0 waiting").contains("Lambda, provisioned concurrency").contains("healthy");
            assertThat(page).as("the buttons are there for whoever has the token").contains("<div class=\"acts\" id=\"acts\">");
            assertThat(page).as("connected").contains("<div id=\"lost\" role=\"alert\"></div>");
            assertThat(page).doesNotContain(running.instance().id());
        } finally {
            server.stop(Duration.ZERO);
            running.answer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    }
}
