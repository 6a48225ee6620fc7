// SPDX-License-Identifier: MIT
package lambdadispatch.invoke;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Finds out from the platform under which address this host can be reached by Lambda. Found by [java.util.ServiceLoader].
public interface CallbackAddress {
    /// The platform's name, for the log.
    String name();

    /// Asks the platform; blocks for at most `limit`. Empty if this is not that platform, or it does not say.
    Optional<String> find(Map<String, String> environment, Duration limit);
}
