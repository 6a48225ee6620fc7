// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// A long run says where its time went, and a short one nothing.
class TestTimesTest {
    private static String said(long nanosPerLook) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        AtomicLong now = new AtomicLong();
        LauncherConfig plain = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
        LauncherFactory.create(plain).execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(BriefClass.class)).build(),
                new TestTimes(new PrintStream(printed, true, StandardCharsets.UTF_8), () -> now.addAndGet(nanosPerLook)));
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void packagesAndTheSlowestClassesAreNamed() {
        assertThat(said(90_000_000_000L)).containsSubsequence("90.0 s in all tests", "90.0 s  lambdadispatch.support\n", "slowest classes:",
                "90.0 s  BriefClass");
    }

    @Test
    void aShortRunIsNotCommentedOn() {
        assertThat(said(1_000_000_000L)).isEmpty();
    }
}

/// Run by the test above, and part of the suite as well.
class BriefClass {
    @Test
    void isQuick() {
        assertThat(1 + 1).isEqualTo(2);
    }
}
