// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import lambdadispatch.base.Clock;
import lambdadispatch.base.config.Settings;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.emulator.api.InvokedName;
import lambdadispatch.emulator.environment.AppRule;
import lambdadispatch.emulator.environment.FunctionSettings;
import lambdadispatch.emulator.environment.OnceAMinute;

/// What the emulator is told.
///
/// @param port on 127.0.0.1; 0 for any
/// @param functions the names that exist
/// @param accessKey the only access key id that is known
public record EmulatorConfig(int port, Set<String> functions, String accessKey, String secretKey, InvokeFaults faults,
        FunctionSettings function) {
    public static final String PORT = "LAMBDA_DISPATCH_EmulatorPort";
    public static final String DEFAULT_FUNCTION = "lambda-dispatch-local";
    private static final Duration QUARTER_OF_AN_HOUR = Duration.ofMinutes(15);

    /// What starts in an environment when no variable says so.
    public record Commands(List<String> extension, String app) {}

    /// Reads it from variables; faults are left in `settings`.
    public static EmulatorConfig from(Settings settings, Commands otherwise, Map<String, String> environment) {
        int port = settings.integer(PORT, 5051, 0, 65_535, "the port of the Invoke API on 127.0.0.1");
        Set<String> functions = new TreeSet<>(settings.list("LAMBDA_DISPATCH_EmulatorFunctions", "further functions that exist, by name"));
        functions.add(functionName(settings));
        String accessKey = settings.text("LAMBDA_DISPATCH_EmulatorAccessKey", "test", "the access key id that callers sign with");
        String secretKey = settings.text("LAMBDA_DISPATCH_EmulatorSecretKey", "test", "its secret key");
        return new EmulatorConfig(port, functions, accessKey, secretKey, faults(settings), function(settings, otherwise, environment));
    }

    private static FunctionSettings function(Settings settings, Commands otherwise, Map<String, String> environment) {
        String extension =
                settings.text("LAMBDA_DISPATCH_EmulatorExtension", null, "the extension's executable; without it, the one of this build");
        String app = settings.text("LAMBDA_DISPATCH_EmulatorApp", null, "the app's command, for /bin/sh; without it, the demo");
        return new FunctionSettings(
                settings.integer("LAMBDA_DISPATCH_EmulatorMemory", 1024, 128, 10_240, "the function's memory in MB"),
                duration(settings, "Timeout", QUARTER_OF_AN_HOUR, QUARTER_OF_AN_HOUR, "of one invocation"),
                duration(settings, "InitLimit", Duration.ofSeconds(10), QUARTER_OF_AN_HOUR, "of the first init"),
                duration(settings, "ColdStart", Duration.ZERO, QUARTER_OF_AN_HOUR, "what placing an environment takes before its init"),
                duration(settings, "IdleLife", Duration.ofMinutes(5), Duration.ofDays(1), "how long an idle environment is kept"),
                settings.integer("LAMBDA_DISPATCH_EmulatorConcurrency", 10, 1, 1000,
                        "environments at most; what finds no room is throttled"),
                settings.formed("AWS_REGION", "us-east-1", lambdadispatch.invoke.FunctionName::isRegion,
                        "the name of a region, as us-east-1", "the region that ARNs and signatures name"),
                "123456789012",
                extension == null ? otherwise.extension() : List.of(extension),
                app == null ? otherwise.app() : app,
                ProcessVariables.ofEnvironments(environment),
                settings.flag("LAMBDA_DISPATCH_EmulatorVerbose", false, "shows what extensions and apps print") ? System.out::println
                        : line -> {},
                folder(settings),
                app == null ? AppRule.DEFAULT : AppRule.from(settings),
                settings.integer("LAMBDA_DISPATCH_EmulatorPerEnvironment", 1, 1, 1000,
                        "invocations at once in one environment; more than 1: as Lambda's managed instances, which are never frozen and cost nothing by the GB-second"),
                new OnceAMinute(System.out::println, Clock.SYSTEM));
    }

    private static Path folder(Settings settings) {
        String here = Path.of("").toAbsolutePath().toString();
        return Path.of(settings.formed("LAMBDA_DISPATCH_EmulatorAppFolder", here, text -> Files.isDirectory(Path.of(text)),
                "a folder that is there",
                "where the app's command runs; ./build.sh run sets it to where it was called"));
    }

    /// The router may be given a qualified name or an ARN.
    private static String functionName(Settings settings) {
        String variable = "LAMBDA_DISPATCH_FunctionName";
        String text = settings.text(variable, DEFAULT_FUNCTION, "the function that the router invokes");
        return InvokedName.parse(text).map(InvokedName::name).orElseGet(() -> {
            settings.fault(variable, text, "a function's name or ARN");
            return DEFAULT_FUNCTION;
        });
    }

    private static Duration duration(Settings settings, String name, Duration otherwise, Duration longest, String description) {
        return settings.millis("LAMBDA_DISPATCH_Emulator" + name, otherwise, Duration.ZERO, longest, description);
    }

    private static InvokeFaults faults(Settings settings) {
        String name = "LAMBDA_DISPATCH_EmulatorFaults";
        String text = settings.text(name, "", "what goes wrong and how often, as throttle=0.2,service=0.1");
        try {
            return InvokeFaults.parse(text);
        } catch (IllegalArgumentException e) {
            settings.fault(name, text, e.getMessage());
            return InvokeFaults.NONE;
        }
    }
}
