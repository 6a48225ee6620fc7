// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import lambdadispatch.invoke.InvokeResult;

/// A pool under a clock that a test moves, with invokes, channels and clients that do what the test says. After each step the pool's rules
/// are checked.
final class PoolBed extends RecordedWorld {
    static final InvokeResult RETURNED = new InvokeResult.Returned("{}".getBytes(StandardCharsets.US_ASCII));

    final Pool pool;
    final List<Line> lines = new ArrayList<>();

    PoolBed(PoolSettings settings) {
        pool = new Pool("f", settings, this, this, new Random(1));
    }

    static PoolSettings settings(int channels, int concurrent) {
        return PoolSettings.DEFAULTS.withChannels(channels, concurrent);
    }

    static PoolSettings instances(PoolSettings settings, int min, int max) {
        return settings.with(new PoolSettings.Scaling(settings.scaling().algorithm(), 1, new PoolSettings.InstanceCounts(min, max),
                settings.scaling().scaleInDelay()));
    }

    /// Lets time pass in steps of the pool's own ticks.
    void pass(double seconds) {
        long until = nanos + (long) (seconds * 1e9);
        while (until - nanos > 0) {
            nanos += Math.min(until - nanos, Math.clamp(pool.tick(), 10_000_000L, 500_000_000L));
            PoolAudit.checkDeeply(pool);
        }
        pool.tick();
        PoolAudit.checkDeeply(pool);
    }

    /// The whole process stands still.
    void jump(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    /// As [#pass], with a ping of these instances every second.
    void passPinging(double seconds, Instance... alive) {
        for (double passed = 0; passed < seconds; passed += 1) {
            for (Instance instance : alive) {
                pool.pinged(instance);
            }
            pass(Math.min(1, seconds - passed));
        }
    }

    Client ask() {
        return ask(new Client());
    }

    /// Requests of one client.
    List<Client> ask(int requests, String address) {
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            all.add(ask(new Client(false, address)));
        }
        return all;
    }

    Client ask(Client client) {
        pool.submit(client);
        PoolAudit.checkDeeply(pool);
        return client;
    }

    /// The instance that was invoked last connects with so many channels.
    List<Line> connect(int channels) {
        return connect(invoked.getLast(), channels);
    }

    List<Line> connect(Instance instance, int channels) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            Line line = new Line(instance);
            pool.slotOpened(line);
            lines.add(line);
            this.lines.add(line);
        }
        PoolAudit.checkDeeply(pool);
        return lines;
    }

    void ends(Instance instance, InvokeResult result, String reason) {
        pool.invokeEnded(instance, result, reason);
        PoolAudit.checkDeeply(pool);
    }

    /// The request that was granted this channel last.
    Client carriedBy(Line line) {
        return line.carried;
    }

    /// A request.
    static final class Client extends Ticket {
        Line line;
        Refusal refusal;
        int decisions;
        long behindNanos;
        int ended;

        Client() {
            this(false);
        }

        Client(boolean lowPriority) {
            this(lowPriority, null);
        }

        /// @param address of the client, or null
        Client(boolean lowPriority, String address) {
            super(lowPriority, address);
        }

        /// It keeps its exchange waiting.
        Client slow(double seconds) {
            behindNanos = (long) (seconds * 1e9);
            return this;
        }

        @Override
        protected long behindNanos() {
            return behindNanos;
        }

        @Override
        protected void tooSlow() {
            ended++;
        }

        @Override
        protected void granted(Slot slot) {
            line = (Line) slot;
            line.carried = this;
            decisions++;
        }

        @Override
        protected void refused(Refusal why) {
            refusal = why;
            decisions++;
        }

        Refusal.Kind refusedAs() {
            return refusal == null ? null : refusal.kind();
        }
    }

    /// A channel.
    static final class Line extends Slot {
        int ended;
        int reset;
        Client carried;

        Line(Instance instance) {
            super(instance);
        }

        @Override
        protected void end() {
            ended++;
        }

        @Override
        protected void reset(boolean invokeEnded) {
            reset++;
        }
    }

    static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
