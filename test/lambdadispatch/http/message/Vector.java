// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import java.util.List;

/// One row of a table of messages and verdicts; see `test/vectors/http1/README.md` for the files.
///
/// @param name unique in its table
/// @param source where the message or the rule comes from
/// @param method for a response: the method of the request that it answers
/// @param input the octets that arrive
/// @param verdict lines of `key: text`, in the order in which things happen
public record Vector(String name, String source, String method, byte[] input, List<String> verdict) {
    @Override
    public String toString() {
        return name;
    }
}
