// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Handler;
import lambdadispatch.net.AddressText;
import lambdadispatch.protocol.Condition;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.protocol.EnvironmentInfo;
import lambdadispatch.router.dispatch.Description;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.dispatch.Reading;

/// The control port: extensions open their channels here, ping, and ask to be closed. See `docs/protocol.md`.
///
/// 401 for a missing or wrong token, 409 for an instance that is unknown or closed, or for a second invocation with its payload, 429 for
/// more connections, channels or pings than any extension needs, 404 for any other path. Only `GET /health` needs no token.
public final class ControlHandler implements Handler {
    private static final Log LOG = Log.of("channels");
    private static final HeaderName REMAINING = HeaderName.of(ControlPaths.REMAINING_HEADER);
    private static final HeaderName DEADLINE = HeaderName.of(ControlPaths.DEADLINE_HEADER);
    private static final String BEARER = "Bearer ";
    private static final HeaderName APP_NOT_READY = HeaderName.of(ControlPaths.APP_NOT_READY_HEADER);
    private static final int MAX_APP_FAULT = 300;
    private static final int MAX_MILLIS = 15; // digits
    private static final HeaderName INVOCATION = HeaderName.of(ControlPaths.INVOCATION_HEADER);
    private static final HeaderName CHANNEL_NUMBER = HeaderName.of(ControlPaths.CHANNEL_NUMBER_HEADER);
    private static final Headers STREAMED =
            Headers.of("content-type", "application/http", "cache-control", "no-store", ControlPaths.SHARED_UPLINK_HEADER, "1");
    private static final byte[] NOTHING = new byte[0];
    /// AWS Lambda quotas, function timeout: whoever says more is wrong, and would be taken at his word for ever.
    private static final long LONGEST_INVOKE_MILLIS = Duration.ofMinutes(15).toMillis();

    private final Pools pools;
    private final Clock clock;
    private final Map<String, ControlChannel> halfOpen = new ConcurrentHashMap<>();
    private final ChannelAllowance allowance = new ChannelAllowance();

    public ControlHandler(Pools pools, Clock clock) {
        this.pools = pools;
        this.clock = clock;
    }

    /// The extension's HTTP client can not begin with prior knowledge.
    @Override
    public boolean takesH2cUpgrade() {
        return true;
    }

    @Override
    public boolean knowsItsPeers() {
        return true;
    }

