// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Which version an alias stands for: `live=3,next=4`, or, by weight, `live=3:90+4:10` (AWS Lambda Developer Guide, "Configuring alias
/// routing").
///
/// While none is set, every alias stands for `$LATEST`; once one is, others do not exist.
/// @param versions weights by version, by alias
public record Aliases(Map<String, Map<String, Integer>> versions) {
    public static final Aliases NONE = new Aliases(Map.of());
    private static final String LATEST = "$LATEST";

    /// @throws IllegalArgumentException says what is wrong
    public static Aliases parse(String text) {
        Map<String, Map<String, Integer>> aliases = new TreeMap<>();
        for (String entry : text.isBlank() ? new String[0] : text.strip().split(",")) {
            String[] parts = entry.strip().split("=");
            if (parts.length != 2 || !parts[0].matches("[a-zA-Z0-9-_]{1,128}") || parts[0].matches("[0-9]+")) {
                throw new IllegalArgumentException("an alias is set as live=3 or live=3:90+4:10, not " + entry);
            }
            aliases.put(parts[0], weights(parts[1], entry));
        }
        return new Aliases(aliases);
    }

    private static Map<String, Integer> weights(String text, String entry) {
        Map<String, Integer> weights = new LinkedHashMap<>();
        for (String part : text.split("\\+", -1)) {
            if (!part.matches("(\\$LATEST|[0-9]{1,9})(:[0-9]{1,3})?")) {
                throw new IllegalArgumentException(
                        "a version is a number or $LATEST, with its weight behind a colon, not " + part + " in " + entry);
            }
            String[] versionAndWeight = part.split(":");
            weights.put(versionAndWeight[0], versionAndWeight.length == 1 ? 100 : Integer.parseInt(versionAndWeight[1]));
        }
        return weights;
    }

    /// @param qualifier version, alias or `$LATEST`; null for none
    /// @return null if there is no such alias
    String resolve(String qualifier, RandomGenerator random) {
        if (qualifier == null || qualifier.equals(LATEST)) {
            return LATEST;
        }
        if (qualifier.matches("[0-9]+")) {
            return qualifier;
        }
        Map<String, Integer> weights = versions.get(qualifier);
        if (weights == null) {
            return versions.isEmpty() ? LATEST : null;
        }
        int drawn = random.nextInt(Math.max(1, weights.values().stream().mapToInt(Integer::intValue).sum()));
        for (Map.Entry<String, Integer> each : weights.entrySet()) {
            drawn -= each.getValue();
            if (drawn < 0) {
                return each.getKey();
            }
        }
        return weights.keySet().iterator().next();
    }

    @Override
    public String toString() {
        return versions.toString();
    }
}
