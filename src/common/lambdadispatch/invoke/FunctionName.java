// SPDX-License-Identifier: MIT
package lambdadispatch.invoke;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A function in any form that the Invoke API documents: `name`, `name:qualifier`, `123456789012:function:name[:qualifier]`, or
/// `arn:aws:lambda:region:123456789012:function:name[:qualifier]` of any partition.
///
/// @param identifier what goes into the path: all but the qualifier
/// @param qualifier alias or version, "" for none
/// @param region the ARN's, "" where the form has none
public record FunctionName(String identifier, String qualifier, String region) {
    private static final Pattern FORM = Pattern.compile(
            "((?:arn:aws[a-z-]*:lambda:([a-z]{2}[a-z0-9-]*-\\d+):\\d{12}:function:|\\d{12}:function:)?[a-zA-Z0-9-_]{1,64})"
                    + "(?::(\\$LATEST(?:\\.PUBLISHED)?|[a-zA-Z0-9-_]{1,128}))?");

    /// Whether it has the form of all regions' names: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`.
    public static boolean isRegion(String text) {
        return text.matches("[a-z]{2}[a-z0-9-]*-\\d+");
    }

    /// Whether [#parse(String)] takes it.
    public static boolean isName(String text) {
        return FORM.matcher(text).matches();
    }

    /// @throws IllegalArgumentException none of the documented forms
    public static FunctionName parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not a function name, name:alias or function ARN: " + text);
        }
        String qualifier = form.group(3) == null ? "" : form.group(3);
        return new FunctionName(form.group(1), qualifier, form.group(2) == null ? "" : form.group(2));
    }
}
