// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// The head of one HTTP/1.1 response as [HeadParser] read it. Refilled for each message on a connection.
public final class ResponseHead {
    int version;
    int status;
    boolean keepAlive;
    final Headers headers = new Headers();

    public ResponseHead() {}

    /// 10 or 11.
    public int version() {
        return version;
    }

    public int status() {
        return status;
    }

    /// Whether the connection outlives this message, as far as its head says (RFC 9112 §9.3).
    public boolean keepAlive() {
        return keepAlive;
    }

    public Headers headers() {
        return headers;
    }
}
