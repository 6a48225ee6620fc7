// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

/// What a request is among others that want a slot.
///
/// @param lowPriority whether it gives way in an overload
/// @param client whose it is, by `equals`; see [ClientAddress]
record Standing(boolean lowPriority, Object client) {}
