// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

/// What a request is among others that want a slot.
///
/// @param lowPriority whether it gives way in an overload
/// @param client whose it is, by `equals`; see [ClientAddress]
/// @param mayDebug whether it may ask what became of it: it comes from a trusted client
record Standing(boolean lowPriority, Object client, boolean mayDebug) {}
