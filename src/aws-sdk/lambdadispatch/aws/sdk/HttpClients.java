// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import io.netty.channel.socket.nio.NioChannelOption;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

/// The SDK's HTTP client, set up for answers that take a quarter of an hour.
final class HttpClients {
    /// For TCP and TLS: fifty at once on a cold, busy processor take seconds.
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    /// Lambda ends an invocation after 900 s at the latest; a little more for its start and the way back.
    private static final Duration LONGEST_INVOKE = Duration.ofSeconds(960);
    private static final Duration LONGEST_LIFE = Duration.ofMinutes(5);
    private static final int MOST_AT_ONCE = 10_000;
    private static final int PROBE_IDLE_SECONDS = 60;
    private static final int PROBE_INTERVAL_SECONDS = 15;
    private static final int PROBES = 4;

    private HttpClients() {}

    /// One event loop: it mostly waits. Paths on AWS drop a connection that is silent for 350 s, and the SDK's own switch for keep-alive
    /// leaves the kernel's two hours.
    static SdkAsyncHttpClient forInvokes() {
        return NettyNioAsyncHttpClient.builder()
                .eventLoopGroupBuilder(SdkEventLoopGroup.builder().numberOfThreads(1))
                .maxConcurrency(MOST_AT_ONCE)
                .maxPendingConnectionAcquires(MOST_AT_ONCE)
                .connectionTimeout(CONNECT_LIMIT)
                .readTimeout(LONGEST_INVOKE)
                .writeTimeout(Duration.ofSeconds(30))
                .connectionTimeToLive(LONGEST_LIFE)
                .tcpKeepAlive(true)
                .putChannelOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), PROBE_IDLE_SECONDS)
                .putChannelOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), PROBE_INTERVAL_SECONDS)
                .putChannelOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES)
                .build();
    }
}
