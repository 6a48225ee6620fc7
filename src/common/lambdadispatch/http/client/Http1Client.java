// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import lambdadispatch.http.message.Headers;

/// An HTTP/1.1 client for short control conversations (Runtime API, AWS, metadata): a request from memory, a response as a stream.
///
/// Connections are kept and used again, one request at a time each, unless [Options#idle()] says that none is. One that was kept is looked
/// at before it carries a request: octets or an end on it mean a fresh one. What is left is a server that closes in that very moment: a
/// `GET` or `HEAD` of which no octet of a response came is then sent once more, anything else is not, since the server may have taken it
/// (RFC 9110 §9.2.2).
///
/// Thread-safe; blocks the calling thread, which ought to be a virtual one.
public final class Http1Client implements AutoCloseable {
    /// All limits, made from [#DEFAULT] by naming what is different.
    ///
    /// @param connect for TCP and TLS, at each address of the name; of silent ones three are tried
    /// @param write for the whole request, so that a peer that does not read holds no thread for ever
    /// @param response from the request's last octet to the response's last; zero for none
    /// @param idle how long a connection is kept for a further request; zero for not at all, so that each request has a connection of its
    /// own
    /// @param keepAliveProbes whether the kernel probes silent connections, for responses that take minutes
    /// @param tls null for the platform's trust
    public record Options(Duration connect, Duration write, Duration response, Duration idle, boolean keepAliveProbes, SSLContext tls) {
        /// Servers commonly close idle connections after a minute or more, so 30 s are worth a try.
        public static final Options DEFAULT =
                new Options(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30), false, null);

        public Options withConnect(Duration limit) {
            return new Options(limit, write, response, idle, keepAliveProbes, tls);
        }

        public Options withWrite(Duration limit) {
            return new Options(connect, limit, response, idle, keepAliveProbes, tls);
        }

        public Options withResponse(Duration limit) {
            return new Options(connect, write, limit, idle, keepAliveProbes, tls);
        }

        public Options withIdle(Duration limit) {
            return new Options(connect, write, response, limit, keepAliveProbes, tls);
        }

        public Options withKeepAliveProbes() {
            return new Options(connect, write, response, idle, true, tls);
        }

        public Options withTls(SSLContext context) {
            return new Options(connect, write, response, idle, keepAliveProbes, context);
        }
    }

    /// A response whose body is read from [#body()]. Closing it returns the connection (or closes it if unread body is left).
    public record Response(int status, Headers headers, InputStream body) implements AutoCloseable {
        /// The whole body.
        /// @throws IOException it is longer than `limit` bytes, or broke off
        public byte[] bytes(int limit) throws IOException {
            byte[] read = body.readNBytes(limit + 1);
            if (read.length > limit) {
                throw new IOException("response body longer than " + limit + " bytes");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    private final Options options;
    private final ClientPool pool;

    public Http1Client(Options options) {
        this(options, ClientConnector.Names.SYSTEM);
    }

    Http1Client(Options options, ClientConnector.Names names) {
        this.options = options;
        this.pool = new ClientPool(options, new ClientConnector(options, names));
    }

    /// Sends and waits for the response's head.
    /// @param uri absolute, `http` or `https`; its raw path and query are sent as they are
    /// @param headers sent as given; `Host` and `Content-Length` are added where absent
    /// @param body null for none
    /// @throws java.net.SocketTimeoutException connecting, sending or the response took too long
    public Response send(String method, URI uri, Headers headers, byte[] body) throws IOException {
        return send(method, uri, headers, body, options.response());
    }

    /// As [#send(String, URI, Headers, byte[])] with a limit for the response of its own.
    public Response send(String method, URI uri, Headers headers, byte[] body, Duration response) throws IOException {
        Origin origin = Origin.of(uri);
        ClientConnection kept = pool.idle(origin);
        if (kept != null) {
            try {
                return kept.exchange(method, uri, headers, body, response);
            } catch (ClientConnection.Stale e) {
                if (!mayBeSentTwice(method)) {
                    throw e;
                }
            }
        }
        return pool.open(origin).exchange(method, uri, headers, body, response);
    }

    private static boolean mayBeSentTwice(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    @Override
    public void close() {
        pool.close();
    }
}
