// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// A run that leaves tests out says so.
class SkippedTestsTest {
    private static boolean skipping; // only while this test runs them: in the suite the two classes below simply pass

    /// Left out as a whole.
    static class WithoutImage {
        @BeforeAll
        static void image() {
            Assumptions.assumeFalse(skipping, "the image is not there");
        }

        @Test
        void one() {
            assertThat(skipping).isFalse();
        }

        @Test
        void two() {
            assertThat(skipping).isFalse();
        }
    }

    /// One of its rows is left out.
    static class WithoutTool {
        @ParameterizedTest
        @ValueSource(strings = {"here", "missing"})
        void row(String tool) {
            Assumptions.assumeFalse(skipping && tool.equals("missing"), "missing is not installed here");
        }
    }

    @Test
    void eachIsCountedAndItsReasonGiven() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        skipping = true;
        try {
            LauncherConfig plain = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
            LauncherFactory.create(plain).execute(
                    LauncherDiscoveryRequestBuilder.request().selectors(selectClass(WithoutImage.class), selectClass(WithoutTool.class))
                            .build(),
                    new SkippedTests(new PrintStream(printed, true, StandardCharsets.UTF_8)));
        } finally {
            skipping = false;
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).containsExactly(
                "skipped 1: missing is not installed here (row)",
                "skipped 2: the image is not there (WithoutImage)",
                "[ 3 tests left out ]");
    }
}
