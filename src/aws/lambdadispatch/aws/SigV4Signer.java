// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import lambdadispatch.http.message.Headers;

/// AWS Signature Version 4 in the `Authorization` header ("Create a signed AWS API request", steps 2 to 5). Pure.
public final class SigV4Signer {
    /// What a service may want otherwise than most do.
    public enum Option {
        /// The path is signed as it is: its dot segments and doubled slashes mean something to the service.
        KEEP_PATH,
        /// The body's hash is also sent, and signed, as `x-amz-content-sha256`.
        SEND_BODY_HASH,
        /// The session token is sent, but not signed: it is added to a request that was signed without it.
        TOKEN_UNSIGNED
    }

    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final String region;
    private final String service;
    private final Set<Option> options;

    public SigV4Signer(String region, String service, Option... options) {
        this.region = region;
        this.service = service;
        this.options = options.length == 0 ? Set.of() : Set.of(options);
    }

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` (for temporary credentials) and `Authorization` to the headers, all of which are signed.
    /// @param path as it is sent, encoded
    /// @param query as it is sent, without its question mark
    /// @param headers `Host` must be among them
    public void sign(String method, String path, String query, Headers headers, byte[] body, Credentials credentials, Instant now) {
        String amzDate = amzDate(now);
        Headers signed = new Headers();
        signed.addAll(headers);
        if (!credentials.sessionToken().isEmpty()) {
            headers.add("X-Amz-Security-Token", credentials.sessionToken());
            if (!has(Option.TOKEN_UNSIGNED)) {
                signed.add("X-Amz-Security-Token", credentials.sessionToken());
            }
        }
        add("X-Amz-Date", amzDate, headers, signed);
        String hash = sha256(body);
        if (has(Option.SEND_BODY_HASH)) {
            add("x-amz-content-sha256", hash, headers, signed);
        }
        CanonicalRequest canonical = canonical(method, path, query, signed, hash);
        headers.add("Authorization", ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + scope(amzDate)
                + ", SignedHeaders=" + canonical.signedHeaders()
                + ", Signature=" + signature(canonical, credentials.secretAccessKey(), amzDate));
    }

    private static void add(String name, String value, Headers sent, Headers signed) {
        sent.add(name, value);
        signed.add(name, value);
    }

    boolean has(Option option) {
        return options.contains(option);
    }

    CanonicalRequest canonical(String method, String path, String query, Headers signed, String payloadHash) {
        return CanonicalRequest.of(new CanonicalRequest.Input(method, path, query, signed, payloadHash, !has(Option.KEEP_PATH)));
    }

    String stringToSign(CanonicalRequest canonical, String amzDate) {
        // Everything but header values is ASCII by now, and in those a character stands for an octet.
        return ALGORITHM + "\n" + amzDate + "\n" + scope(amzDate) + "\n" + sha256(canonical.text().getBytes(StandardCharsets.ISO_8859_1));
    }

    String signature(CanonicalRequest canonical, String secret, String amzDate) {
        byte[] key = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), amzDate.substring(0, 8));
        byte[] signing = hmac(hmac(hmac(key, region), service), "aws4_request");
        return HexFormat.of().formatHex(hmac(signing, stringToSign(canonical, amzDate)));
    }

    static String amzDate(Instant now) {
        return AMZ_DATE.format(now);
    }

    String scope(String amzDate) {
        return amzDate.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
    }

    static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
