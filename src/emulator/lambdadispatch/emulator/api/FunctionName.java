// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A function as an invoke names it: by name, partial ARN or ARN, each with or without a qualifier.
///
/// @param qualifier version, alias or `$LATEST`; null where none was given
record FunctionName(String name, String qualifier) {
    private static final String NAME = "([a-zA-Z0-9-_]{1,64})";
    /// The pattern of `FunctionName` in the API reference, with the parts we need in groups.
    private static final Pattern FORM = Pattern.compile(
            "(?:(?:arn:(?:aws[a-zA-Z-]*):lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\\d:)?(?:\\d{12}:)?function:|\\d{12}:)?" + NAME + "(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");

    /// @param qualifier the query parameter, or null
    static FunctionName of(String text, String qualifier) throws ApiException {
        Matcher form = FORM.matcher(text);
        if (text.length() > 170 || !form.matches()) {
            throw invalid("1 validation error detected: Value '" + text + "' at 'functionName' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: " + FORM.pattern());
        }
        String derived = form.group(2);
        if (qualifier != null && !qualifier.matches("\\$LATEST|[a-zA-Z0-9-_]{1,128}")) {
            throw invalid("1 validation error detected: Value '" + qualifier + "' at 'qualifier' failed to satisfy constraint");
        }
        if (derived != null && qualifier != null && !derived.equals(qualifier)) {
            throw invalid("The derived qualifier from the function name does not match the specified qualifier.");
        }
        return new FunctionName(form.group(1), derived == null ? qualifier : derived);
    }

    private static ApiException invalid(String message) {
        return new ApiException(ApiError.of(400, "InvalidParameterValueException", message));
    }

    /// What `X-Amz-Executed-Version` says. Aliases here all point at `$LATEST`.
    String executedVersion() {
        return qualifier != null && qualifier.matches("\\d+") ? qualifier : "$LATEST";
    }
}
