// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.http.server.Pace;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;

/// The input of one HTTP/1.1 connection: who may read it now, and for how long.
///
/// Nobody reads out of turn, one reader has it at a time, and each turn begins with its own limit. So no limit outlives what it
/// was set for, and nobody takes a buffer away from under another's read.
///
/// ```
///            first octets         head is whole         handler has returned
///   ┌► IDLE ────────────► HEAD ────────────────► BODY ──────────────────────► REST ─┐
///   │                     │ ▲                     │                            │ │  │ nothing is left of the body
///   │             refused │ └─────────────────────│──── a pipelined head ──────┘ │  │
///   │                     ▼                       │ 101                          │  │
///   │                  LINGER ◄───────────────────│──── the answer was the last ─┘  │
///   │                                             ▼                                 │
///   │                                         UPGRADED                              │
///   └───────────────────────────────────────────────────────────────────────────────┘
/// ```
///
/// | phase | who reads | limit |
/// |---|---|---|
/// | IDLE | the connection's thread, once the watch has left; nobody in a rest | each read: `idle`; before the first head `headTimeout` |
/// | HEAD | the connection's thread | all reads: `headTimeout`; a second where the connection was told to stop |
/// | BODY | a thread of the handler's, a read at a time; behind the body's end the watch | [LeastRate], at most `bodyStall`; none |
/// | REST | the connection's thread, after the handler's last read, which gets 2 s | all reads: 2 s |
/// | LINGER | the connection's thread, after the watch | each read: 2 s |
/// | UPGRADED | whoever took the connection over | theirs |
final class Http1Input {
    /// What is read and dropped of a body nobody wanted, so that the connection can be kept; beyond it the connection closes.
    static final int MAX_DISCARD = 256 << 10;
    private static final Duration LINGER = Duration.ofSeconds(2);
    /// A head that is not complete when the connection is told to stop may take this much longer.
    private static final Duration HEAD_AT_STOP = Duration.ofSeconds(1);
    /// Where octets go that nobody wants; nobody reads it.
    private static final byte[] BIN = new byte[8192];

    private enum Phase { IDLE, HEAD, BODY, REST, LINGER, UPGRADED }

    /// `OWNER` is the connection's thread, whether it reads just now or not.
    private enum Reader { OWNER, HANDLER, WATCH }

    /// What came of waiting for a message.
    enum Next {
        MESSAGE,
        NONE,
        /// Nothing for so long that the connection had better rest. Its limit goes on.
        LATER
    }

    /// What came of reading ahead.
    enum Ahead {
        /// The body is still coming: whoever reads it notices an end. Look again later.
        TOO_EARLY,
        /// The client is there, or the exchange is over.
        NO_NEWS,
        CLIENT_GONE
    }

    private final Transport transport;
    private final TimedSource source;
    private final Input in;
    private final Limits limits;
    private Phase phase = Phase.IDLE; // this and what follows guarded by this
    private Reader reader = Reader.OWNER;
    private Http1Exchange current; // whose body may be read; null but in BODY
    private Pace pace; // of the client's sending; null until somebody waited for it, and where any rate will do
    private boolean paced; // in this exchange
    private Runnable stopAction; // of whoever took the connection over
    private boolean ended; // a read-ahead came to the end of the input
    private boolean first = true; // no head was read yet; used by the connection's thread
    private volatile boolean stopping;

    /// @param in reads from `source`, which reads from `transport`; may already hold bytes
    Http1Input(Transport transport, TimedSource source, Input in, Limits limits) {
        this.transport = transport;
        this.source = source;
        this.in = in;
        this.limits = limits;
    }

    // ---- any thread

    /// No further head is waited for, and one that has begun has to be short.
    void stop() {
        Runnable action;
        synchronized (this) {
            stopping = true;
            action = stopAction;
            switch (phase) {
                case IDLE -> transport.shutdownInput();
                case HEAD -> source.limitAllReads(HEAD_AT_STOP);
                case BODY, REST, LINGER, UPGRADED -> { } // their end looks at `stopping`
            }
        }
        if (action != null) {
            action.run();
        }
    }

