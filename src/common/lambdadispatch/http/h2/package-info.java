// SPDX-License-Identifier: MIT
/// The server's side of HTTP/2 (RFC 9113).
///
/// ```
///   octets ─► FrameReader ─► Http2Frames ─► Streams: the ledger ─► Http2Stream ─► handler's thread
///                 rules of RFC 9113 §6        who is open, how           ├─ ReceiveSide: what has come
///                                             each one ended             └─ SendSide ─► Http2Output ─► octets
/// ```
///
/// A stream's life (RFC 9113 §5.1), as far as a server sees it, and which method takes it on:
///
/// ```
///             take                     END_STREAM received            END_STREAM sent
///   idle ─────────────► open ──────────────────────► half-closed ─────────────────────► closed
///                        │                            (remote)          Streams.end       ▲
///                        │    END_STREAM sent: half-closed (local), until the request     │
///                        ├─── has ended, or EarlyAnswers asks for its end: Streams.end ───┤
///                        │                                                                │
///                        └─── RST_STREAM sent (Streams.reset) or received, ───────────────┘
///                             connection lost (Streams.broken)
/// ```
///
/// Whatever the way out, [Streams] remembers it, since what may still arrive depends on it ([ClosedStreams]); both halves wake; octets that
/// nobody will read go back to the connection's window; and whoever asked to hear of a client that is gone, hears of it.
///
/// **Threads.** The connection's thread reads frames, appends answers that it owes and never waits for a write. Each stream has a thread
/// for its handler. A writer thread takes what has gathered.
///
/// **Locks**, in this order: [Streams], then [EarlyAnswers] or a [ReceiveSide]; and an [Http2Stream], then a [ReceiveSide] or
/// [Http2Output]. A [ReceiveSide], [ReceiveWindow], [AbuseBudget] and [Shutdown] call nothing but the account of memory while they are
/// locked.
package lambdadispatch.http.h2;
