// SPDX-License-Identifier: MIT
package lambdadispatch.base.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EffectiveSettingsTest {
    @Test
    void everyVariableIsShownWithTheValueThatCountsAndNoSecret() {
        Settings settings = new Settings(Map.of("LAMBDA_DISPATCH_A", "7", "LAMBDA_DISPATCH_T", "hush"));
        settings.integer("LAMBDA_DISPATCH_A", 1, 0, 9, "a");
        settings.integer("LAMBDA_DISPATCH_B", 2, 0, 9, "b");
        settings.secret("LAMBDA_DISPATCH_T", "t");
        settings.secret("LAMBDA_DISPATCH_U", "u");
        assertThat(settings.effective()).containsExactly(Map.entry("LAMBDA_DISPATCH_A", "7"), Map.entry("LAMBDA_DISPATCH_B", "2"),
                Map.entry("LAMBDA_DISPATCH_T", "(set)"), Map.entry("LAMBDA_DISPATCH_U", "-"));
        assertThat(settings.table()).doesNotContain("hush");
    }

    @Test
    void aFaultOfASecretDoesNotShowIt() {
        Settings settings = new Settings(Map.of("LAMBDA_DISPATCH_T", "hush"));
        settings.fault("LAMBDA_DISPATCH_T", settings.secret("LAMBDA_DISPATCH_T", "t"), "longer");
        assertThat(settings.faults()).containsExactly("LAMBDA_DISPATCH_T=(set): must be longer");
    }
}
