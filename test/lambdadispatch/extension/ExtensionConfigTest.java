// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import lambdadispatch.base.config.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the extension takes, and that nothing unusable waits until the first invocation.
class ExtensionConfigTest {
    private static Settings settings(String name, String value) {
        Map<String, String> variables = new HashMap<>(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"));
        variables.put(name, value);
        return new Settings(variables);
    }

    @ParameterizedTest
    @CsvSource({"LAMBDA_DISPATCH_HEALTH_PATH,health", "LAMBDA_DISPATCH_HEALTH_PATH,/a b", "LAMBDA_DISPATCH_Debug,nonsense",
            "LAMBDA_DISPATCH_ASYNC_INIT_TIMEOUT,9",
        "LAMBDA_DISPATCH_RUNTIME,many", "AWS_LAMBDA_RUNTIME_API,127.0.0.1", "AWS_LAMBDA_RUNTIME_API,http://127.0.0.1:9001"})
    void valueThatCanNotBeUsedIsOneLineAtTheStart(String name, String value) {
        Settings settings = settings(name, value);
        ExtensionConfig.read(settings);
        assertThat(settings.faults()).singleElement().asString().startsWith(name + "=" + value + ": must be ");
    }

    @Test
    void graceIsMillisecondsAsItsNameSaysAndMayHaveAUnit() {
        assertThat(ExtensionConfig.read(settings("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "250")).idleGrace())
                .isEqualTo(Duration.ofMillis(250));
        assertThat(ExtensionConfig.read(settings("LAMBDA_DISPATCH_LAST_ACTIVE_GRACE_PERIOD_MS", "2 s")).idleGrace())
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void healthPathMayHaveAQuery() {
        Settings settings = settings("LAMBDA_DISPATCH_HEALTH_PATH", "/health?deep=1");
        assertThat(ExtensionConfig.read(settings).health().path()).isEqualTo("/health?deep=1");
        assertThat(settings.faults()).isEmpty();
    }
}
