// SPDX-License-Identifier: MIT
package lambdadispatch.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A real browser over TLS: a page whose resources all come over one HTTP/2 connection.
@Timeout(240)
class BrowserTest {
    @RegisterExtension
    static final Stack STACK = new Stack().instances(2)
            .app("exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -Xmx64m -XX:TieredStopAtLevel=1 -cp '"
            + System.getProperty("java.class.path") + "' lambdadispatch.interop.PageApp");

    @TempDir
    Path profile;

    @Test
    void chromiumLoadsAPageAndItsResourcesOverHttp2() throws Exception {
        Tool chromium = Tool.need("chromium");
        String page = new String(chromium.output("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--ignore-certificate-errors",
                "--user-data-dir=" + profile,
                "--virtual-time-budget=60000", "--dump-dom", STACK.tlsUrl("/").toString()), StandardCharsets.UTF_8);
        assertThat(page).contains("\ndone</pre>");
        for (int i = 0; i < PageApp.RESOURCES; i++) {
            assertThat(page).contains("resource " + i + " " + Exchanges.sha256(PageApp.resource(i)) + "\n")
                    .contains("protocol /resource/" + i + " h2\n");
        }
        byte[] sent = new byte[300_000];
        java.util.Arrays.fill(sent, (byte) 7);
        assertThat(page).contains("upload 300000 " + Exchanges.sha256(sent)).contains("protocol / h2\n")
                .contains("protocol /style.css h2\n");
        assertThat(page.lines().filter(line -> line.startsWith("protocol"))).hasSizeGreaterThanOrEqualTo(PageApp.RESOURCES + 3)
                .allMatch(line -> line.endsWith(" h2"));
    }
}
