// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.concurrent.ThreadLocalRandom;

/// One event for a function.
///
/// @param version that runs it: a number or `$LATEST`
/// @param arn as it was invoked, qualifier included
/// @param clientContext decoded JSON, or null
public record EmulatedInvocation(String requestId, String arn, String version, byte[] payload, String traceId, String clientContext) {
    /// The longest request and response payload (Lambda quotas: 6 MB each).
    public static final int LONGEST_REQUEST = 6_291_456;
    public static final int LONGEST_RESPONSE = LONGEST_REQUEST + 100;

    public static EmulatedInvocation of(String requestId, String arn, String version, byte[] payload, String clientContext) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String traceId = "Root=1-%08x-%016x%08x;Parent=%016x;Sampled=0".formatted(
                System.currentTimeMillis() / 1000, random.nextLong(), random.nextInt(), random.nextLong());
        return new EmulatedInvocation(requestId, arn, version, payload, traceId, clientContext);
    }
}
