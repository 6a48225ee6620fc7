// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.util.Map;
import java.util.Optional;

/// A section of the shared files.
///
/// @param settings by name in lower case; an indented line `b = c` below a name `a` without value is `a.b`
public record Profile(String name, Map<String, String> settings) {
    public Profile {
        settings = Map.copyOf(settings);
    }

    /// A setting that is there and not empty.
    public Optional<String> text(String setting) {
        return Optional.ofNullable(settings.get(setting)).filter(value -> !value.isEmpty());
    }

    public boolean has(String setting) {
        return text(setting).isPresent();
    }

    /// Without the settings, among which are keys.
    @Override
    public String toString() {
        return "Profile[" + name + "]";
    }
}
