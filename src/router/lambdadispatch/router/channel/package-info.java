// SPDX-License-Identifier: MIT
/// The seam between the clients' ports and the extensions': what [lambdadispatch.router.incoming] needs of a channel, and
/// [lambdadispatch.router.control] provides.
///
/// **Owns** nothing: a [RequestChannel] is the control port's, and lent to one exchange at a time. **Threads** and **locks**: none of its
/// own. A second control protocol implements this, and neither the proxy nor the pool notices.
package lambdadispatch.router.channel;
