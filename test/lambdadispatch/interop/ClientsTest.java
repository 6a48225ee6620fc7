// SPDX-License-Identifier: MIT
package lambdadispatch.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import lambdadispatch.base.json.Json;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Other people's clients against router, extension and demo app as real processes. A tool that is not installed is a skipped test.
@Timeout(240)
class ClientsTest {
    @RegisterExtension
    static final Stack STACK = new Stack().instances(2).router("LAMBDA_DISPATCH_Debug", "frames");

    @TempDir
    Path folder;

    private static String base(String port) {
        return Exchanges.root(port.equals("tls") ? STACK.tlsUrl("/") : STACK.url("/"));
    }

    private static String bytes(int size) throws Exception {
        return Exchanges.expected(STACK, size);
    }

    @ParameterizedTest(name = "curl {1} on {0}: HTTP/{2}")
    @CsvSource({
        "plain, --http1.0, 1.1", // the answer's version is the server's own (RFC 9110 §6.2)
        "plain, --http1.1, 1.1",
        "plain, --http2, 1.1", // it asks for the upgrade, which clients do not get
        "plain, --http2-prior-knowledge, 2",
        "tls, --http1.1, 1.1",
        "tls, --http2, 2",
        "tls, --tls-max 1.2, 2"})
    void curl(String port, String options, String version) throws Exception {
        assertThat(Exchanges.curl(base(port), bytes(Exchanges.SIZE), folder, options.split(" "))).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "tls"})
    void nghttp(String how) throws Exception {
        Tool nghttp = Tool.need("nghttp");
        String base = base(how);
        assertThat(Exchanges.sha256(nghttp.output("--no-verify-peer", base + "/bytes?n=" + Exchanges.SIZE)))
                .isEqualTo(bytes(Exchanges.SIZE));
        Path upload = Exchanges.upload(folder);
        byte[] answer = nghttp.output("--no-verify-peer", "--data=" + upload, "--trailer=x-sum: 1", base + "/upload");
        assertThat(Json.parseObject(answer).text("sha256")).contains(Exchanges.sha256(Files.readAllBytes(upload)));
        assertThat(nghttp.run("--no-verify-peer", "-n", "-v", "--continuation", "--padding=100", base + "/ping").success())
                .contains(":status: 200").contains("END_STREAM");
    }

    @ParameterizedTest
    @CsvSource({"plain, -m 20", "tls, -m 20", "plain, --h1", "tls, --h1"})
    void h2load(String port, String option) throws Exception {
        String printed = Tool.need("h2load").run((option + " -n 400 -c 8 " + base(port) + "/ping").split(" ")).success();
        assertThat(printed).contains("400 succeeded, 0 failed, 0 errored, 0 timeout").contains("status codes: 400 2xx");
    }

    @Test
    void wrk() throws Exception {
        String printed = Tool.need("wrk").run("-t1", "-c8", "-d1s", "--timeout", "30s", base("plain") + "/ping").success();
        assertThat(printed).containsPattern("[1-9][0-9]* requests in").doesNotContain("Non-2xx").doesNotContain("Socket errors");
    }

    @Test
    void node() throws Exception {
        String printed = Tool.need("node").run("test/lambdadispatch/interop/node_client.mjs", base("plain"), base("tls"), bytes(1_000_000))
                .success();
        assertThat(printed).contains("http ok").contains("https ok").contains("http2 ok").contains("http2 over tls ok");
    }

    @ParameterizedTest
    @CsvSource({"plain, incoming", "tls, incoming-tls"})
    void pythonH2(String kind, String port) throws Exception {
        Tool python = Tool.python("h2");
        assertThat(python.run("test/lambdadispatch/interop/python_client.py", Integer.toString(STACK.port(port)), kind, bytes(1_000_000))
                .success()).contains("h2 ok");
    }

    @Test
    void theFrameLogTellsBothDirectionsAndNoSecrets() throws Exception {
        String secret = "s3cr3t-" + System.nanoTime();
        Tool.need("curl").run("--silent", "--http2-prior-knowledge", "-H", "Authorization: Bearer " + secret, "-H", "Cookie: id=" + secret,
                "--data", "token=" + secret, base("plain") + "/upload").success();
        STACK.awaitLine(line -> line.contains("frames received") && line.contains("HEADERS stream=1"));
        STACK.awaitLine(line -> line.contains("frames sent") && line.contains("DATA stream=1"));
        assertThat(STACK.output().lines().filter(line -> line.contains(" frames "))).isNotEmpty()
                .noneMatch(line -> line.contains(secret) || line.contains("Bearer"));
    }
}
