// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// The head of one HTTP/1.1 response as [HeadParser] read it. Refilled for each message on a connection.
public final class ResponseHead {
    int version;
    int status;
    boolean keepAlive;
    Framing framing; // null until frame()
    long contentLength;
    final Headers headers = new Headers();

    public ResponseHead() {}

    /// 10 or 11.
    public int version() {
        return version;
    }

    public int status() {
        return status;
    }

    /// Finds out how the body ends, which depends on what was asked, too.
    /// @param toHead whether the request was a HEAD
    /// @throws BadMessage 502: both length and coding, differing lengths, a coding other than one `chunked`, or a coding in HTTP/1.0
    public ResponseHead frame(boolean toHead) throws BadMessage {
        try {
            long length = Framing.contentLength(headers);
            framing = Framing.ofResponse(this, toHead, length);
            contentLength = framing.octets(length);
            return this;
        } catch (BadMessage e) {
            throw new BadMessage(502, e.getMessage());
        }
    }

    /// What [#frame] found.
    public Framing framing() {
        return framing;
    }

    /// What [#frame] found: octets of the body; 0 where there is none, -1 where only its end tells.
    public long contentLength() {
        return contentLength;
    }

    /// Whether the connection outlives this message, as far as its head says (RFC 9112 §9.3).
    public boolean keepAlive() {
        return keepAlive;
    }

    public Headers headers() {
        return headers;
    }
}
