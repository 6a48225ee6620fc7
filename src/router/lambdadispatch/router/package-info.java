// SPDX-License-Identifier: MIT
/// The router's program: reads the configuration, puts the parts together, and takes them apart in order.
///
/// `incoming` relays, `dispatch` decides, `control` talks to extensions, `observe` and `trace` tell, `admin` shows and steers. **Threads**: `tick`, and one for each invoke
/// that has not ended. **Locks**: none.
package lambdadispatch.router;
