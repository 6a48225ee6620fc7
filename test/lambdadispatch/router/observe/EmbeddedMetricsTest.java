// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import lambdadispatch.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedMetricsTest {
    private static final long NOW = 1_764_000_000_000L;

    private static EmbeddedMetrics metrics() {
        return new EmbeddedMetrics("Name/Space", Map.of("Service", "s"), NOW);
    }

    @Test
    void aDocumentIsOneLineOfTheFormat() throws Exception {
        List<String> lines = metrics().add("Requests", "Count", 12).add("Duration", "Milliseconds", 0.25, 1, 1234.5678).lines();
        assertThat(lines).containsExactly(
                "{\"_aws\":{\"Timestamp\":1764000000000,\"CloudWatchMetrics\":[{\"Namespace\":\"Name/Space\",\"Dimensions\":[[\"Service\"]],"
                + "\"Metrics\":[{\"Name\":\"Requests\",\"Unit\":\"Count\"},{\"Name\":\"Duration\",\"Unit\":\"Milliseconds\"}]}]},"
                + "\"Service\":\"s\",\"Requests\":12,\"Duration\":[0.25,1,1235]}");
        EmfRules.check(lines.getFirst());
    }

    @Test
    void aMetricWithoutValuesIsLeftOut() {
        assertThat(metrics().add("Duration", "Milliseconds").lines()).isEmpty();
    }

    @Test
    void equalValuesAreOne() throws Exception {
        String line = metrics().add("Open", "Count", 3, 3, 3).lines().getFirst();
        assertThat(EmfRules.check(line).number("Open")).hasValue(3);
    }

    @Test
    void moreThanAHundredMetricsMakeMoreThanOneDocument() throws Exception {
        EmbeddedMetrics metrics = metrics();
        IntStream.range(0, 250).forEach(i -> metrics.add("M" + i, "Count", i));
        List<String> names = new ArrayList<>();
        for (String line : metrics.lines()) {
            Json.JsonObject root = EmfRules.check(line);
            root.members().keySet().stream().filter(name -> name.startsWith("M")).forEach(names::add);
        }
        assertThat(metrics.lines()).hasSize(3);
        assertThat(names).containsExactlyElementsOf(IntStream.range(0, 250).mapToObj(i -> "M" + i).toList());
    }

    @Test
    void longArraysAndManyDimensionsStayBelowTheLineLimit() throws Exception {
        Map<String, String> dimensions = new LinkedHashMap<>();
        IntStream.range(0, EmbeddedMetrics.MOST_DIMENSIONS).forEach(i -> dimensions.put("Dimension" + i, "v".repeat(100)));
        EmbeddedMetrics metrics = new EmbeddedMetrics("n", dimensions, NOW);
        IntStream.range(0, 60).forEach(
                i -> metrics.add("Spread" + i, "Milliseconds", DoubleStream.iterate(0.12345, value -> value * 1.1).limit(100).toArray()));
        assertThat(metrics.lines()).hasSizeGreaterThan(1);
        for (String line : metrics.lines()) {
            EmfRules.check(line);
        }
    }

    @Test
    void moreThanAHundredValuesAreAMistake() {
        assertThatIllegalArgumentException().isThrownBy(() -> metrics().add("Duration", "Milliseconds", new double[101]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AWS/Lambda", ":x", "a*b", "ü"})
    void namespacesThatCloudWatchRefusesAreRefused(String namespace) {
        assertThatIllegalArgumentException().isThrownBy(() -> CloudWatchTarget.checkedNamespace(namespace));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Service", "=x", "Service=", ":a=b", "Ä=b", "Function=f", "Requests=1", "InvokesHeldBack=1", "_aws=1"})
    void dimensionsThatCloudWatchRefusesOrThatAreTakenAreRefused(String dimension) {
        assertThatIllegalArgumentException().isThrownBy(() -> CloudWatchTarget.checkedDimensions(List.of(dimension)));
    }

    @Test
    void dimensionsKeepTheirOrderAndMayHoldAnEqualsSign() {
        assertThat(CloudWatchTarget.checkedDimensions(List.of("Service=shop", "Stage=a=b"))).containsExactly(Map.entry("Service", "shop"),
                Map.entry("Stage", "a=b"));
        assertThatIllegalArgumentException().isThrownBy(() -> CloudWatchTarget.checkedDimensions(List.of("A=1", "A=2")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloudWatchTarget.checkedDimensions(IntStream.range(0, 30).mapToObj(i -> "D" + i + "=v").toList()));
    }
}
