// SPDX-License-Identifier: MIT
/// The router's program: reads the configuration, puts the parts together, and takes them apart in order.
///
/// `incoming` relays, `dispatch` decides, `control` talks to extensions, `channel` is the seam between the first and the last, `observe`
/// and `trace` tell, `admin` shows and steers. [Router] has the order; the ports are those of [Listeners]. **Threads**: `tick`
/// ([TickLoop]), and one for each invoke that has not ended. **Locks**: none.
package lambdadispatch.router;
