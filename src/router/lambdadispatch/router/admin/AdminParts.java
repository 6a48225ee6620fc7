// SPDX-License-Identifier: MIT
package lambdadispatch.router.admin;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import lambdadispatch.base.json.Json;
import lambdadispatch.http.server.Handler;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.observe.Timeline;

/// What the admin port shows and changes.
///
/// @param access who may look, and who may change something
/// @param version of this router
/// @param healthy whether the health check succeeds
/// @param metrics answers `/metrics`
/// @param config every setting with its value, secrets masked
/// @param stop begins to stop this router as SIGTERM does, and returns at once
public record AdminParts(
        Access access,
        String version,
        Pools pools,
        Timeline timeline,
        BooleanSupplier healthy,
        Handler metrics,
        Supplier<Json> config,
        Runnable stop) {}
