// SPDX-License-Identifier: MIT
package lambdadispatch.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.client.Http1Client;
import lambdadispatch.http.message.Headers;
import lambdadispatch.support.Stack;
import lambdadispatch.support.Tool;

/// Bodies that are sent to the demo app and fetched from it, checked by their hashes.
final class Exchanges {
    /// More than any window or buffer on the way.
    static final int SIZE = 3_000_000;

    private Exchanges() {}

    static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What the app says that so many of its bytes hash to.
    static String expected(Stack stack, int size) throws IOException {
        try (Http1Client client = new Http1Client(Http1Client.Options.DEFAULT);
                Http1Client.Response response = client.send("GET", stack.url("/sha256?n=" + size), new Headers(), null)) {
            return new String(response.bytes(100), StandardCharsets.US_ASCII).strip();
        }
    }

    /// A file of random octets.
    static Path upload(Path folder) throws IOException {
        byte[] body = new byte[SIZE];
        new Random(4).nextBytes(body);
        return Files.write(folder.resolve("upload"), body);
    }

    /// Downloads, uploads and asks with curl; returns the HTTP version that it reports.
    /// @param base URL of the root, without its slash
    static String curl(String base, String expected, Path folder, String... options) throws Exception {
        Path body = folder.resolve("body");
        String version = curl(base + "/bytes?n=" + SIZE, body, options);
        assertThat(sha256(Files.readAllBytes(body))).isEqualTo(expected);
        for (List<String> how : List.of(List.<String>of(), List.of("-H", "Expect: 100-continue"),
                List.of("-H", "Transfer-Encoding: chunked"))) {
            if (how.contains("Transfer-Encoding: chunked") && List.of(options).contains("--http1.0")) {
                continue; // there is no chunked coding in HTTP/1.0
            }
            List<String> more = new ArrayList<>(List.of(options));
            more.addAll(how);
            more.addAll(List.of("--data-binary", "@" + upload(folder)));
            curl(base + "/upload", body, more.toArray(String[]::new));
            assertThat(Json.parseObject(Files.readAllBytes(body)).text("sha256")).as("upload " + how)
                    .contains(sha256(Files.readAllBytes(upload(folder))));
        }
        List<String> head = new ArrayList<>(List.of(options));
        head.add("--head");
        curl(base + "/bytes?n=" + SIZE, body, head.toArray(String[]::new));
        assertThat(Files.readString(body, StandardCharsets.ISO_8859_1)).containsIgnoringCase("content-length: " + SIZE);
        return version;
    }

    private static String curl(String url, Path body, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--silent", "--show-error", "--insecure", "--fail", "--max-time", "60",
                "--noproxy", "*", "--output", body.toString(),
                "--write-out", "%{http_version}"));
        arguments.addAll(List.of(options));
        arguments.add(url);
        return Tool.need("curl").run(arguments.toArray(String[]::new)).success();
    }

    static String root(URI uri) {
        return uri.toString().replaceAll("/$", "");
    }
}