    /// A stranger is answered at once: while the router waited for more of his request, he would hold its memory.
    @Override
    public void handle(Exchange exchange) throws IOException {
        String method = exchange.request().method();
        if (method.equals("GET") && exchange.request().target().equals("/health")) {
            exchange.answer(200, "text/plain", "OK\n".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        ControlPaths path = ControlPaths.parse(exchange.request().target()).orElse(null);
        if (path == null) {
            exchange.answer(404, "text/plain", "not found\n".getBytes(StandardCharsets.US_ASCII));
            return;
        }
        Instance instance = pools.find(path.instanceId());
        if (instance == null || instance.state() == Instance.State.CLOSED) {
            refuse(exchange, 409);
            return;
        }
        if (!authorized(exchange, instance)) {
            LOG.warn("wrong token", "remote", AddressText.of(exchange.connection().remoteAddress().getAddress()));
            refuse(exchange, 401);
            return;
        }
        if (!speaksFor(exchange, instance)) {
            LOG.warn("a second invocation with the same payload", "instance", instance.publicName());
            refuse(exchange, 409);
            return;
        }
        if (!connection(exchange).admits(instance)) {
            LOG.warn("more connections than any extension needs", "instance", instance.publicName());
            refuse(exchange, 429);
            return;
        }
        exchange.connection().trustPeer();
        noteEnvironment(exchange, instance);
        noteDeadline(exchange, instance);
        switch (path.kind()) {
            case PING -> ping(exchange, instance);
            case CLOSE -> close(exchange, instance);
            case CHANNEL -> channel(exchange, instance, path);
            case SHARED_UPLINK -> sharedUplink(exchange, instance);
        }
    }

    private ControlConnection connection(Exchange exchange) {
        return exchange.connection().state(ControlConnection.class, _ -> new ControlConnection(allowance));
    }

    private static boolean authorized(Exchange exchange, Instance instance) {
        String authorization = exchange.request().headers().get(HeaderName.AUTHORIZATION);
        return authorization != null && authorization.startsWith(BEARER) && instance.tokenIs(authorization.substring(BEARER.length()));
    }

    /// An extension that does not say which invocation it is, is taken for the right one.
    private static boolean speaksFor(Exchange exchange, Instance instance) {
        String invocation = exchange.request().headers().get(INVOCATION);
        return invocation == null || ControlPaths.isId(invocation) && instance.is(invocation);
    }

    private static void noteEnvironment(Exchange exchange, Instance instance) {
        if (instance.description() == null) {
            EnvironmentInfo.parse(exchange.request().headers().get(ControlPaths.ENVIRONMENT_HEADER))
                    .ifPresent(said -> instance.describes(new Description(said.version(), said.memoryMb(), said.arm())));
        }
    }

    /// What is left by the environment's own clock counts: Lambda set the deadline by that one, and this host's may be wrong, or jump.
    private void noteDeadline(Exchange exchange, Instance instance) {
        Headers headers = exchange.request().headers();
        long remaining = millis(headers.get(REMAINING));
        if (remaining < 0) {
            long deadline = millis(headers.get(DEADLINE));
            remaining = deadline < 0 ? -1 : Math.max(0, deadline - clock.now().toEpochMilli());
        }
        if (remaining >= 0) {
            instance.pool().closesIn(instance, Duration.ofMillis(Math.min(remaining, LONGEST_INVOKE_MILLIS)));
        }
    }

    /// -1 for what is no such number, or missing.
    private static long millis(String text) {
        boolean number = text != null && !text.isEmpty() && text.length() <= MAX_MILLIS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Long.parseLong(text) : -1;
    }

    private void ping(Exchange exchange, Instance instance) throws IOException {
        if (!exchange.request().method().equals("POST")) {
            refuse(exchange, 405);
            return;
        }
        if (!allowance.pings(instance, clock.nanoTime())) {
            refuse(exchange, 429);
            return;
        }
        instance.pool().pinged(instance);
        noteCondition(exchange, instance);
        String appFault = exchange.request().headers().get(APP_NOT_READY);
        if (appFault != null) {
            instance.pool().appNotReady(instance, printable(appFault));
        }
        exchange.answer(200, "text/plain", NOTHING);
    }

    private static void noteCondition(Exchange exchange, Instance instance) {
        Condition.parse(exchange.request().headers().get(ControlPaths.CONDITION_HEADER))
                .ifPresent(said -> instance.pool().feels(instance, reading(said)));
    }

    private static Reading reading(Condition said) {
        return Reading.of(said.vcpuMillis()).cpu(said.cpuMillis()).throttled(said.throttledMillis()).memory(said.memoryPermille())
                .delay(said.delayMillis()).app(said.appMillis()).requests(said.requests()).held(said.heldMillis())
                .probe(said.probeMillis()).reading();
    }

    /// It is shown to clients and written to the log.
    private static String printable(String text) {
        return text.substring(0, Math.min(text.length(), MAX_APP_FAULT)).replaceAll("[^ -~]", "?");
    }

    private static void close(Exchange exchange, Instance instance) throws IOException {
        if (!exchange.request().method().equals("POST")) {
            refuse(exchange, 405);
            return;
        }
        LOG.debug("close requested", "instance", instance.publicName());
        noteCondition(exchange, instance);
        instance.pool().closeRequested(instance);
        exchange.answer(200, "text/plain", NOTHING);
    }

    private void channel(Exchange exchange, Instance instance, ControlPaths path) throws IOException {
        switch (exchange.request().method()) {
            case "GET" -> downlink(exchange, instance, path);
            case "POST" -> uplink(exchange, path);
            default -> refuse(exchange, 405);
        }
    }

    private void downlink(Exchange exchange, Instance instance, ControlPaths path) throws IOException {
        if (!allowance.channelOpens(instance)) {
            refuse(exchange, 429);
            return;
        }
        try {
            openDownlink(exchange, instance, path);
        } finally {
            allowance.channelClosed(instance);
        }
    }

    private void openDownlink(Exchange exchange, Instance instance, ControlPaths path) throws IOException {
        ControlChannel channel = new ControlChannel(instance, exchange);
        String key = key(path);
        if (instance.state() == Instance.State.DRAINING || halfOpen.putIfAbsent(key, channel) != null) {
            refuse(exchange, 409);
            return;
        }
        exchange.onClientGone(channel::downlinkGone);
        try {
            exchange.respond(200, STREAMED, -1);
            exchange.flush();
            LOG.debug("downlink open", "instance", instance.publicName());
            await(channel);
        } finally {
            halfOpen.remove(key, channel);
        }
    }

    private void uplink(Exchange exchange, ControlPaths path) throws IOException {
        ControlChannel channel = halfOpen.remove(key(path));
        if (channel == null || !channel.attach(exchange)) {
            refuse(exchange, 409);
            return;
        }
        Instance instance = channel.instance();
        exchange.onClientGone(channel::uplinkGone);
        SharedUplinkReader shared = connection(exchange).shared();
        shared.register(exchange.request().headers().get(CHANNEL_NUMBER), channel);
        LOG.debug("uplink open", "instance", instance.publicName());
        try {
            instance.pool().slotOpened(channel);
            await(channel);
        } finally {
            shared.forget(channel);
        }
        if (!exchange.responded()) {
            exchange.answer(200, "text/plain", NOTHING);
        }
    }

    private void sharedUplink(Exchange exchange, Instance instance) throws IOException {
        if (!exchange.request().method().equals("POST")) {
            refuse(exchange, 405);
            return;
        }
        SharedUplinkReader shared = connection(exchange).shared();
        if (!shared.begin()) {
            refuse(exchange, 409); // one carries all channels of a connection
            return;
        }
        boolean whole = false;
        try {
            shared.run(exchange, instance);
            whole = true;
        } catch (IOException e) {
            LOG.debug("shared uplink broke", "instance", instance.publicName(), "why", e.getMessage());
            throw e;
        } finally {
            if (!whole) {
                shared.loseChannels(instance);
            }
            shared.end();
        }
        exchange.answer(200, "text/plain", NOTHING);
    }

    private static void await(ControlChannel channel) throws IOException {
        try {
            channel.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String key(ControlPaths path) {
        return path.instanceId() + "/" + path.channelId();
    }

    private static void refuse(Exchange exchange, int status) throws IOException {
        exchange.answer(status, "text/plain", NOTHING);
    }
}
