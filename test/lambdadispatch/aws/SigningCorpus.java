// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.message.Headers;

/// Writes random requests with our signatures, a JSON object a line, for `test/sigv4/resign.py` to sign again.
public final class SigningCorpus {
    private SigningCorpus() {}

    /// @param arguments how many, and the file
    public static void main(String[] arguments) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(arguments[1]))) {
            for (int seed = 0; seed < Integer.parseInt(arguments[0]); seed++) {
                out.write(line(new RandomRequest(seed)).write());
                out.newLine();
            }
        }
    }

    private static Json line(RandomRequest random) {
        List<Json> given = new ArrayList<>();
        Headers headers = random.headers();
        for (int i = 0; i < headers.size(); i++) {
            given.add(Json.array(headers.name(i), headers.value(i)));
        }
        new SigV4Signer(random.region(), random.service()).sign(random.method(), random.path(), random.query(), headers, random.body(),
                random.credentials(), random.time());
        return Json.object("method", random.method(), "url",
                "https://" + random.host() + random.path() + (random.query().isEmpty() ? "" : "?" + random.query()),
                "headers", given, "body", Base64.getEncoder().encodeToString(random.body()), "region", random.region(), "service",
                random.service(),
                "key", random.credentials().accessKeyId(), "secret", random.credentials().secretAccessKey(), "token",
                random.credentials().sessionToken(),
                "time", random.time().toString(), "authorization", headers.get("authorization"));
    }
}
