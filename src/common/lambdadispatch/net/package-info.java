// SPDX-License-Identifier: MIT
/// Sockets as blocking byte streams for virtual threads, and what bounds them.
///
/// ```
///   TimedSource ── reads under a limit ──► Transport ◄── SocketTransport: TCP
///        ▲                                     ▲
///      Input: a bounded buffer, in place       └──── net.tls.TlsTransport: TLS over another one
/// ```
///
/// **Owns** connections and listening ports, from opening to release. **Threads**: none of its own; a [Transport] is read by one thread and
/// written by one at a time, and closed by any. A [Deadline] that runs out acts on a thread of its own. **Locks**: none is held while a
/// socket is waited for.
package lambdadispatch.net;
