// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import lambdadispatch.base.json.Json;

/// Holds a line to what AWS publishes of the Embedded Metric Format: each rule of its JSON schema, and those of its text that a schema can
/// not say. Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format".
public final class EmfRules {
    private static final Set<String> UNITS =
            Set.of("Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
                    "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
                    "Megabytes/Second", "Gigabytes/Second",
                    "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second",
                    "Count/Second", "None");
    /// Not of the format: container engines cut longer lines in two.
    private static final int LONGEST_LINE = 16 << 10;

    private EmfRules() {}

    /// Returns the document.
    public static Json.JsonObject check(String line) throws Exception {
        byte[] utf8 = line.getBytes(StandardCharsets.UTF_8);
        assertThat(utf8.length).isLessThan(LONGEST_LINE);
        assertThat(line).doesNotContain("\n").doesNotContain("\r");
        Json.JsonObject root = Json.parseObject(utf8); // "no additional data at the beginning or end"
        Json.JsonObject metadata = root.object("_aws").orElseThrow();
        assertThat(metadata.members().keySet()).containsExactlyInAnyOrder("Timestamp", "CloudWatchMetrics");
        assertThat(metadata.number("Timestamp").orElseThrow()).isPositive();
        assertThat(metadata.items("CloudWatchMetrics")).isNotEmpty();
        Set<String> targets = new TreeSet<>(Set.of("_aws"));
        for (Json directive : metadata.items("CloudWatchMetrics")) {
            directive(root, (Json.JsonObject) directive, targets);
        }
        assertThat(root.members().keySet()).as("members that nothing refers to would be paid for as log alone").isEqualTo(targets);
        return root;
    }

    private static void directive(Json.JsonObject root, Json.JsonObject directive, Set<String> targets) {
        assertThat(directive.members().keySet()).containsExactlyInAnyOrder("Namespace", "Dimensions", "Metrics");
        assertThat(directive.text("Namespace").orElseThrow()).hasSizeBetween(1, 1024);
        assertThat(directive.items("Dimensions")).isNotEmpty();
        for (Json set : directive.items("Dimensions")) {
            List<Json> keys = ((Json.JsonArray) set).items();
            assertThat(keys).hasSizeLessThanOrEqualTo(30).doesNotHaveDuplicates();
            for (Json key : keys) {
                String name = ((Json.JsonString) key).value();
                assertThat(name).hasSizeBetween(1, 250);
                assertThat(root.text(name).orElseThrow()).as(name).hasSizeBetween(1, 1024);
                targets.add(name);
            }
        }
        assertThat(directive.items("Metrics")).hasSizeBetween(1, 100);
        for (Json definition : directive.items("Metrics")) {
            metric(root, (Json.JsonObject) definition, targets);
        }
    }

    private static void metric(Json.JsonObject root, Json.JsonObject definition, Set<String> targets) {
        assertThat(Set.of("Name", "Unit", "StorageResolution")).containsAll(definition.members().keySet());
        String name = definition.text("Name").orElseThrow();
        assertThat(name).hasSizeBetween(1, 1024);
        definition.text("Unit").ifPresent(unit -> assertThat(UNITS).contains(unit));
        assertThat(targets.add(name)).as(name + " is defined once").isTrue();
        Json value = root.get(name).orElseThrow();
        if (value instanceof Json.JsonArray array) {
            assertThat(array.items()).as(name).hasSizeBetween(1, 100).allMatch(Json.JsonNumber.class::isInstance);
        } else {
            assertThat(value).as(name).isInstanceOf(Json.JsonNumber.class);
        }
    }
}
