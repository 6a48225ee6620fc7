// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.nio.charset.StandardCharsets;
import lambdadispatch.http.hpack.FieldSink;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.Grammar;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;

/// Collects one decoded field section and checks that it is a well-formed request head or trailer section (RFC 9113 §8.2, §8.3).
///
/// A violation is remembered, not thrown: the decoder has to go on to the end of the block, or its table falls out of step.
final class RequestFields implements FieldSink {
    private static final HeaderSet CONNECTION_SPECIFIC = HeaderSet.of(HeaderName.CONNECTION, HeaderName.PROXY_CONNECTION,
            HeaderName.KEEP_ALIVE, HeaderName.TRANSFER_ENCODING, HeaderName.UPGRADE);

    private static final HeaderSet NOT_IN_TRAILERS = HeaderSet.of(HeaderName.CONTENT_LENGTH, HeaderName.HOST, HeaderName.COOKIE,
            HeaderName.AUTHORIZATION);

    private static final int LONGEST_METHOD = 32;

    private final int maxFields;
    private final Headers headers = new Headers();
    private String method;
    private String scheme;
    private String path;
    private String authority;
    private byte[] cookie;
    private int cookieLength;
    private boolean regular;
    private boolean trailers;
    private boolean tooMany;
    private String fault;

    RequestFields(int maxFields) {
        this.maxFields = maxFields;
    }

    /// Makes it a trailer section: no pseudo-header fields are allowed (RFC 9113 §8.1).
    RequestFields asTrailers() {
        trailers = true;
        return this;
    }

    /// What makes the section malformed, or null.
    String fault() {
        return fault;
    }

    boolean tooMany() {
        return tooMany;
    }

    Headers headers() {
        return headers;
    }

    @Override
    public void field(byte[] name, int nameOffset, int nameLength, byte[] value, int valueOffset, int valueLength, boolean never) {
        if (fault != null || tooMany) {
            return;
        }
        if (!validValue(value, valueOffset, valueLength)) {
            fault = "invalid octet in a field value";
        } else if (nameLength > 0 && name[nameOffset] == ':') {
            pseudo(text(name, nameOffset, nameLength), text(value, valueOffset, valueLength));
        } else if (!validName(name, nameOffset, nameLength)) {
            fault = "invalid field name";
        } else if (headers.size() == maxFields) {
            tooMany = true;
        } else {
            regular = true;
            add(name, nameOffset, nameLength, value, valueOffset, valueLength);
        }
    }

    private void add(byte[] name, int nameOffset, int nameLength, byte[] value, int valueOffset, int valueLength) {
        headers.add(name, nameOffset, nameLength, value, valueOffset, valueLength);
        int field = headers.size() - 1;
        // RFC 9110 §6.5.1: what frames or routes a message has no place in its trailers; whoever merges them would be led astray
        if (trailers && NOT_IN_TRAILERS.contains(headers, field)) {
            fault = "field not allowed in trailers";
        }
        if (headers.is(field, HeaderName.COOKIE)) {
            joinCookie(value, valueOffset, valueLength);
            return;
        }
        // RFC 9113 §8.2.2: connection-specific fields make a message malformed; TE may say "trailers" and nothing else
        if (CONNECTION_SPECIFIC.contains(headers, field)) {
            fault = "connection-specific field";
        }
        if (headers.is(field, HeaderName.TE) && !headers.valueIs(field, "trailers")) {
            fault = "TE other than trailers";
        }
    }

    /// RFC 9113 §8.2.3: cookie crumbs are joined before they reach anything that does not speak HTTP/2.
    private void joinCookie(byte[] value, int offset, int length) {
        int field = headers.find(HeaderName.COOKIE);
        if (field == headers.size() - 1) {
            return; // the first one stays as it is
        }
        if (cookie == null) {
            cookie = new byte[Math.max(256, headers.valueLength(field) + length + 2)];
            System.arraycopy(headers.array(), headers.valueStart(field), cookie, 0, headers.valueLength(field));
            cookieLength = headers.valueLength(field);
        }
        if (cookieLength + length + 2 > cookie.length) {
            cookie = java.util.Arrays.copyOf(cookie, Math.max(cookie.length * 2, cookieLength + length + 2));
        }
        cookie[cookieLength++] = ';';
        cookie[cookieLength++] = ' ';
        System.arraycopy(value, offset, cookie, cookieLength, length);
        cookieLength += length;
    }

