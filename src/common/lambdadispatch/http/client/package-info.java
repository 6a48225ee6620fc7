// SPDX-License-Identifier: MIT
/// An HTTP/1.1 client for short conversations: Lambda's APIs, AWS's, the metadata services.
///
/// **Owns** its connections: those in use belong to a [Http1Client.Response], those kept to the [ClientPool], by origin. A kept connection
/// is looked at before it carries another request. **Threads**: the caller's; nothing runs between calls. **Locks**: the pool's own, held
/// for a look at its lists only.
package lambdadispatch.http.client;
