// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import lambdadispatch.base.Clock;
import lambdadispatch.base.metrics.Registry;
import lambdadispatch.carrier.Threads;
import lambdadispatch.http.server.Handler;
import lambdadispatch.protocol.ControlPaths;
import lambdadispatch.router.control.ControlHandler;
import lambdadispatch.router.dispatch.Actions;
import lambdadispatch.router.dispatch.AllowedFunctions;
import lambdadispatch.router.dispatch.Instance;
import lambdadispatch.router.dispatch.PoolSettings;
import lambdadispatch.router.dispatch.Pools;
import lambdadispatch.router.incoming.LowPriority;
import lambdadispatch.router.incoming.ProxyHandler;
import lambdadispatch.router.incoming.TrustedProxies;
import lambdadispatch.router.observe.Observer;
import lambdadispatch.support.ScriptedExchange;

/// The router's two handlers around real pools, without sockets: the test plays clients and extensions.
public final class RouterBed {
    private static final int PATIENCE_SECONDS = 20;
    private static final long OFFER_NANOS = 1_000_000_000;

    private final BlockingQueue<Instance> invoked = new LinkedBlockingQueue<>();
    private final AtomicInteger channels = new AtomicInteger();
    private final AtomicLong seed = new AtomicLong(1);
    private final Pools pools;
    private final Handler proxy;
    private final Handler control;

    public RouterBed() {
        this(PoolSettings.DEFAULTS);
    }

    public RouterBed(PoolSettings settings) {
        this(settings, Clock.SYSTEM);
    }

    public RouterBed(PoolSettings settings, Clock clock) {
        Actions actions = invoked::add;
        pools = new Pools("f", new AllowedFunctions("other-*"), settings, Pools.Allotment.NONE, clock, actions,
                new Random(seed.getAndIncrement()));
        control = new ControlHandler(pools, clock);
        TrustedProxies trusted = new TrustedProxies(List.of(TrustedProxies.DEFAULT.split(",")));
        proxy = new ProxyHandler(pools, new ProxyHandler.Options("http", "/health", true, Set.of(), trusted, LowPriority.NONE),
                new Observer(true, new Registry()), () -> true);
    }

    public static PoolSettings oneAtATime() {
        PoolSettings d = PoolSettings.DEFAULTS;
        return d.withChannels(1, 1)
                .with(new PoolSettings.Scaling(d.scaling().algorithm(), 1, new PoolSettings.InstanceCounts(0, 1), Duration.ofDays(1)));
    }

    public Pools pools() {
        return pools;
    }

    /// What the control port does, for a listener.
    public Handler controlHandler() {
        return control;
    }

    /// A client's request on its way; completes when the handler is done with it.
    public CompletableFuture<Void> client(ScriptedExchange request) {
        return run(proxy, request);
    }

    /// As [#client], and waits until a first instance has the request's head, and its body if that is at hand.
    public Dispatched dispatched(ScriptedExchange request) throws InterruptedException {
        CompletableFuture<Void> done = client(request);
        Instance instance = invoked();
        Played channel = channel(instance);
        channel.awaitRequest("");
        return new Dispatched(done, instance, channel);
    }

    /// A request that an instance has.
    /// @param done completes when the router is done with it
    public record Dispatched(CompletableFuture<Void> done, Instance instance, Played channel) {
        /// The answer, and the end of the exchange.
        public void answer(String octets) throws Exception {
            channel.respond(octets);
            await();
        }

        /// Waits for the end of the exchange; throws what it failed with.
        public void await() throws Exception {
            done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /// A request on the control port.
    public CompletableFuture<Void> control(ScriptedExchange request) {
        return run(exchange -> {
            try {
                control.handle(exchange);
            } finally {
                request.connectionEnds();
            }
        }, request);
    }

    private static CompletableFuture<Void> run(Handler handler, ScriptedExchange exchange) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Threads.virtual("test").start(() -> {
            try {
                handler.handle(exchange);
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /// Waits for the next invoke that the router wants.
    public Instance invoked() throws InterruptedException {
        Instance instance = invoked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (instance == null) {
            throw new AssertionError("the router invoked nothing");
        }
        return instance;
    }

    /// How many more invokes it wanted already.
    public int moreInvoked() {
        return invoked.size();
    }

    public static ScriptedExchange asInstance(Instance instance, String method, String path) {
        return ScriptedExchange.of(method, path, method.equals("POST") ? -1 : 0, "authorization", "Bearer " + instance.token());
    }

    /// An extension opens a channel whole.
    public Played channel(Instance instance) throws InterruptedException {
        return channel(instance, up -> { });
    }

    /// @param prepare its uplink
    public Played channel(Instance instance, Consumer<ScriptedExchange> prepare) throws InterruptedException {
        String path = ControlPaths.channel(instance.id(), Integer.toHexString(channels.incrementAndGet()));
        ScriptedExchange down = asInstance(instance, "GET", path);
        control(down);
        down.await(() -> down.events().contains("flush"));
        ScriptedExchange up = asInstance(instance, "POST", path);
        prepare.accept(up);
        int before = openSlots();
        CompletableFuture<Void> served = control(up);
        // Until the pool has it, whose next request it is then; one that the pool refuses, or that is lost meanwhile, is not waited for.
        for (long until = System.nanoTime() + OFFER_NANOS; openSlots() == before && !served.isDone() && System.nanoTime() < until; ) {
            Thread.yield();
        }
        return new Played(down, up, served);
    }

    private int openSlots() {
        return pools.snapshots().stream().mapToInt(pool -> pool.freeSlots() + pool.running()).sum();
    }

    /// A channel as its extension sees it.
    /// @param served completes when the router is done with its uplink
    public record Played(ScriptedExchange down, ScriptedExchange up, CompletableFuture<Void> served) {
        /// Waits until a request has come whose octets so far end so.
        public String awaitRequest(String end) throws InterruptedException {
            down.await(() -> down.text().contains("\r\n\r\n") && down.text().endsWith(end));
            return down.text();
        }

        /// As [#awaitRequest(String)], of an instance that gives signs of life meanwhile: after a loss it gets no request before one.
        public String awaitRequest(String end, Instance alive) {
            while (!down.text().contains("\r\n\r\n") || !down.text().endsWith(end)) {
                alive.pool().pinged(alive);
                Thread.yield();
            }
            return down.text();
        }

        public void respond(String octets) {
            up.sends(octets);
        }

        /// The connection under it is gone.
        public void lost() {
            down.goes();
            up.goes();
        }
    }
}
