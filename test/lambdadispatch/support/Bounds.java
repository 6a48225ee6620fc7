// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.time.Duration;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// Limits for a test: the defaults but for what is named, with times in milliseconds.
public final class Bounds {
    private final Limits.Builder limits = Limits.DEFAULT.with();

    public Bounds headBytes(int bytes) {
        limits.headBytes(bytes);
        return this;
    }

    public Bounds headFields(int fields) {
        limits.headFields(fields);
        return this;
    }

    public Bounds bodyBytes(long bytes) {
        limits.bodyBytes(bytes);
        return this;
    }

    public Bounds headTimeoutMillis(long millis) {
        limits.headTimeout(Duration.ofMillis(millis));
        return this;
    }

    public Bounds bodyStallMillis(long millis) {
        limits.bodyStall(Duration.ofMillis(millis));
        return this;
    }

    public Bounds writeStallMillis(long millis) {
        limits.writeStall(Duration.ofMillis(millis));
        return this;
    }

    public Bounds idleMillis(long millis) {
        limits.idle(Duration.ofMillis(millis));
        return this;
    }

    public Bounds maxStreams(int streams) {
        limits.maxStreams(streams);
        return this;
    }

    public Bounds windows(int stream, int connection) {
        limits.streamWindow(stream);
        limits.connectionWindow(connection);
        return this;
    }

    public Bounds leastRate(int octetsPerSecond, long windowMillis) {
        limits.leastRate(new LeastRate(octetsPerSecond, Duration.ofMillis(windowMillis)));
        return this;
    }

    public Bounds maxConnections(int connections) {
        limits.maxConnections(connections);
        return this;
    }

    public Limits limits() {
        return limits.limits();
    }
}
