// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.nio.file.Path;
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
/// @param concurrency invocations at once per function
/// @param extension the command of the extension
/// @param app the command of the contained app, for `/bin/sh -c`
/// @param variables added to what Lambda sets, as a function's configuration would
/// @param printed gets each line that a process prints, with the environment and the part that did it
/// @param folder where the app's command runs
/// @param rule what the app has to do to be ready
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
        Consumer<String> told) {
    /// How long an environment may take to end (Lambda, with an external extension).
    public static final Duration SHUTDOWN_LIMIT = Duration.ofMillis(2000);

    /// An app that runs here, on whatever port is free, and about which nobody is told anything.
    public FunctionSettings(int memoryMegabytes, Duration timeout, Duration initLimit, Duration coldStart, Duration idleLife, int concurrency, String region,
            String account, List<String> extension, String app, Map<String, String> variables, Consumer<String> printed) {
        this(memoryMegabytes, timeout, initLimit, coldStart, idleLife, concurrency, region, account, extension, app, variables, printed,
                Path.of("").toAbsolutePath(), AppRule.DEFAULT, text -> {});
    }

    /// The name that the extension must register under: its file's, or, where a command of several words stands for the file, the one in the layer.
    String extensionName() {
        return extension.size() == 1 ? Path.of(extension.getFirst()).getFileName().toString() : "lambda-dispatch";
    }

    /// The function's ARN.
    public String arn(String function) {
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + function;
    }
}
