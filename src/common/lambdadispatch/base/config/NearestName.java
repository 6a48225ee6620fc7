// SPDX-License-Identifier: MIT
package lambdadispatch.base.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// Finds the name that someone who mistyped probably meant.
final class NearestName {
    private NearestName() {}

    /// The closest of `known`, ignoring case; none if even that one differs in more than a third of its letters.
    static Optional<String> find(String typed, Collection<String> known) {
        String nearest = null;
        int least = Integer.MAX_VALUE;
        String wanted = typed.toLowerCase(Locale.ROOT);
        for (String candidate : known) {
            int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest != null && least <= Math.max(2, nearest.length() / 3) ? Optional.of(nearest) : Optional.empty();
    }

    /// Levenshtein distance: the fewest letters to insert, remove or replace.
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[to.length()];
    }
}
