// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.util.concurrent.ThreadLocalRandom;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.dispatch.Canary;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.Pools;

/// Draws for each request that names no function whether the canary gets it, and remembers the draw in a cookie where that is wanted. While
/// no instance of the canary serves, its requests go to the others, and its pool is told to get one.
final class CanaryRoutes {
    private static final int MOST_DIGITS = 4;
    private static final String ATTRIBUTES = "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"; // RFC 6265 §4.1.2; thirty days

    private final Pools pools;
    private final Canary canary;

    CanaryRoutes(Pools pools) {
        this.pools = pools;
        this.canary = pools.canary();
    }

    Route of(Request request) {
        Canary.Setting now = canary.setting();
        if (now.hundredths() == 0) {
            return Route.to(pools.defaultPool());
        }
        String name = canary.cookie();
        int kept = name == null ? -1 : kept(request.headers(), name);
        int draw = kept >= 0 ? kept : ThreadLocalRandom.current().nextInt(Canary.DRAWS);
        String cookie = name == null || kept >= 0 ? null : name + "=" + draw + ATTRIBUTES;
        if (draw >= now.hundredths()) {
            return new Route(pools.defaultPool(), null, cookie, Route.Draw.OTHERS);
        }
        // Nobody waits for the canary's cold start. The cookie would say that this client was there.
        return pools.canaryPool().filter(Pool::servesOrAsks).map(pool -> new Route(pool, pools.defaultPool(), cookie, Route.Draw.CANARY))
                .orElseGet(() -> new Route(pools.defaultPool(), null, null, Route.Draw.AWAY));
    }

    /// The number in that cookie (RFC 6265 §4.2.1), or -1 where there is none, or none of ours.
    static int kept(Headers headers, String name) {
        for (String line : headers.all(HeaderName.COOKIE)) {
            for (String pair : line.split(";")) {
                String text = pair.strip();
                if (text.startsWith(name) && text.length() > name.length() && text.charAt(name.length()) == '=') {
                    String value = text.substring(name.length() + 1);
                    boolean number = !value.isEmpty() && value.length() <= MOST_DIGITS && value.chars().allMatch(c -> c >= '0' && c <= '9');
                    return number ? Integer.parseInt(value) : -1;
                }
            }
        }
        return -1;
    }
}
