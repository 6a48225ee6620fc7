// SPDX-License-Identifier: MIT
/// The clients' ports: a request waits for a slot, goes down its channel, and the answer comes back as it is made.
///
/// Read in this order: [ProxyHandler], [ProxyExchange] with its [Lease] and [SlotTicket], [RequestWriter] with [FieldRules], [Upload] with
/// [BodyPump] and [ReadAhead], [ResponseRelay].
///
/// **Owns** each exchange: its request, its ticket, its channel, and what it holds of the account of memory. **Threads**: the engine's; one
/// more for a body that is longer than what goes with its head. How each of them ends is heard by the exchange. **Locks**: a [Lease]'s own,
/// for who may finish its channel, and a [ReadAhead]'s.
package lambdadispatch.router.incoming;
