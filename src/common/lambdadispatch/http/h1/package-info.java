// SPDX-License-Identifier: MIT
/// The server's side of HTTP/1.1 (RFC 9112).
///
/// **Owns** one connection at a time:
/// ```
///                       Http1Connection     its life: a head, an exchange, the next head
///                              │
///                        Http1Exchange      the request under way, as its handler sees it
///                        │           │
///       ClientWatch      │           │
///             │          │           │
///             ▼          ▼           ▼
///           Http1Input            Http1Response   what is said to it, in its order
///   who may read, how long           │
///             │                  Http1Output      octets that gather
///             ▼                      │
///        TimedSource            TimedOutput       gives a client up that does not send, or take
///             └────► Transport ◄─────┘
/// ```
/// A handler may take the connection over ([Http1Tunnel]): then input and output are its own until it returns.
///
/// The drawings of their states are at [Http1Input] and [Http1Response].
///
/// **Threads.** The connection's thread reads a head, runs the handler, and reads on. While a handler waits, [ClientWatch] reads
/// ahead for it on a thread of its own, to notice a client that leaves; that read becomes the next head's. A handler may read the body on
/// one thread and answer on another.
///
/// **Locks.** [Http1Input]'s guards who reads; nobody holds it while it reads. [Http1Output]'s guards the order of what is written: interim
/// responses, final head, body, end; it is held while it is written. Nobody holds both.
package lambdadispatch.http.h1;
