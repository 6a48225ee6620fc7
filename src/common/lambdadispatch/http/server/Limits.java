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
/// @param rest without an octet from the peer until the connection lets go of its threads and buffers; zero for never
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
        Duration rest,
        int maxStreams,
        int streamWindow,
        int connectionWindow,
        int maxConnections,
        LeastRate leastRate) {
    public static final Limits DEFAULT = new Limits(64 << 10, 256, -1, Duration.ofSeconds(30), Duration.ofSeconds(60),
            Duration.ofSeconds(60), Duration.ofSeconds(75), Duration.ofSeconds(2), 250, 256 << 10, 1 << 20, 20_000, LeastRate.DEFAULT);

    /// These, to be changed by name: of twelve values in a row two time-outs would be swapped in silence.
    public Builder with() {
        return new Builder(this);
    }

    /// Limits in the making.
    public static final class Builder {
        private int headBytes;
        private int headFields;
        private long bodyBytes;
        private Duration headTimeout;
        private Duration bodyStall;
        private Duration writeStall;
        private Duration idle;
        private Duration rest;
        private int maxStreams;
        private int streamWindow;
        private int connectionWindow;
        private int maxConnections;
        private LeastRate leastRate;

        private Builder(Limits from) {
            headBytes = from.headBytes;
            headFields = from.headFields;
            bodyBytes = from.bodyBytes;
            headTimeout = from.headTimeout;
            bodyStall = from.bodyStall;
            writeStall = from.writeStall;
            idle = from.idle;
            rest = from.rest;
            maxStreams = from.maxStreams;
            streamWindow = from.streamWindow;
            connectionWindow = from.connectionWindow;
            maxConnections = from.maxConnections;
            leastRate = from.leastRate;
        }

        public Builder headBytes(int octets) {
            headBytes = octets;
            return this;
        }

        public Builder headFields(int fields) {
            headFields = fields;
            return this;
        }

        public Builder bodyBytes(long octets) {
            bodyBytes = octets;
            return this;
        }

        public Builder headTimeout(Duration limit) {
            headTimeout = limit;
            return this;
        }

        public Builder bodyStall(Duration limit) {
            bodyStall = limit;
            return this;
        }

        public Builder writeStall(Duration limit) {
            writeStall = limit;
            return this;
        }

        public Builder idle(Duration limit) {
            idle = limit;
            return this;
        }

        public Builder rest(Duration patience) {
            rest = patience;
            return this;
        }

        /// [#headTimeout], [#bodyStall], [#writeStall] and [#idle] alike.
        public Builder everyTimeout(Duration limit) {
            return headTimeout(limit).bodyStall(limit).writeStall(limit).idle(limit);
        }

        public Builder maxStreams(int streams) {
            maxStreams = streams;
            return this;
        }

        public Builder streamWindow(int octets) {
            streamWindow = octets;
            return this;
        }

        public Builder connectionWindow(int octets) {
            connectionWindow = octets;
            return this;
        }

        public Builder maxConnections(int connections) {
            maxConnections = connections;
            return this;
        }

        public Builder leastRate(LeastRate rate) {
            leastRate = rate;
            return this;
        }

        public Limits limits() {
            return new Limits(headBytes, headFields, bodyBytes, headTimeout, bodyStall, writeStall, idle, rest, maxStreams, streamWindow,
                    connectionWindow, maxConnections, leastRate);
        }
    }
}
