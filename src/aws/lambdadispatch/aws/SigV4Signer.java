// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import lambdadispatch.http.Headers;

/// AWS Signature Version 4 in the `Authorization` header ("Create a signed AWS API request", steps 2 to 5). Pure.
public final class SigV4Signer {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final String region;
    private final String service;
    private final boolean normalize;

    public SigV4Signer(String region, String service) {
        this(region, service, true);
    }

    SigV4Signer(String region, String service, boolean normalize) {
        this.region = region;
        this.service = service;
        this.normalize = normalize;
    }

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` (for temporary credentials) and `Authorization` to the headers, all of which are signed.
    /// @param headers `Host` must be among them
    public void sign(String method, String path, String query, Headers headers, byte[] body, Credentials credentials, Instant now) {
        headers.add("x-amz-date", AMZ_DATE.format(now));
        if (!credentials.sessionToken().isEmpty()) {
            headers.add("x-amz-security-token", credentials.sessionToken());
        }
        CanonicalRequest canonical =
                CanonicalRequest.of(new CanonicalRequest.Input(method, path, query, headers, sha256(body), normalize));
        String signature = signature(canonical, credentials.secretAccessKey(), AMZ_DATE.format(now));
        headers.add("authorization", ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + scope(AMZ_DATE.format(now))
                + ", SignedHeaders=" + canonical.signedHeaders() + ", Signature=" + signature);
    }

    String stringToSign(CanonicalRequest canonical, String amzDate) {
        return ALGORITHM + "\n" + amzDate + "\n" + scope(amzDate) + "\n" + sha256(canonical.text().getBytes(StandardCharsets.UTF_8));
    }

    String signature(CanonicalRequest canonical, String secret, String amzDate) {
        byte[] key = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), amzDate.substring(0, 8));
        byte[] signing = hmac(hmac(hmac(key, region), service), "aws4_request");
        return HexFormat.of().formatHex(hmac(signing, stringToSign(canonical, amzDate)));
    }

    private String scope(String amzDate) {
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
