// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.time.Duration;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// Limits for a test: the defaults but for what is named.
public final class Bounds {
    private int headBytes = Limits.DEFAULT.headBytes();
    private int headFields = Limits.DEFAULT.headFields();
    private long bodyBytes = Limits.DEFAULT.bodyBytes();
    private Duration headTimeout = Limits.DEFAULT.headTimeout();
    private Duration bodyStall = Limits.DEFAULT.bodyStall();
    private Duration writeStall = Limits.DEFAULT.writeStall();
    private Duration idle = Limits.DEFAULT.idle();
    private int maxStreams = Limits.DEFAULT.maxStreams();
    private int streamWindow = Limits.DEFAULT.streamWindow();
    private int connectionWindow = Limits.DEFAULT.connectionWindow();
    private LeastRate leastRate = Limits.DEFAULT.leastRate();
    private int maxConnections = Limits.DEFAULT.maxConnections();

    public Bounds headBytes(int bytes) {
        headBytes = bytes;
        return this;
    }

    public Bounds headFields(int fields) {
        headFields = fields;
        return this;
    }

    public Bounds bodyBytes(long bytes) {
        bodyBytes = bytes;
        return this;
    }

    public Bounds headTimeoutMillis(long millis) {
        headTimeout = Duration.ofMillis(millis);
        return this;
    }

    public Bounds bodyStallMillis(long millis) {
        bodyStall = Duration.ofMillis(millis);
        return this;
    }

    public Bounds writeStallMillis(long millis) {
        writeStall = Duration.ofMillis(millis);
        return this;
    }

    public Bounds idleMillis(long millis) {
        idle = Duration.ofMillis(millis);
        return this;
    }

    public Bounds maxStreams(int streams) {
        maxStreams = streams;
        return this;
    }

    public Bounds windows(int stream, int connection) {
        streamWindow = stream;
        connectionWindow = connection;
        return this;
    }

    public Bounds leastRate(int octetsPerSecond, long windowMillis) {
        leastRate = new LeastRate(octetsPerSecond, Duration.ofMillis(windowMillis));
        return this;
    }

    public Bounds maxConnections(int connections) {
        maxConnections = connections;
        return this;
    }

    public Limits limits() {
        return new Limits(headBytes, headFields, bodyBytes, headTimeout, bodyStall, writeStall, idle, maxStreams, streamWindow, connectionWindow,
                maxConnections, leastRate);
    }
}
