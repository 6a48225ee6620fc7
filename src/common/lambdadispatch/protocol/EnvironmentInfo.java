// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an execution environment is, as its extension tells the router with each control request: `version=12 memory=1769 arch=arm64`.
/// Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
///
/// @param version `AWS_LAMBDA_FUNCTION_VERSION`: a number, or `$LATEST`
/// @param memoryMb `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB; 0 where it is not known
/// @param arm whether it is `arm64`; else it is `x86_64`
public record EnvironmentInfo(String version, int memoryMb, boolean arm) {
    private static final Pattern FORM =
            Pattern.compile("version=(\\$LATEST|[0-9]{1,18}) memory=([0-9]{1,6}) arch=(arm64|x86_64)(?: .{0,100})?");

    /// @param version `AWS_LAMBDA_FUNCTION_VERSION`, or null
    /// @param memorySize `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, or null
    /// @param architecture as the property `os.arch` spells it
    public static EnvironmentInfo of(String version, String memorySize, String architecture) {
        boolean versionKnown = version != null && version.matches("\\$LATEST|[0-9]{1,18}");
        boolean memoryKnown = memorySize != null && memorySize.matches("[0-9]{1,6}");
        return new EnvironmentInfo(versionKnown ? version : "$LATEST", memoryKnown ? Integer.parseInt(memorySize) : 0,
                architecture.toLowerCase(Locale.ROOT).startsWith("aarch64"));
    }

    @Override
    public String toString() {
        return "version=" + version + " memory=" + memoryMb + " arch=" + (arm ? "arm64" : "x86_64");
    }

    /// Empty for anything that does not begin like such a line; what follows is ignored.
    public static Optional<EnvironmentInfo> parse(String text) {
        Matcher form = text == null ? null : FORM.matcher(text);
        return form == null || !form.matches() ? Optional.empty()
                : Optional.of(new EnvironmentInfo(form.group(1), Integer.parseInt(form.group(2)), form.group(3).equals("arm64")));
    }
}
