// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;

/// One case of AWS's signing suite, read from `test/vectors/sigv4/suite.zip`.
///
/// @param files its texts, by name without folder and ending
/// @param head the request up to the blank line, as it is in the suite, line feeds only
record SigningCase(String name, Map<String, String> files, Json.JsonObject context, String head, String body) {
    private static final Path SUITE = Path.of("test/vectors/sigv4/suite.zip");

    static List<SigningCase> all() {
        Map<String, Map<String, String>> folders = new TreeMap<>();
        try (ZipFile zip = new ZipFile(SUITE.toFile())) {
            for (ZipEntry entry : zip.stream().filter(each -> !each.isDirectory()).toList()) {
                String[] parts = entry.getName().split("/");
                String text = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                folders.computeIfAbsent(parts[1], _ -> new TreeMap<>()).put(parts[2].replaceFirst("\\.[a-z]+$", ""), text);
            }
            List<SigningCase> cases = new ArrayList<>();
            for (Map.Entry<String, Map<String, String>> folder : folders.entrySet()) {
                cases.add(of(folder.getKey(), folder.getValue()));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SigningCase of(String name, Map<String, String> files) throws IOException {
        String request = files.get("request");
        int blank = request.indexOf("\n\n");
        String head = blank < 0 ? request.stripTrailing() : request.substring(0, blank);
        Json.JsonObject context = Json.parseObject(files.get("context").getBytes(StandardCharsets.UTF_8));
        return new SigningCase(name, files, context, head, blank < 0 ? "" : request.substring(blank + 2));
    }

    String method() {
        return head.substring(0, head.indexOf(' '));
    }

    /// Everything between the method and the protocol: some targets hold blanks.
    String target() {
        String line = head.lines().findFirst().orElseThrow();
        return line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
    }

    String path() {
        return target().split("\\?", 2)[0];
    }

    String query() {
        return target().contains("?") ? target().split("\\?", 2)[1] : "";
    }

    /// Folded lines count as one, with a blank for the break (RFC 9112 §5.2).
    Headers headers() {
        Headers headers = new Headers();
        String unfolded = head.replaceAll("\n[ \t]+", " ");
        unfolded.lines().skip(1).forEach(line -> headers.add(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1)));
        return headers;
    }

    byte[] payload() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    Instant time() {
        return Instant.parse(context.text("timestamp").orElseThrow());
    }

    Duration validity() {
        return Duration.ofSeconds(context.number("expiration_in_seconds").orElseThrow());
    }

    Credentials credentials() {
        Json.JsonObject keys = context.object("credentials").orElseThrow();
        return new Credentials(keys.text("access_key_id").orElseThrow(), keys.text("secret_access_key").orElseThrow(),
                keys.text("token").orElse(""));
    }

    SigV4Signer signer() {
        Set<SigV4Signer.Option> options = EnumSet.noneOf(SigV4Signer.Option.class);
        if (!context.flag("normalize").orElseThrow()) {
            options.add(SigV4Signer.Option.KEEP_PATH);
        }
        if (context.flag("sign_body").orElseThrow()) {
            options.add(SigV4Signer.Option.SEND_BODY_HASH);
        }
        if (context.flag("omit_session_token").orElse(false)) {
            options.add(SigV4Signer.Option.TOKEN_UNSIGNED);
        }
        return new SigV4Signer(context.text("region").orElseThrow(), context.text("service").orElseThrow(),
                options.toArray(SigV4Signer.Option[]::new));
    }

    @Override
    public String toString() {
        return name;
    }
}
