// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Which functions a request may name with `X-Lambda-Name`: `LAMBDA_DISPATCH_AllowedFunctions`, names separated by commas, `*` stands for
/// any run of characters but `:`. So no pattern lets in an alias, a version or another account that it does not name.
public final class AllowedFunctions {
    /// AWS Lambda API reference, Invoke, FunctionName and Qualifier: what a name, name:alias or ARN is made of.
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_:$-]{1,170}");

    private final List<Pattern> patterns;

    public AllowedFunctions(String commaSeparated) {
        this.patterns = Arrays.stream(commaSeparated.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(AllowedFunctions::pattern)
                .toList();
    }

    private static Pattern pattern(String glob) {
        if (!NAME.matcher(glob.replace("*", "x")).matches()) {
            throw new IllegalArgumentException("not a function name or pattern: " + glob);
        }
        String[] parts = glob.split("\\*", -1);
        return Pattern.compile(String.join("[^:]*", Arrays.stream(parts).map(Pattern::quote).toList()));
    }

    /// Nobody may name a function: the header means nothing here.
    public boolean none() {
        return patterns.isEmpty();
    }

    public boolean allows(String name) {
        return NAME.matcher(name).matches() && patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
}
