// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/// The environment variables of the two processes.
/// Source: AWS Lambda Developer Guide, "Defined runtime environment variables", and what it says extensions do not see.
final class Variables {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy/MM/dd");

    private Variables() {}

    /// What is this environment's own.
    ///
    /// @param app the app's port: in a real environment every app can have the same, on one machine each needs its own
    record Addresses(int api, String metadataToken, int app) {}

    /// What the extension gets. The credentials are nobody's: an app that asks AWS for something is refused here, as it is where its role
    /// may not.
    static Map<String, String> ofExtension(FunctionSettings settings, String function, String version, Addresses addresses) {
        Map<String, String> variables = new HashMap<>(settings.variables());
        String api = "127.0.0.1:" + addresses.api();
        variables.putAll(Map.of(
                "AWS_LAMBDA_FUNCTION_NAME", function,
                "AWS_LAMBDA_FUNCTION_VERSION", version,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(settings.memoryMegabytes()),
                "AWS_LAMBDA_INITIALIZATION_TYPE", settings.managed() ? "lambda-managed-instances" : "on-demand",
                "AWS_LAMBDA_RUNTIME_API", api,
                "AWS_LAMBDA_METADATA_API", api,
                "AWS_LAMBDA_METADATA_TOKEN", addresses.metadataToken()));
        variables.putAll(Map.of(
                "AWS_ACCESS_KEY_ID", "ASIAEMULATED",
                "AWS_SECRET_ACCESS_KEY", "emulated",
                "AWS_SESSION_TOKEN", "emulated",
                "AWS_REGION", settings.region(),
                "AWS_DEFAULT_REGION", settings.region(),
                "TZ", ":UTC",
                "LAMBDA_DISPATCH_PORT", Integer.toString(addresses.app())));
        if (settings.managed()) {
            variables.put("AWS_LAMBDA_MAX_CONCURRENCY", Integer.toString(settings.perEnvironment()));
        }
        return variables;
    }

    /// What the app gets: all of that, what only the runtime's process sees, and `PORT`.
    static Map<String, String> ofApp(Map<String, String> extension, Path folder, String function, String environmentId) {
        Map<String, String> variables = new HashMap<>(extension);
        variables.putAll(Map.of(
                "_HANDLER", "app",
                "LAMBDA_TASK_ROOT", folder.toString(),
                "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + function,
                "AWS_LAMBDA_LOG_STREAM_NAME",
                LocalDate.now(ZoneOffset.UTC).format(DAY) + "/[" + extension.get("AWS_LAMBDA_FUNCTION_VERSION") + "]" + environmentId,
                "PORT", extension.get("LAMBDA_DISPATCH_PORT")));
        return variables;
    }
}
