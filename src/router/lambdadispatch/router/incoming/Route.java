// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import lambdadispatch.router.dispatch.Pool;

/// Where a request goes.
///
/// @param pool its first choice
/// @param otherwise who takes it if that pool refuses it, before anything was done about it; null for nobody
/// @param cookie the `Set-Cookie` that goes with its answer; null for none
/// @param drawn whether it was drawn for the canary or the others; false for a request that named its function, and while there is no canary
record Route(Pool pool, Pool otherwise, String cookie, boolean drawn) {
    static Route to(Pool pool) {
        return new Route(pool, null, null, false);
    }

    boolean toCanary() {
        return otherwise != null;
    }
}
