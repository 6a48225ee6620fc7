// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import java.util.Locale;

/// Who takes part in an exchange, and whose fault it was that one broke. Only the environment's faults count against an instance: whatever
/// else goes wrong costs the one exchange that it happened in.
public enum Party {
    /// Left, sent what is no HTTP, or took its answer too slowly.
    CLIENT,
    /// Broke its answer off, garbled it, made it too long, or gave none.
    APP,
    /// The execution environment, the extension in it, or the network between it and the router, which look alike from here.
    ENVIRONMENT,
    /// Had no room or no time for the request, or is at fault itself.
    ROUTER;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// As logs and the control channel spell it.
    @Override
    public String toString() {
        return word;
    }
}
