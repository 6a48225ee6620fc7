// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// How each function is set up, and how the place it runs in behaves.
///
/// @param timeout of one invocation (Lambda allows up to 15 minutes)
/// @param initLimit of the first init (Lambda: 10 s); a second one counts against the function's time-out
/// @param coldStart waiting before an environment's first process starts: what placing it and loading its code would take
/// @param idleLife how long an environment that nobody invokes is kept
/// @param concurrency environments at once per function, each with [#perEnvironment] invocations
/// @param extension the command of the extension
/// @param app the command of the contained app, for `/bin/sh -c`
/// @param variables added to what Lambda sets, as a function's configuration would
/// @param printed gets each line that a process prints, with the environment and the part that did it
/// @param folder where the app's command runs
/// @param rule what the app has to do to be ready
/// @param perEnvironment invocations at once in one environment: 1 as ordinary Lambda, more as Lambda's managed instances
/// @param told gets what somebody at the terminal should know: why an app does not start
public record FunctionSettings(
        int memoryMegabytes,
        Duration timeout,
        Duration initLimit,
        Duration coldStart,
        Duration idleLife,
        int concurrency,
        String region,
        String account,
        List<String> extension,
        String app,
        Map<String, String> variables,
        Consumer<String> printed,
        Path folder,
        AppRule rule,
        int perEnvironment,
        Consumer<String> told) {
    /// Managed instances may take so long for init, or the function's time-out if that is more.
    private static final Duration LONGEST_MANAGED_INIT = Duration.ofSeconds(130);
    /// How long an environment may take to end (Lambda, with an external extension).
    public static final Duration SHUTDOWN_LIMIT = Duration.ofMillis(2000);

    /// An app that runs here, on whatever port is free, and about which nobody is told anything.
    public FunctionSettings(int memoryMegabytes, Duration timeout, Duration initLimit, Duration coldStart, Duration idleLife,
            int concurrency, String region,
            String account, List<String> extension, String app, Map<String, String> variables, Consumer<String> printed) {
        this(memoryMegabytes, timeout, initLimit, coldStart, idleLife, concurrency, region, account, extension, app, variables, printed,
                Path.of("").toAbsolutePath(), AppRule.DEFAULT, 1, text -> {});
    }

    /// The same with several invocations at once in one environment.
    public FunctionSettings perEnvironment(int atOnce) {
        return new FunctionSettings(memoryMegabytes, timeout, initLimit, coldStart, idleLife, concurrency, region, account, extension, app,
                variables, printed, folder, rule, atOnce, told);
    }

    /// Whether environments are those of managed instances: never frozen, several invocations at once.
    public boolean managed() {
        return perEnvironment > 1;
    }

    Duration managedInitLimit() {
        return timeout.compareTo(LONGEST_MANAGED_INIT) > 0 ? timeout : LONGEST_MANAGED_INIT;
    }

    /// The name that the extension must register under: its file's, or, where a command of several words stands for the file, the one in
    /// the layer.
    String extensionName() {
        return extension.size() == 1 ? Path.of(extension.getFirst()).getFileName().toString() : "lambda-dispatch";
    }

    /// The function's ARN.
    public String arn(String function) {
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + function;
    }
}
