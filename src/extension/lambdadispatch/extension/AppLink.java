// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.net.Input;

/// Owns a channel's connection to the app, one at a time: opens it, keeps it between requests where both sides allow that, and looks at it
/// before it is used again. Used by the channel's thread; [#close] may come from any.
final class AppLink {
    private static final Log LOG = Log.of("relay");

    /// For so long a request waits for room in the app's listen queue. A client that leaves ends it, too.
    static final Duration CONNECT_PATIENCE = Duration.ofMinutes(2);

    private final App app;
    private final Duration patience;
    private volatile AppConnection connection; // null while there is none
    private volatile boolean closed;

    /// @param patience for room in the app's listen queue
    AppLink(App app, Duration patience) {
        this.app = app;
        this.patience = patience;
    }

    /// Whatever the app is doing for this channel is of no use any more.
    void close() {
        closed = true;
        AppConnection current = connection;
        if (current != null) {
            current.close();
        }
    }

    /// Then what fails on the connection is not the app's fault.
    boolean isClosed() {
        return closed;
    }

    boolean isOpen() {
        return connection != null;
    }

    AppConnection connection() {
        return connection;
    }

    /// What answers are read from.
    Input input() {
        return connection.input();
    }

    /// Sends a whole request, on the kept connection where there is one, and waits for the answer's head: a connection that was stale after
    /// all is replaced once.
    /// @param idempotent whether the request may be sent twice
    ResponseHead ask(byte[] from, int offset, int length, boolean idempotent) throws IOException {
        if (connection == null || !reusable(idempotent)) {
            open();
        }
        boolean mayReplay = connection.used();
        long idleNanos = connection.idleNanos();
        try {
            connection.write(from, offset, length);
            ResponseHead head = connection.readHead();
            if (head != null) {
                return head;
            }
            if (!mayReplay) {
                throw new IOException("the app closed the connection without an answer");
            }
        } catch (IOException e) {
            if (!mayReplay || closed || connection.input().available() > 0) {
                throw e;
            }
            LOG.debug("stale app connection", "why", e.getMessage());
        }
        app.habits().closed(idleNanos);
        if (!idempotent) {
            throw new IOException("the app closed a kept-alive connection");
        }
        open();
        connection.write(from, offset, length);
        return nextHead();
    }

    /// Whether a look at the kept connection, right before it is written to, finds nothing amiss.
    private boolean reusable(boolean idempotent) {
        long idleNanos = connection.idleNanos();
        if (connection.expired() || !app.habits().trusts(idleNanos, idempotent)) {
            return false;
        }
        AppConnection.Look look = connection.look();
        switch (look) {
            case QUIET -> { }
            case ENDED -> app.habits().closed(idleNanos);
            case UNASKED -> app.habits().answeredUnasked();
        }
        return look == AppConnection.Look.QUIET;
    }

    /// The head of the next response, interim ones too.
    ResponseHead nextHead() throws IOException {
        ResponseHead head = connection.readHead();
        if (head == null) {
            throw new IOException("the app closed the connection without an answer");
        }
        return head;
    }

    /// A fresh connection.
    void open() throws IOException {
        drop();
        connection = opened();
        if (closed) { // just now: close may not have seen it
            connection.close();
        }
    }

    /// A full listen queue means that the app is busy: it is asked again until it has room.
    private AppConnection opened() throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                return AppConnection.open(app.address());
            } catch (SocketTimeoutException e) {
                if (closed || System.nanoTime() - start > patience.toNanos()) {
                    throw new SocketTimeoutException("its listen queue stayed full for " + patience.toSeconds() + " s");
                }
            }
        }
    }

    /// The connection, if there is one, is of no more use.
    void drop() {
        AppConnection current = connection;
        connection = null;
        if (current != null) {
            current.close();
        }
    }

    /// For how long the connection may be kept idle after an answer with this head; 0: not at all.
    long idleLimitNanos(ResponseHead head) {
        // An answer without a body whose head announces one: who sends that may well send the body after it.
        Headers headers = head.headers();
        boolean bodyMayFollow = head.framing() == Framing.NONE && Framing.announcesBody(headers);
        boolean may = app.habits().keeps() && head.keepAlive() && head.framing() != Framing.UNTIL_CLOSE && !bodyMayFollow;
        return may ? AppConnection.idleLimitNanos(headers) : 0;
    }

    /// The answer has been taken whole. What is behind it already would be taken for the next one.
    /// @param idleLimitNanos for how long the connection may be kept; 0: not at all
    void keep(long idleLimitNanos) {
        if (idleLimitNanos <= 0) {
            drop();
        } else if (connection.input().available() > 0) {
            app.habits().answeredUnasked();
            drop();
        } else {
            connection.idle(idleLimitNanos);
        }
    }

    /// Whether the app takes no connections any more. Looked at only where that makes a difference: an app that answered badly is there.
    boolean gone(IOException why) {
        if (why instanceof ConnectException || why instanceof BadMessage || why instanceof SocketTimeoutException) {
            return why instanceof ConnectException;
        }
        return !AppConnection.possible(app.address());
    }
}
