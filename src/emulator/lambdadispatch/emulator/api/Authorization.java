// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import lambdadispatch.http.message.Request;

/// Says whether a request comes from somebody known.
@FunctionalInterface
public interface Authorization {
    /// Returns null, or why it is refused.
    ApiError check(Request request, byte[] body);
}
