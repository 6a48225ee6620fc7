// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import java.time.Duration;

/// The bounds of a listener; each has a test by name.
///
/// @param headBytes request line + field section, and HTTP/2's header list
/// @param headFields fields in one section
/// @param bodyBytes longest request body, -1 for no limit
/// @param headTimeout from the first byte of a head (or from accept) to its end
/// @param bodyStall without a byte of body while one is wanted
/// @param writeStall without the peer taking a byte while some are waiting
/// @param idle keep-alive between requests
/// @param maxStreams HTTP/2 concurrent streams
/// @param streamWindow HTTP/2 receive window per stream
/// @param connectionWindow HTTP/2 receive window per connection
/// @param maxConnections connections open at once
/// @param leastRate at which a client must send a body that is wanted, and take what is sent to it
public record Limits(
        int headBytes,
        int headFields,
        long bodyBytes,
        Duration headTimeout,
        Duration bodyStall,
        Duration writeStall,
        Duration idle,
        int maxStreams,
        int streamWindow,
        int connectionWindow,
        int maxConnections,
        LeastRate leastRate) {
    public static final Limits DEFAULT = new Limits(64 << 10, 256, -1, Duration.ofSeconds(30), Duration.ofSeconds(60),
            Duration.ofSeconds(60), Duration.ofSeconds(75), 250, 256 << 10, 1 << 20, 20_000, LeastRate.DEFAULT);

    /// Without a least rate.
    public Limits(int headBytes, int headFields, long bodyBytes, Duration headTimeout, Duration bodyStall, Duration writeStall, Duration idle, int maxStreams,
            int streamWindow, int connectionWindow, int maxConnections) {
        this(headBytes, headFields, bodyBytes, headTimeout, bodyStall, writeStall, idle, maxStreams, streamWindow, connectionWindow, maxConnections, LeastRate.NONE);
    }
}
