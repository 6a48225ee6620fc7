// SPDX-License-Identifier: MIT
/// What a handler sees of a server, whatever the version of HTTP: a [Handler] answers an [Exchange], which came on a [Connection], or takes
/// that over as a [Tunnel]. [Failure] says what a client is told when a handler fails. No engine is named here.
///
/// **Threads**: an exchange runs on a virtual thread of its own (HTTP/1.1: the connection's). One thread may read it while another writes.
package lambdadispatch.http.server;
