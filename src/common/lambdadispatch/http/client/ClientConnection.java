// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.MessageWriter;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;

/// The client's side of one HTTP/1.1 connection, for [Http1Client].
final class ClientConnection implements AutoCloseable {
    /// The connection ended before any octet of a response; whether the server took the request nobody knows.
    static final class Stale extends IOException {
        private static final long serialVersionUID = 1L;

        Stale(IOException cause) {
            super("connection closed before a response", cause);
        }
    }

    private static final int MAX_HEAD = 64 << 10;
    private static final int MAX_FIELDS = 256;

    private final ClientPool pool;
    private final Origin origin;
    private final Transport transport;
    private final Duration writeLimit;
    private final TimedSource source;
    private final Deadline writing = new Deadline(this::stuck);
    private final Input in;
    private final HeadParser parser = new HeadParser(MAX_HEAD, MAX_FIELDS);
    private final Bytes out = new Bytes(512);
    private final long born;
    private volatile long idleSince;
    private volatile boolean stuck;

    /// @param writeLimit for each whole request; zero for none
    ClientConnection(ClientPool pool, Origin origin, Transport transport, Duration writeLimit) {
        this.pool = pool;
        this.origin = origin;
        this.transport = transport;
        this.writeLimit = writeLimit;
        this.source = new TimedSource(transport);
        this.in = new Input(source, 2048, MAX_HEAD);
        this.born = pool.now();
    }

    Origin origin() {
        return origin;
    }

    long idleSince() {
        return idleSince;
    }

    /// When it was opened, by the pool's clock.
    long born() {
        return born;
    }

    /// Whether it is still open and nothing has come on it unasked. Looks without waiting; if not, it must be closed.
    boolean quiet() {
        return in.available() == 0 && transport.quiet();
    }

    Http1Client.Response exchange(String method, URI uri, Headers headers, byte[] body, Duration responseTimeout) throws IOException {
        ResponseHead head = new ResponseHead();
        try {
            send(method, uri, headers, body);
            source.limitAllReads(responseTimeout);
            do {
                if (!parser.parseResponse(in, head)) {
                    throw head.status() == 0 ? new Stale(null) : new EOFException("connection closed after an interim response");
                }
            } while (head.status() < 200 && head.status() != 101); // interim responses (RFC 9110 §15.2)
            head.frame(method.equals("HEAD"));
            // RFC 9110 §15.2.2: a server may switch protocols only when asked to
            if (head.status() == 101) {
                throw new BadMessage(502, "switches protocols unasked");
            }
            boolean reusable =
                    head.keepAlive() && head.framing() != Framing.UNTIL_CLOSE && !headers.hasToken(HeaderName.CONNECTION, "close");
            return new Http1Client.Response(head.status(), head.headers(), new Body(BodyReader.of(in, head), reusable));
        } catch (SocketTimeoutException | Stale | EOFException e) {
            close();
            throw e;
        } catch (IOException e) {
            close();
            // A reset while sending or waiting: nothing of a response was seen
            throw in.available() == 0 && head.status() == 0 ? new Stale(e) : e;
        }
    }

    private void send(String method, URI uri, Headers headers, byte[] body) throws IOException {
        out.clear();
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        MessageWriter.requestLine(out, method, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
        if (!headers.contains(HeaderName.HOST)) {
            MessageWriter.field(out, HeaderName.HOST, uri.getRawAuthority());
        }
        MessageWriter.fields(out, headers);
        if (!pool.keeps() && !headers.contains(HeaderName.CONNECTION)) {
            MessageWriter.field(out, HeaderName.CONNECTION, "close");
        }
        boolean expectsBody = body != null || method.equals("POST") || method.equals("PUT");
        if (expectsBody && !headers.contains(HeaderName.CONTENT_LENGTH)) {
            MessageWriter.length(out, body == null ? 0 : body.length);
        }
        MessageWriter.end(out);
        if (body != null) {
            out.append(body);
        }
        write();
    }

    private void write() throws IOException {
        writing.arm(writeLimit);
        try {
            transport.write(out.array(), 0, out.length());
        } catch (IOException e) {
            if (!stuck) {
                throw e;
            }
            SocketTimeoutException timeout =
                    new SocketTimeoutException(origin.host() + ":" + origin.port() + " did not take the request in time");
            timeout.initCause(e);
            throw timeout;
        } finally {
            writing.disarm();
        }
    }

    private void stuck() {
        stuck = true;
        transport.close();
    }

    @Override
    public void close() {
        transport.close();
        source.close();
        writing.close();
        pool.closed(this);
    }

    /// The response's body; gives the connection back when it was read whole.
    private final class Body extends InputStream {
        private final BodyReader body;
        private final boolean reusable;
        private boolean done;

        Body(BodyReader body, boolean reusable) {
            this.body = body;
            this.reusable = reusable;
            if (body.ended()) {
                finish();
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (done) {
                return -1;
            }
            if (length == 0) {
                return 0;
            }
            int count = body.read(into, offset, length);
            if (body.ended()) {
                finish();
            }
            return count;
        }

        private void finish() {
            done = true;
            // Octets that nobody asked for would be taken for the next response.
            if (reusable && in.available() == 0) {
                idleSince = pool.now();
                pool.release(ClientConnection.this);
            } else {
                ClientConnection.this.close();
            }
        }

        @Override
        public void close() {
            if (!done) {
                done = true;
                ClientConnection.this.close();
            }
        }
    }
}
