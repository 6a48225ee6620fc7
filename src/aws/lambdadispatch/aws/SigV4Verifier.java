// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;

/// Checks a received request's Signature Version 4, as AWS does: for the local emulator and for tests of the signer.
public final class SigV4Verifier {
    /// What is wrong with a request, in the terms of AWS's answers.
    public enum Verdict { VALID, MISSING, INCOMPLETE, UNKNOWN_KEY, OTHER_REGION, OTHER_SERVICE, SKEWED, MISMATCH }

    private static final Duration MAX_SKEW = Duration.ofMinutes(5);
    private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 +Credential=([^/, ]+)/(\\d{8})/([^/, ]+)/([^/, ]+)/aws4_request, *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})");

    private final Credentials credentials;
    private final String region;
    private final String service;

    /// Takes signatures for any region and service.
    public SigV4Verifier(Credentials credentials) {
        this(credentials, null, null);
    }

    /// Takes signatures whose scope names these.
    public SigV4Verifier(Credentials credentials, String region, String service) {
        this.credentials = credentials;
        this.region = region;
        this.service = service;
    }

    public Verdict verify(Request request, byte[] body, Instant now) {
        String authorization = request.headers().get("authorization");
        if (authorization == null) {
            return Verdict.MISSING;
        }
        Matcher parts = AUTHORIZATION.matcher(authorization);
        String amzDate = request.headers().get("x-amz-date");
        if (!parts.matches() || amzDate == null || !amzDate.startsWith(parts.group(2))) {
            return Verdict.INCOMPLETE;
        }
        if (!parts.group(1).equals(credentials.accessKeyId())) {
            return Verdict.UNKNOWN_KEY;
        }
        if (region != null && !parts.group(3).equals(region)) {
            return Verdict.OTHER_REGION;
        }
        if (service != null && !parts.group(4).equals(service)) {
            return Verdict.OTHER_SERVICE;
        }
        Headers signed = signed(request, parts.group(5));
        if (signed == null) {
            return Verdict.INCOMPLETE;
        }
        SigV4Signer signer = new SigV4Signer(parts.group(3), parts.group(4));
        String hash = request.headers().get("x-amz-content-sha256");
        CanonicalRequest canonical = signer.canonical(request.method(), request.path(), request.query(), signed,
                "UNSIGNED-PAYLOAD".equals(hash) ? hash : SigV4Signer.sha256(body));
        String expected = signer.signature(canonical, credentials.secretAccessKey(), amzDate);
        if (!MessageDigest.isEqual(ascii(expected), ascii(parts.group(6)))) {
            return Verdict.MISMATCH;
        }
        return skewed(amzDate, now) ? Verdict.SKEWED : Verdict.VALID;
    }

    /// The headers that the signature names; null if one is not there, or `host` is not signed.
    private static Headers signed(Request request, String names) {
        Headers signed = new Headers();
        List<String> wanted = List.of(names.split(";"));
        if (!wanted.contains("host")) {
            return null;
        }
        for (String name : wanted) {
            List<String> values = request.headers().all(lambdadispatch.http.message.HeaderName.of(name));
            if (values.isEmpty() && name.equals("host")) {
                values = List.of(request.authority()); // HTTP/2 says it in :authority
            }
            if (values.isEmpty()) {
                return null;
            }
            values.forEach(value -> signed.add(name, value));
        }
        return signed;
    }

    private static boolean skewed(String amzDate, Instant now) {
        try {
            Instant then = LocalDateTime.parse(amzDate, AMZ_DATE).toInstant(ZoneOffset.UTC);
            return Duration.between(then, now).abs().compareTo(MAX_SKEW) > 0;
        } catch (DateTimeException e) {
            return true;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
