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

    private static ExtensionConfig read(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>(Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        Settings settings = new Settings(variables);
        ExtensionConfig config = ExtensionConfig.read(settings);
        assertThat(settings.faults()).isEmpty();
        assertThat(settings.warnings()).isEmpty();
        return config;
    }

    @Test
    void whatIsNotSetIsAsTheReadmeSays() {
        assertThat(read()).hasToString("ExtensionConfig[runtime=CURRENT_THREAD, compression=true, appKeepAlive=true, port=3001, "
                + "asyncInit=false, asyncInitTimeout=PT9.5S, health=Health[path=/health, minStatus=200, maxStatus=200, probed=true], "
                + "idleGrace=PT5S, holding=Holding[most=PT1M, port=0], invocationsAtOnce=1, runtimeApi=127.0.0.1:9001]");
    }

    @Test
    void everyVariableIsHeard() {
        String p = "LAMBDA_DISPATCH_";
        assertThat(read("AWS_LAMBDA_RUNTIME_API", "[::1]:9", p + "RUNTIME", "multi_thread", p + "ENABLE_COMPRESSION", "false",
                p + "APP_KEEP_ALIVE", "false", p + "PORT", "8080", p + "ASYNC_INIT", "true", p + "ASYNC_INIT_TIMEOUT", "3 s",
                p + "HEALTH_PATH", "/up", p + "HEALTH_MIN_STATUS", "201", p + "HEALTH_MAX_STATUS", "299", p + "HEALTH_PROBES", "false",
                p + "LAST_ACTIVE_GRACE_PERIOD_MS", "70", p + "MAX_WAIT_UNTIL_MS", "80", p + "HOLD_PORT", "90",
                "AWS_LAMBDA_MAX_CONCURRENCY", "16", p + "JAVA_OPTIONS", "-Xmx1g", p + "LogFormat", "json", p + "Debug", "relay"))
                .hasToString("ExtensionConfig[runtime=MULTI_THREAD, compression=false, appKeepAlive=false, port=8080, "
                        + "asyncInit=true, asyncInitTimeout=PT3S, health=Health[path=/up, minStatus=201, maxStatus=299, probed=false], "
                        + "idleGrace=PT0.07S, holding=Holding[most=PT0.08S, port=90], invocationsAtOnce=16, runtimeApi=[::1]:9]");
        assertThat(read(p + "HEALTH_TCP_ONLY", "true", p + "HEALTH_PATH", "/up").health().path()).as("nothing is asked").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PORT, 1, 65535, 0, 65536", "ASYNC_INIT_TIMEOUT, 100 ms, 15 min, 99 ms, 900001 ms", "HEALTH_MAX_STATUS, 200, 599, 199, 600",
            "HEALTH_MIN_STATUS, 100, 200, 99, 201", "LAST_ACTIVE_GRACE_PERIOD_MS, 1, 900000, 0, 900001",
            "MAX_WAIT_UNTIL_MS, 0, 900000, -1, 900001", "HOLD_PORT, 0, 65535, -1, 65536"})
    void rangesIncludeTheirEnds(String name, String least, String most, String less, String more) {
        String variable = "LAMBDA_DISPATCH_" + name;
        assertThat(read(variable, least)).isNotNull();
        assertThat(read(variable, most)).isNotNull();
        for (String outside : new String[] {less, more}) {
            Settings settings = settings(variable, outside);
            ExtensionConfig.read(settings);
            assertThat(settings.faults()).hasSize(1);
        }
    }

    @Test
    void invocationsAtOnceAreTenThousandAtMost() {
        assertThat(read("AWS_LAMBDA_MAX_CONCURRENCY", "1").invocationsAtOnce()).isEqualTo(1);
        assertThat(read("AWS_LAMBDA_MAX_CONCURRENCY", "10000").invocationsAtOnce()).isEqualTo(10_000);
        Settings none = settings("AWS_LAMBDA_MAX_CONCURRENCY", "0");
        ExtensionConfig.read(none);
        assertThat(none.faults()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"runtime:9001, true", "[::1]:9001, true", "127.0.0.1:123456, false", "127.0.0.1:, false", ":9001, false", "a b:1, false",
            "a:1/x, false"})
    void lambdasApiIsAHostAndAPort(String value, boolean taken) {
        Settings settings = settings("AWS_LAMBDA_RUNTIME_API", value);
        ExtensionConfig.read(settings);
        assertThat(settings.faults().isEmpty()).isEqualTo(taken);
    }

    @Test
    void withoutLambdasApiItDoesNotStart() {
        Settings settings = new Settings(Map.of());
        ExtensionConfig.read(settings);
        assertThat(settings.faults()).singleElement().asString().startsWith("AWS_LAMBDA_RUNTIME_API=: must be ");
    }
}
