// SPDX-License-Identifier: MIT
/// One HTTP message, whichever version carries it: its fields, its grammar, its limits, and how HTTP/1.1 writes it down (RFC 9110, RFC
/// 9112).
///
/// Read in this order: [Headers] and [HeaderName], which keep a field section as octets; [Grammar] and [FieldLine]; [HeadParser] with
/// [RequestHead] and [ResponseHead]; [Framing] and [BodyReader], which stop exactly behind a body.
///
/// **Owns** nothing but the octets that it was given. **Threads**: a parser belongs to the thread that reads its connection. **Locks**:
/// none.
package lambdadispatch.http.message;
