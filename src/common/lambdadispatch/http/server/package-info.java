// SPDX-License-Identifier: MIT
/// What a handler sees of a server, whatever the version of HTTP: a [Handler] answers an [Exchange], which came on a [Connection]. No engine is named here.
///
/// **Threads**: an exchange runs on a virtual thread of its own (HTTP/1.1: the connection's). One thread may read it while another writes.
package lambdadispatch.http.server;
