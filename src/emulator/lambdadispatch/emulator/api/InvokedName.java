// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A function as an invoke names it: by name, partial ARN or ARN, each with or without a qualifier.
///
/// @param region null where none was given, as are the others
/// @param qualifier version, alias or `$LATEST`
public record InvokedName(String region, String account, String name, String qualifier) {
    private static final int LONGEST = 170;
    /// The pattern of `InvokedName` in the API reference, with the parts we need in groups.
    private static final Pattern FORM =
            Pattern.compile("(?:(?:arn:(?:aws[a-zA-Z-]*):lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\\d):)?(?:(\\d{12}):)?function:|(\\d{12}):)?"
            + "([a-zA-Z0-9-_]{1,64})(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");

    /// Reads one of the documented forms; empty if it is none.
    public static Optional<InvokedName> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (text.length() > LONGEST || !form.matches()) {
            return Optional.empty();
        }
        String account = form.group(2) == null ? form.group(3) : form.group(2);
        return Optional.of(new InvokedName(form.group(1), account, form.group(4), form.group(5)));
    }

    /// @param qualifier the query parameter, or null
    static InvokedName of(String text, String qualifier) throws ApiException {
        InvokedName named = parse(text).orElseThrow(() -> invalid("1 validation error detected: Value '" + text
                + "' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: " + FORM.pattern()));
        if (qualifier == null) {
            return named;
        }
        if (!qualifier.matches("\\$LATEST|[a-zA-Z0-9-_]{1,128}")) {
            throw invalid("1 validation error detected: Value '" + qualifier + "' at 'qualifier' failed to satisfy constraint");
        }
        if (named.qualifier != null && !named.qualifier.equals(qualifier)) {
            throw invalid("The derived qualifier from the function name does not match the specified qualifier.");
        }
        return new InvokedName(named.region, named.account, named.name, qualifier);
    }

    private static ApiException invalid(String message) {
        return new ApiException(ApiError.of(400, "InvalidParameterValueException", message));
    }
}
