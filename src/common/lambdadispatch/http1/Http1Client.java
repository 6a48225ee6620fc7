// SPDX-License-Identifier: MIT
package lambdadispatch.http1;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import lambdadispatch.http.Headers;

/// An HTTP/1.1 client for short control conversations (Runtime API, AWS, metadata): a request from memory, a response as a stream.
/// Connections are kept alive and reused, one request at a time each; a stale reused one is replaced once if no byte of a response came.
/// Thread-safe; blocks the calling thread, which ought to be a virtual one.
public final class Http1Client implements AutoCloseable {
    /// @param connectTimeout for TCP and TLS
    /// @param responseTimeout from the request's last byte to the response's head, and for each read of its body; zero for none
    /// @param keepAliveProbes whether the kernel probes silent connections, for responses that take minutes
    /// @param tls null for the platform's trust
    public record Options(Duration connectTimeout, Duration responseTimeout, boolean keepAliveProbes, SSLContext tls) {
        public static final Options DEFAULT = new Options(Duration.ofSeconds(5), Duration.ofSeconds(30), false, null);
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
        this.options = options;
        this.pool = new ClientPool(options);
    }

    /// Sends and waits for the response's head.
    /// @param uri absolute, `http` or `https`; its raw path and query are sent as they are
    /// @param headers sent as given; `Host` and `Content-Length` are added where absent
    /// @param body null for none
    /// @throws java.net.SocketTimeoutException the connection or the head took too long
    public Response send(String method, URI uri, Headers headers, byte[] body) throws IOException {
        return send(method, uri, headers, body, options.responseTimeout());
    }

    /// As [#send(String, URI, Headers, byte[])] with a response time-out of its own.
    public Response send(String method, URI uri, Headers headers, byte[] body, Duration responseTimeout) throws IOException {
        ClientPool.Origin origin = ClientPool.Origin.of(uri);
        ClientConnection reused = pool.idle(origin);
        if (reused != null) {
            try {
                return reused.exchange(method, uri, headers, body, responseTimeout);
            } catch (ClientConnection.Stale e) {
                // The server closed it while it was idle and has seen nothing of this request: a fresh connection takes it.
                reused.close();
            }
        }
        return pool.open(origin).exchange(method, uri, headers, body, responseTimeout);
    }

    @Override
    public void close() {
        pool.close();
    }
}
