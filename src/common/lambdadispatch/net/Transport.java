// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/// One two-way byte stream: a TCP connection, TLS over one, or a pipe in a test.
///
/// Calls block; run them on virtual threads. One thread may read while another writes. [#close()] may be
/// called by any thread, at any time, more than once; it wakes a blocked reader and a blocked writer with an [IOException].
public interface Transport extends Closeable {
    /// Reads at least one byte, or returns -1 at the end of the stream. `length` is at least 1.
    int read(byte[] into, int offset, int length) throws IOException;

    /// Waits until reading would not wait for long, so that a reader can take memory only then. May return at once, and does where a
    /// transport can not tell.
    default void awaitInput() throws IOException {
        awaitInput(() -> false);
    }

    /// As [#awaitInput()], but returns, too, once `left` says so and [#endInputWait] was called after that.
    default void awaitInput(BooleanSupplier left) throws IOException {}

    /// Has whoever waits in [#awaitInput(BooleanSupplier)] look at whether it was left; any thread may call it.
    default void endInputWait() {}

    /// Instead of a wait for input that was left: `task` runs once, on a thread of its own, when a read would not wait for long or the
    /// transport was closed. Until then nobody reads.
    /// @return false if that is so already, or if a transport can not tell: then the task never runs
    default boolean rest(String thread, Runnable task) {
        return false;
    }

    /// Writes all of it.
    void write(byte[] from, int offset, int length) throws IOException;

    /// Whether the stream is open and nothing has arrived on it: looks without waiting. For a connection that was idle, before it is used
    /// again, while nobody reads. An octet that is seen is lost, so the stream is of no use after `false`, which is also what a transport
    /// says that can not look.
    default boolean quiet() {
        return false;
    }

    /// How many octets the other end, or the system on its behalf, has taken so far, as far as that is known: any thread may look how a
    /// write gets on.
    default long octetsTaken() {
        return 0;
    }

    /// Ends our direction: FIN on TCP, close_notify and FIN on TLS. Reading goes on.
    void shutdownOutput() throws IOException;

    /// Ends the other direction: a blocked or later read returns -1 once what has arrived is consumed. How a deadline wakes a reader
    /// that still has an answer to write. The default closes both directions.
    default void shutdownInput() {
        close();
    }

    /// Closes so that the peer sees a reset rather than an end, where the transport can say so (RST on TCP).
    default void reset() {
        close();
    }

    @Override
    void close();

    /// The other end; never resolved by DNS.
    InetSocketAddress remoteAddress();

    InetSocketAddress localAddress();

    /// The protocol agreed by ALPN (RFC 7301), or "" where none was.
    default String applicationProtocol() {
        return "";
    }

    /// The peer is known and will be busy: buffers may be kept while it rests, to save the reads that small ones cost.
    default void keepBuffers() {}

    default boolean secure() {
        return false;
    }
}
