// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.body;

import java.io.IOException;
import java.util.Arrays;
import lambdadispatch.http.server.Exchange;

/// Reads a request body whole, up to a limit.
public final class Payload {
    // What is too long is read on for a while: a client that is cut off while it sends never sees the answer that says so.
    private static final int LONGEST_DRAINED = 64 << 20;

    private Payload() {}

    /// Returns the body, or null if it is longer than `limit`.
    public static byte[] read(Exchange exchange, int limit) throws IOException {
        byte[] body = new byte[Math.clamp(exchange.request().contentLength(), 1024, limit + 1)];
        int length = 0;
        while (length <= limit) {
            if (length == body.length) {
                body = Arrays.copyOf(body, Math.min(limit + 1, length * 2));
            }
            int count = exchange.read(body, length, body.length - length);
            if (count < 0) {
                return Arrays.copyOf(body, length);
            }
            length += count;
        }
        for (int drained = 0; drained < LONGEST_DRAINED;) {
            int count = exchange.read(body, 0, body.length);
            if (count < 0) {
                break;
            }
            drained += count;
        }
        return null;
    }
}
