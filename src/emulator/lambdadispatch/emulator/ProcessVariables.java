// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Sorts our own environment's variables: which the processes of an environment get, which the router gets.
///
/// The extension's variables are `LAMBDA_DISPATCH_UPPER_CASE`, the router's `LAMBDA_DISPATCH_MixedCase`, ours `LAMBDA_DISPATCH_Emulator…`.
/// What is not `LAMBDA_DISPATCH_*` is for all: an app needs its PATH, its HOME and whatever it reads.
final class ProcessVariables {
    private static final Pattern EXTENSION = Pattern.compile("LAMBDA_DISPATCH_[A-Z0-9_]+|LAMBDA_DISPATCH_(Debug|LogFormat)");
    private static final Pattern EMULATOR = Pattern.compile("LAMBDA_DISPATCH_Emulator.*|LAMBDA_DISPATCH_Stack.*");
    // Lambda gives an environment the role's credentials, never those of whoever invokes it.
    private static final Pattern CALLER =
            Pattern.compile("AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|.*ENDPOINT_URL.*|LAMBDA_.*)");

    /// What both have.
    private static final Set<String> SHARED =
            Set.of("LAMBDA_DISPATCH_Debug", "LAMBDA_DISPATCH_LogFormat", "LAMBDA_DISPATCH_RUNTIME", "LAMBDA_DISPATCH_JAVA_OPTIONS");

    private ProcessVariables() {}

    static Map<String, String> ofEnvironments(Map<String, String> environment) {
        return only(environment,
                name -> name.startsWith("LAMBDA_DISPATCH_") ? EXTENSION.matcher(name).matches() : !CALLER.matcher(name).matches());
    }

    static Map<String, String> ofRouter(Map<String, String> environment) {
        return only(environment, name -> !EMULATOR.matcher(name).matches()
                && (!EXTENSION.matcher(name).matches() || SHARED.contains(name)));
    }

    private static Map<String, String> only(Map<String, String> environment, java.util.function.Predicate<String> wanted) {
        return environment.entrySet().stream().filter(entry -> wanted.test(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
