// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

/// The head of one HTTP/1.1 request as [HeadParser] read it. Refilled for each message on a connection.
public final class RequestHead {
    String method;
    String target = "";
    String scheme;
    String authority = "";
    int version;
    Framing framing;
    long contentLength;
    boolean keepAlive;
    boolean expectContinue;
    final Headers headers = new Headers();

    public RequestHead() {}

    public String method() {
        return method;
    }

    /// Origin-form or `*`; an absolute-form target is split into scheme, authority and this.
    public String target() {
        return target;
    }

    /// The scheme of an absolute-form target, else null.
    public String scheme() {
        return scheme;
    }

    /// `Host`, or the authority of an absolute-form target, which goes before it (RFC 9112 §3.2.2); "" where there is none.
    public String authority() {
        return authority;
    }

    /// 10 or 11.
    public int version() {
        return version;
    }

    public Framing framing() {
        return framing;
    }

    /// Octets of the body; 0 where there is none, -1 where only its end tells.
    public long contentLength() {
        return contentLength;
    }

    public boolean keepAlive() {
        return keepAlive;
    }

    public boolean expectContinue() {
        return expectContinue;
    }

    /// Octets of memory that it takes.
    public int footprint() {
        return headers.footprint() + target.length() + authority.length();
    }

    /// Forgets the message, and gives back what a long one needed.
    public void reset() {
        headers.reset();
        target = "";
        authority = "";
    }

    public Headers headers() {
        return headers;
    }
}
