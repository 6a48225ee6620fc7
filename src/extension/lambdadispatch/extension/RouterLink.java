// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import lambdadispatch.net.tls.Pinning;
import lambdadispatch.protocol.Condition;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.EnvironmentInfo;
import lambdadispatch.protocol.InvokePayload;

/// The one HTTP/2 connection of an invocation to its router, and what is counted on it.
///
/// A client of its own for each invocation: an environment is frozen in between, and every socket may be dead after that.
final class RouterLink implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(5);
    private static final String ENVIRONMENT = EnvironmentInfo.of(System.getenv("AWS_LAMBDA_FUNCTION_VERSION"),
            System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), System.getProperty("os.arch")).toString();

    private final HttpClient client;
    private final InvokePayload payload;
    private final App app;
    private final LongSupplier closesInMillis;
    private final SharedUplinkWriter shared = new SharedUplinkWriter(this::resetChannels);
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean sharedOpened = new AtomicBoolean();
    private final AtomicInteger channelNumbers = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong appNanos = new AtomicLong();
    private final Pulse pulse = new Pulse(Path.of("/"), System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
    private final String invocation = ChannelKeeper.newId();
    private final long heldBeforeMillis;
    private volatile long heldToldMillis;
    private volatile long lastActiveNanos = System.nanoTime();
    private final LongUnaryOperator lastRequest = now -> running() > 0 ? now : lastActiveNanos;
    private volatile boolean appFailed;

    /// @param closesInMillis until this invocation will ask to be closed
    RouterLink(InvokePayload payload, App app, LongSupplier closesInMillis) {
        this.payload = payload;
        this.app = app;
        this.closesInMillis = closesInMillis;
        this.heldBeforeMillis = app.hold().totalMillis(lastActiveNanos);
        app.hold().begin(lastRequest, lastActiveNanos);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .connectTimeout(CONNECT_LIMIT)
                .executor(Runnable::run); // callbacks on the client's own thread: cheapest, and nothing here blocks in one
        if (payload.dispatcherUrl().startsWith("https:")) {
            builder.sslContext(Pinning.context(HexFormat.of().parseHex(payload.certificateSha256())));
        }
        this.client = builder.build();
    }

    App app() {
        return app;
    }

    /// When the router invoked, by its own clock.
    Instant sentTime() {
        return payload.sentTime();
    }

    /// The longest request head that the router sends, in octets.
    int requestHeadBytes() {
        return payload.requestHeadBytes();
    }

    CompletableFuture<HttpResponse<Void>> openDownlink(String channelId, Downlink downlink) {
        HttpRequest request = request(ControlPaths.channel(payload.id(), channelId)).GET().build();
        return client.sendAsync(request, head -> downlink);
    }

    CompletableFuture<HttpResponse<Void>> openUplink(String channelId, int number, Uplink uplink) {
        HttpRequest request = request(ControlPaths.channel(payload.id(), channelId))
                .header(ControlPaths.CHANNEL_NUMBER_HEADER, Integer.toString(number)).POST(uplink).build();
        return client.sendAsync(request, BodyHandlers.discarding());
    }

    /// Opens the uplink that all channels share, unless that was done.
    void openSharedUplink() {
        if (sharedOpened.compareAndSet(false, true)) {
            HttpRequest request = request(ControlPaths.sharedUplink(payload.id())).POST(shared.uplink()).build();
            client.sendAsync(request, BodyHandlers.discarding()).whenComplete((response, failure) -> shared.over());
            shared.start();
        }
    }

    SharedUplinkWriter shared() {
        return shared;
    }

    /// The channel serves: it may have responses on the shared uplink.
    void serving(Channel channel) {
        channels.add(channel);
    }

    void over(Channel channel) {
        channels.remove(channel);
    }

    /// How many channels serve.
    int channels() {
        return channels.size();
    }

    private void resetChannels() {
        channels.forEach(Channel::reset);
    }

    /// A number that no channel of this invocation has had.
    int nextChannelNumber() {
        return channelNumbers.incrementAndGet();
    }

    /// Tells the router that this environment lives, and how it feels.
    /// @param delayMillis how late this ping is
    /// @param probeMillis how long the app's health path took
    /// @return the status that the router answers with; a failure means that it can not be reached
    CompletableFuture<Integer> ping(long delayMillis, long probeMillis) {
        return post(ControlPaths.ping(payload.id()), ControlPaths.CONDITION_HEADER, condition(delayMillis, probeMillis));
    }

    private String condition(long delayMillis, long probeMillis) {
        Pulse.Cpu cpu = pulse.cpu();
        heldToldMillis = heldMillis();
        return Condition.of(pulse.vcpuMillis()).cpu(cpu.usedMillis()).throttled(cpu.throttledMillis()).memory(pulse.memoryPermille())
                .delay(delayMillis)
                .app(appNanos.get() / 1_000_000).requests(ended.get()).held(heldToldMillis).probe(probeMillis).condition().toString();
    }

    private long heldMillis() {
        return app.hold().totalMillis(System.nanoTime()) - heldBeforeMillis;
    }

    /// Whether the app was kept for longer than the router knows.
    boolean heldUntold() {
        return heldMillis() > heldToldMillis;
    }

    /// As [#ping], and tells the router why no channel is opened yet.
    CompletableFuture<Integer> appNotReady(String why) {
        return post(ControlPaths.ping(payload.id()), ControlPaths.APP_NOT_READY_HEADER, why);
    }

    /// Asks the router to drain this instance.
    CompletableFuture<Integer> requestClose() {
        return post(ControlPaths.close(payload.id()), ControlPaths.CONDITION_HEADER, condition(0, 0));
    }

    private CompletableFuture<Integer> post(String path, String name, String value) {
        try {
            HttpRequest request =
                    request(path).timeout(CONTROL_LIMIT).header(name, value).POST(HttpRequest.BodyPublishers.noBody()).build();
            return client.sendAsync(request, BodyHandlers.discarding()).thenApply(HttpResponse::statusCode);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e); // no address that a request could go to
        }
    }

    private HttpRequest.Builder request(String path) {
        long remaining = Math.max(0, closesInMillis.getAsLong());
        return HttpRequest.newBuilder(URI.create(payload.dispatcherUrl() + path))
                .header("Authorization", "Bearer " + payload.token())
                .header(ControlPaths.INVOCATION_HEADER, invocation)
                .header(ControlPaths.ENVIRONMENT_HEADER, ENVIRONMENT)
                .header(ControlPaths.REMAINING_HEADER, Long.toString(remaining))
                .header(ControlPaths.DEADLINE_HEADER, Long.toString(System.currentTimeMillis() + remaining));
    }

    /// The first channel is open: only from now on can this invocation be idle, however long connecting took.
    void reached() {
        lastActiveNanos = System.nanoTime();
    }

    /// @return the time, for [#exchangeEnded]
    long exchangeStarted() {
        running.incrementAndGet();
        served.incrementAndGet();
        return System.nanoTime();
    }

    void exchangeEnded(long startedNanos) {
        long now = System.nanoTime();
        lastActiveNanos = now;
        appNanos.addAndGet(now - startedNanos);
        ended.incrementAndGet();
        running.decrementAndGet();
    }

    int running() {
        return running.get();
    }

    long served() {
        return served.get();
    }

    Duration idleFor() {
        return running.get() > 0 || app.hold().leftMillis(System.nanoTime()) > 0 ? Duration.ZERO
                : Duration.ofNanos(System.nanoTime() - lastActiveNanos);
    }

    void appFailed() {
        appFailed = true;
    }

    /// The app takes connections, whatever happened to one of them.
    void appIsThere() {
        appFailed = false;
    }

    boolean hasAppFailed() {
        return appFailed;
    }

    /// Drops the connection and every stream on it.
    @Override
    public void close() {
        app.hold().end(lastRequest, System.nanoTime());
        shared.over();
        client.shutdownNow();
    }
}
