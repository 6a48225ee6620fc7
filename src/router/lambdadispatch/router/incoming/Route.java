// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import lambdadispatch.router.dispatch.Pool;

/// Where a request goes.
///
/// @param pool its first choice
/// @param otherwise who takes it if that pool refuses it, before anything was done about it; null for nobody
/// @param cookie the `Set-Cookie` that goes with its answer; null for none
/// @param draw what was drawn for it
record Route(Pool pool, Pool otherwise, String cookie, Draw draw) {
    enum Draw {
        /// It named its function, or there is no canary.
        NONE,
        OTHERS,
        CANARY,
        /// For the canary, which has no instance yet: the others take it.
        AWAY
    }

    static Route to(Pool pool) {
        return new Route(pool, null, null, Draw.NONE);
    }

    boolean toCanary() {
        return otherwise != null;
    }
}