    boolean stopping() {
        return stopping;
    }

    // ---- the connection's thread

    /// Whether octets of the next message are there already. Until then the input may still be in a read-ahead's hands.
    synchronized boolean pipelined() {
        return reader != Reader.WATCH && in.available() > 0;
    }

    /// IDLE: waits for the first octets of the next message, but not for long. A read-ahead that has begun to read becomes this wait, and
    /// gets its limit.
    Next awaitMessage() throws IOException {
        synchronized (this) {
            phase = Phase.IDLE;
            if (stopping) {
                return Next.NONE;
            }
            source.limitEachRead(first ? limits.headTimeout() : limits.idle());
            if (!handedBack()) {
                return Next.NONE;
            }
            if (in.available() > 0) {
                return Next.MESSAGE;
            }
            in.release(); // only now that nobody fills it
        }
        if (!source.awaitInput(limits.rest())) {
            return Next.LATER;
        }
        return in.fillAtOnce() ? Next.MESSAGE : Next.NONE;
    }

    /// Waits until the watch has given the input back. Called under the lock.
    /// False if the watch has found the end of the input, or if this thread was interrupted.
    private boolean handedBack() {
        while (reader == Reader.WATCH) {
            source.leave(); // one thread that waits is enough
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !ended;
    }

    /// HEAD: reads one. False at the end of the input.
    boolean readHead(HeadParser parser, RequestHead head) throws IOException {
        synchronized (this) {
            phase = Phase.HEAD;
            source.limitAllReads(stopping ? HEAD_AT_STOP : limits.headTimeout());
        }
        boolean read = parser.parseRequest(in, head);
        first = false;
        return read;
    }

    /// Whether anything waits to be read. For whoever has the turn.
    boolean holdsSome() {
        return in.available() > 0;
    }

    BodyReader body(RequestHead head) {
        return BodyReader.of(in, head);
    }

    /// BODY: the exchange's threads may read its body from now on.
    synchronized void begin(Http1Exchange exchange) {
        phase = Phase.BODY;
        current = exchange;
        paced = false;
    }

    /// REST: the handler has returned. Waits for a thread of its own that still reads the body; it gets no more than a moment.
    /// False if this thread was interrupted: then that one may be reading still.
    synchronized boolean finish() {
        phase = Phase.REST;
        current = null;
        if (reader == Reader.HANDLER) {
            source.limitAllReads(LINGER);
        }
        while (reader == Reader.HANDLER) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /// REST: reads and drops what is left of a body. Returns whether that was all of it.
    boolean discard(BodyReader body) {
        if (body.ended()) {
            return true;
        }
        try {
            source.limitAllReads(LINGER);
            for (int left = MAX_DISCARD; !body.ended() && left > 0; ) {
                left -= Math.max(0, body.read(BIN, 0, BIN.length));
            }
            return body.ended();
        } catch (IOException e) {
            return false;
        }
    }

    /// Drops what is there of a message that is not understood, and the memory that it took.
    void drop() {
        in.skip(in.available());
        in.release();
    }

    /// LINGER: reads on for a while and drops what comes, until the client has ended its direction.
    void linger(Duration longest) throws IOException {
        synchronized (this) {
            phase = Phase.LINGER;
            source.limitEachRead(LINGER);
            if (!handedBack()) {
                return;
            }
        }
        drop();
        long start = System.nanoTime();
        while (in.read(BIN, 0, BIN.length) >= 0 && System.nanoTime() - start < longest.toNanos()) {
            continue;
        }
    }

    // ---- threads of the handler's

    /// Takes the input for one read of a body. False if there is nothing left to read, and nothing was taken.
    /// @throws IOException the exchange is over
    synchronized boolean take(Http1Exchange exchange, BodyReader body) throws IOException {
        if (current != exchange) {
            throw new IOException("exchange is over");
        }
        if (body.ended()) {
            return false; // by now the watch may have the input
        }
        reader = Reader.HANDLER;
        LeastRate rate = limits.leastRate();
        if (rate.none() || exchange.conversation()) {
            source.limitEachRead(limits.bodyStall());
        } else {
            source.limitEachRead(Pace.limit(beginPace(rate), limits.bodyStall()));
        }
        return true;
    }

    private long beginPace(LeastRate rate) {
        if (pace == null) {
            pace = new Pace(rate);
        } else if (!paced) {
            pace.restart();
        }
        paced = true;
        return pace.begin(System.nanoTime());
    }

    /// @param count octets that were read
    synchronized void giveBack(int count) {
        reader = Reader.OWNER;
        if (paced) {
            pace.end(System.nanoTime(), count);
        }
        notifyAll();
    }

    /// The exchange has become a conversation: a read that is under way is not held to a rate any more.
    synchronized void conversationBegins(Http1Exchange exchange) {
        if (current == exchange && reader == Reader.HANDLER && paced) {
            pace.end(System.nanoTime(), 0);
            source.limitEachRead(limits.bodyStall());
        }
    }

    /// Whether a limit ran out; nothing more comes then.
    boolean expired() {
        return source.expired();
    }

    /// See [lambdadispatch.http.server.Exchange#behindNanos].
    long behindNanos(Http1Exchange exchange, long now) {
        Pace sent;
        synchronized (this) {
            sent = paced && current == exchange ? pace : null;
        }
        return Pace.behindNanos(sent, null, now);
    }

    /// See [BodyReader#available].
    synchronized int available(BodyReader body) {
        try {
            return body.available();
        } catch (IOException e) {
            return 1; // malformed framing: the next read reports it
        }
    }

    /// Whether what is left of a body of unknown length is here already.
    synchronized boolean holdsRest(BodyReader body) {
        return reader == Reader.HANDLER ? body.ended() : body.endsWithin(MAX_DISCARD);
    }

    /// UPGRADED: the connection is the handler's from now on, and so are its limits. A read-ahead that is under way goes on.
    synchronized void upgrade(Http1Exchange exchange) throws IOException {
        if (current != exchange) {
            throw new IOException("exchange is over");
        }
        phase = Phase.UPGRADED;
        current = null;
        source.limitEachRead(Duration.ZERO);
    }

    /// What comes behind the request, once a read-ahead has given it back.
    synchronized Input upgraded() {
        handedBack(); // its end, if that is what it found, is found again by whoever reads
        return in;
    }

    /// See [lambdadispatch.http.server.Tunnel#onStop].
    void onStop(Runnable action) {
        synchronized (this) {
            stopAction = action;
            if (!stopping) {
                return;
            }
        }
        action.run();
    }

    // ---- the watch

    /// Reads ahead while the exchange waits, and blocks as long as the client says nothing.
    Ahead readAhead(Http1Exchange exchange) {
        synchronized (this) {
            if (current != exchange || reader == Reader.WATCH) {
                return Ahead.NO_NEWS;
            }
            if (reader == Reader.HANDLER || !exchange.bodyEnded()) {
                return Ahead.TOO_EARLY;
            }
            if (in.available() > 0) {
                return Ahead.NO_NEWS; // a pipelined request is there: nothing more is read before its turn
            }
            reader = Reader.WATCH;
            in.release(); // what comes next may be long in coming
            source.limitEachRead(Duration.ZERO); // until the connection limits it as its reading of the next head
        }
        boolean open = false;
        boolean gone;
        try {
            open = !source.awaitInput(Duration.ZERO) || in.fillAtOnce();
        } catch (IOException e) {
            open = false;
        } finally { // whatever ends this thread: the connection's own waits for it
            synchronized (this) {
                reader = Reader.OWNER;
                ended = !open;
                gone = !open && current == exchange;
                notifyAll();
            }
        }
        return gone ? Ahead.CLIENT_GONE : Ahead.NO_NEWS;
    }
}
