// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.SplittableRandom;
import lambdadispatch.aws.Credentials;
import lambdadispatch.aws.SigV4Signer;
import lambdadispatch.aws.SigV4Verifier;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;

/// The emulator's check of `Authorization`: a verdict for any value, and VALID for none with another signature.
final class SignatureTarget extends Target {
    private static final Credentials KEY = new Credentials("AKIDEXAMPLE", "secret", "");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final HeaderName AMZ_DATE = HeaderName.of("x-amz-date");
    private static final String PATH = "/2015-03-31/functions/f/invocations";
    private static final byte[] BODY = {'{', '}'};
    private static final Headers SIGNED = signed();
    private static final String AUTHORIZATION = SIGNED.get(HeaderName.AUTHORIZATION);
    private static final String SIGNATURE = AUTHORIZATION.substring(AUTHORIZATION.length() - 64);

    SignatureTarget() {
        super("signature", octets(AUTHORIZATION), octets("Credential=", "/aws4_request", "SignedHeaders=", "host;", ";", ",", " ",
                "20260102", "Signature=", "AKIDEXAMPLE", "x-amz-date", "0".repeat(64)));
    }

    private static Headers signed() {
        Headers headers = Headers.of("host", "127.0.0.1:5051");
        new SigV4Signer("us-east-1", "lambda").sign("POST", PATH, "", headers, BODY, KEY, NOW);
        return headers;
    }

    @Override
    public void run(byte[] input, SplittableRandom random) {
        String authorization = new String(input, StandardCharsets.ISO_8859_1);
        Headers headers = new Headers();
        headers.addAll(SIGNED);
        headers.set(HeaderName.AUTHORIZATION, authorization);
        if (random.nextInt(16) == 0) {
            headers.set(AMZ_DATE, authorization.substring(0, Math.min(16, authorization.length())));
        }
        Request request = new Request("POST", PATH, "http", "127.0.0.1:5051", headers, BODY.length, 11);
        SigV4Verifier.Verdict verdict = new SigV4Verifier(KEY).verify(request, BODY, NOW);
        require(verdict != SigV4Verifier.Verdict.VALID || authorization.contains(SIGNATURE), "accepted with another signature");
    }
}