    private void pseudo(String name, String value) {
        // RFC 9113 §8.3: before all regular fields, none unknown, none twice, none in trailers
        if (regular || trailers) {
            fault = "pseudo-header field out of place";
            return;
        }
        String before;
        switch (name) {
            case ":method" -> {
                before = method;
                method = value;
            }
            case ":scheme" -> {
                before = scheme;
                scheme = value;
            }
            case ":path" -> {
                before = path;
                path = value;
            }
            case ":authority" -> {
                before = authority;
                authority = value;
            }
            default -> before = name;
        }
        if (before != null) {
            fault = "unknown or repeated pseudo-header field";
        }
    }

    /// The request, once the section is complete.
    /// @throws StreamError it is malformed
    Request request(int streamId, boolean endStream) throws StreamError {
        if (fault == null) {
            fault = missing();
        }
        if (fault != null) {
            throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, fault);
        }
        if (cookie != null) {
            headers.remove(HeaderName.COOKIE);
            headers.add(HeaderName.COOKIE.bytes(), 0, 6, cookie, 0, cookieLength);
        }
        long length = contentLength(streamId);
        // RFC 9113 §8.1.1: a content-length that does not match the DATA there is makes a message malformed
        if (endStream && length > 0) {
            throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, "content-length without a body");
        }
        return new Request(method, path, scheme, authority == null ? "" : authority, headers, endStream ? 0 : length, 20);
    }

    private long contentLength(int streamId) throws StreamError {
        try {
            return Framing.contentLength(headers);
        } catch (BadMessage e) {
            throw new StreamError(streamId, ErrorCode.PROTOCOL_ERROR, e.getMessage());
        }
    }

    private String missing() {
        if (method == null || method.length() > LONGEST_METHOD || !Grammar.isToken(method)) {
            return ":method missing or invalid";
        }
        if (method.equals("CONNECT")) {
            return connectFault();
        }
        // RFC 9113 §8.3.1: all but CONNECT have exactly one :scheme and :path, and the path is not empty
        if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
            return ":scheme missing or unknown";
        }
        if (path == null || !(path.startsWith("/") || path.equals("*") && method.equals("OPTIONS")) || !Grammar.isTarget(path)) {
            return ":path missing or invalid";
        }
        return authorityFault();
    }

    /// RFC 9113 §8.5: CONNECT has an :authority, and neither :scheme nor :path. The request that is well-formed is still refused.
    private String connectFault() {
        if (authority == null || scheme != null || path != null) {
            return "malformed CONNECT";
        }
        scheme = "http";
        path = "";
        return authorityFault();
    }

    private String authorityFault() {
        int host = headers.find(HeaderName.HOST);
        if (host >= 0 && headers.find(HeaderName.HOST, host + 1) >= 0) {
            return "several Host fields";
        }
        String hostValue = host < 0 ? null : headers.value(host);
        // RFC 9113 §8.3.1: Host and :authority must not differ; without :authority, Host takes its place
        if (authority != null && hostValue != null && !authority.equalsIgnoreCase(hostValue)) {
            return "Host differs from :authority";
        }
        if (authority == null) {
            authority = hostValue;
        }
        if (host >= 0) {
            headers.remove(HeaderName.HOST);
        }
        return authority == null || Grammar.isAuthority(authority) ? null : "invalid :authority";
    }

    /// RFC 9113 §8.2.1: lower-case tokens only.
    private static boolean validName(byte[] name, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (name[i] >= 'A' && name[i] <= 'Z') {
                return false;
            }
        }
        return Grammar.isToken(name, offset, offset + length);
    }

    /// RFC 9113 §8.2.1: no NUL, LF or CR, no blank at either end; RFC 9110 §5.5: no other control characters.
    private static boolean validValue(byte[] value, int offset, int length) {
        return Grammar.isFieldValue(value, offset, offset + length)
                && (length == 0 || !Grammar.isBlank(value[offset]) && !Grammar.isBlank(value[offset + length - 1]));
    }

    private static String text(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
}
