// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import lambdadispatch.fuzz.Target;
import lambdadispatch.http.message.BadMessage;

/// The demo app's query: parameters, or 400.
public final class QueryTarget extends Target {
    public QueryTarget() {
        super("query", octets("bytes=64k&ms=20&x=%20+a", "a&b=&=c", "n=9223372036854775807", "n=1g"),
                octets("&", "=", "%", "%zz", "%e2%82", "+", "k", "g", "-1", "n=", "9999999999999999999"));
    }

    @Override
    public void run(byte[] input, SplittableRandom random) {
        try {
            Parameters query = Parameters.of(new String(input, StandardCharsets.ISO_8859_1));
            long number = query.number("n", 5, 0, 1L << 40);
            require(number >= 0 && number <= 1L << 40, "out of range: " + number);
        } catch (BadMessage e) {
            require(e.status() == 400, "status " + e.status());
        }
    }
}
