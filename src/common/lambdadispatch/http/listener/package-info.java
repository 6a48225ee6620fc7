// SPDX-License-Identifier: MIT
/// Ports: a [Server] accepts, a [ServedConnection] does the TLS handshake, finds out which protocol is spoken, and hands the connection to
/// that engine.
///
/// **Owns** every connection of its port until it is over, and their number. **Threads**: one accepts; each connection has one. **Locks**:
/// a connection's own, for whether it was told to stop and whom to tell.
package lambdadispatch.http.listener;
