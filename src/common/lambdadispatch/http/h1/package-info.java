// SPDX-License-Identifier: MIT
/// The server's side of HTTP/1.1 (RFC 9112).
///
/// **Owns** one connection at a time: [Http1Connection] its life, [Http1Exchange] the request under way, [Http1Output] what is to be sent.
///
/// **Threads.** The connection's thread reads a head, runs the handler, and reads on. While a handler waits, [ClientWatch] reads ahead for it on a thread of
/// its own, to notice a client that leaves; it hands the input back before the handler reads. A handler may read the body on one thread and answer on another.
///
/// **Locks.** The exchange guards who reads the body; the output guards the order of what is written: 100 (Continue), final head, body. Output before exchange.
package lambdadispatch.http.h1;
