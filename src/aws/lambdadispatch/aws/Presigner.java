// SPDX-License-Identifier: MIT
package lambdadispatch.aws;

import java.time.Duration;
import java.time.Instant;
import lambdadispatch.http.message.Headers;

/// AWS Signature Version 4 in the query ("Authenticating requests: using query parameters"), for URLs that others may use for a while.
/// Pure.
public final class Presigner {
    private final SigV4Signer signer;
    private final Duration validity;

    /// @param signer whose region, service and options count; `SEND_BODY_HASH` has no effect here
    public Presigner(SigV4Signer signer, Duration validity) {
        this.signer = signer;
        this.validity = validity;
    }

    /// Returns the query to send instead of the one given.
    /// @param headers all that are to be signed; the URL works only with the same ones. `Host` must be among them
    public String sign(String method, String path, String query, Headers headers, byte[] body, Credentials credentials, Instant now) {
        String amzDate = SigV4Signer.amzDate(now);
        String unsigned = (query.isEmpty() ? "" : query + "&")
                + "X-Amz-Algorithm=" + SigV4Signer.ALGORITHM
                + "&X-Amz-Credential=" + encode(credentials.accessKeyId() + "/" + signer.scope(amzDate))
                + "&X-Amz-Date=" + amzDate
                + "&X-Amz-SignedHeaders=" + encode(signer.canonical(method, path, query, headers, "").signedHeaders())
                + "&X-Amz-Expires=" + validity.toSeconds();
        String token = credentials.sessionToken().isEmpty() ? "" : "&X-Amz-Security-Token=" + encode(credentials.sessionToken());
        String signed = signer.has(SigV4Signer.Option.TOKEN_UNSIGNED) ? unsigned : unsigned + token;
        CanonicalRequest canonical = signer.canonical(method, path, signed, headers, SigV4Signer.sha256(body));
        return unsigned + token + "&X-Amz-Signature=" + signer.signature(canonical, credentials.secretAccessKey(), amzDate);
    }

    private static String encode(String text) {
        return UriEncoding.encode(text, false);
    }
}
