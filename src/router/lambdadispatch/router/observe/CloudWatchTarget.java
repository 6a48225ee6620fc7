// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Where metrics go in CloudWatch, and how often.
/// @param dimensions of every metric, by name; beside them a pool's metrics have `Function`
/// @param interval what one data point covers
public record CloudWatchTarget(String namespace, Map<String, String> dimensions, Duration interval) {
    /// The dimension that tells a pool's metrics from another's.
    static final String FUNCTION = "Function";

    // CloudWatch API reference, MetricDatum, Dimension and PutMetricData: what each may be.
    private static final Pattern NAMESPACE = Pattern.compile("(?!AWS/)[A-Za-z0-9._/# -][A-Za-z0-9._/#: -]{0,254}");
    private static final Pattern DIMENSION = Pattern.compile("(?!:)[\\x20-\\x7e]{1,250}");
    private static final int LONGEST_VALUE = 1024;

    /// @throws IllegalArgumentException CloudWatch would not take it; the message says what it takes
    public static String checkedNamespace(String namespace) {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("1 to 255 letters, digits and . _ / # : - or blanks, not starting with AWS/ or a colon");
        }
        return namespace;
    }

    /// @param items each `Name=Value`
    /// @throws IllegalArgumentException CloudWatch would not take it; the message says what it takes
    public static Map<String, String> checkedDimensions(List<String> items) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        for (String item : items) {
            int equals = item.indexOf('=');
            String name = equals < 0 ? "" : item.substring(0, equals).strip();
            String value = equals < 0 ? "" : item.substring(equals + 1).strip();
            if (!DIMENSION.matcher(name).matches() || !value.matches("[\\x20-\\x7e]{1," + LONGEST_VALUE + "}")) {
                throw new IllegalArgumentException("Name=Value, in ASCII, several separated by commas");
            }
            if (name.equals(FUNCTION) || name.equals(EmbeddedMetrics.METADATA) || MetricNames.taken(name)
                    || dimensions.put(name, value) != null) {
                throw new IllegalArgumentException("names that are not taken: " + name + " is");
            }
        }
        if (dimensions.size() >= EmbeddedMetrics.MOST_DIMENSIONS) {
            throw new IllegalArgumentException("at most " + (EmbeddedMetrics.MOST_DIMENSIONS - 1) + " dimensions");
        }
        return dimensions;
    }
}
