// SPDX-License-Identifier: MIT
/// The extension: Lambda's runtime and extension in one process, between the app beside it and a router far away.
///
/// ```
///   Main ─► ExtensionsApi, RuntimeApi ─► Invocation ─► RouterLink: one HTTP/2 connection
///             Lambda's side                  │              ├─ Channel 1..n ─► Relay ─► AppLink ─► app
///                                            │              └─ SharedUplinkWriter
///                                            ├─ ChannelKeeper: as many channels as the router wants
///                                            ├─ Heartbeat: deadline, idleness, pings
///                                            └─ InvocationEnd: why and when it ends
/// ```
///
/// **Owns**: an [Invocation] everything that lasts no longer than it, since an environment is frozen between two; [App] what was learned of
/// the app for good. **Threads**: docs/architecture.md has the table. Nothing waits on the HTTP client's own thread. **Locks**: each
/// object's own; none is held while a socket is waited for.
package lambdadispatch.extension;
