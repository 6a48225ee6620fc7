// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import lambdadispatch.invoke.InvokeResult;
import lambdadispatch.router.dispatch.Instance;

/// One invocation as the extension lives it: connects, serves, pings, asks to close, returns; or dies, or stands still.
final class InstanceModel {
    private static final double ROUND_TRIP = 0.001;

    final World world;
    final Instance instance;
    private final double invoked;
    private final Set<ChannelModel> channels = new LinkedHashSet<>();
    final SimulatedFaults.Bad bad;
    final SharedCpu cpu;
    private int running;
    private double lastActive;
    private double frozenUntil;
    private boolean closing;
    private String exitReason = "RouterGoAway";
    private boolean over;

    InstanceModel(World world, Instance instance) {
        this.world = world;
        this.instance = instance;
        this.invoked = world.timeline.seconds();
        this.cpu = new SharedCpu(world.timeline, world.scenario.cpus());
        this.bad = world.measured.invokes == 1 ? world.scenario.faults().bad() : SimulatedFaults.Bad.NONE;
    }

    /// The app is healthy: connect back.
    void connect() {
        if (over) {
            return;
        }
        lastActive = world.timeline.seconds();
        double life = invoked + world.scenario.functionTimeout() - world.scenario.margin() - lastActive;
        world.pool.closesIn(instance, Duration.ofMillis((long) (1000 * life)));
        for (int i = 0; i < world.scenario.settings().channelCount() && !over; i++) {
            open();
        }
        world.timeline.after(5, this::ping);
        world.timeline.after(life, () -> askToClose("SelfDeadline"));
        world.timeline.after(life + world.scenario.margin(), this::die);
        watchIdleness();
        SimulatedFaults faults = world.scenario.faults();
        if (world.random.nextDouble() < faults.dies()) {
            world.timeline.after(60 * world.random.nextDouble(), this::die);
        }
        double lives = faults.life().sample(world.random);
        if (lives < life) {
            world.timeline.after(lives, this::die);
        }
        if (world.random.nextDouble() < faults.freezes()) {
            world.timeline.after(60 * world.random.nextDouble(), this::freeze);
        }
    }

    private void open() {
        ChannelModel channel = new ChannelModel(this);
        channels.add(channel);
        world.outliers.opened(instance);
        world.pool.slotOpened(channel);
        if (!channels.contains(channel)) {
            goneAway();
        }
    }

    void openSoon() {
        if (!over && !closing) {
            world.timeline.after(ROUND_TRIP, () -> {
                if (!over && !closing && frozenFor() == 0) {
                    open();
                }
            });
        }
    }

    void took() {
        running++;
        World.that(running <= world.scenario.settings().maxConcurrentCount(), "an instance runs too many");
        World.that(!over, "a request for an instance that is over");
        lastActive = world.timeline.seconds();
    }

    void gaveBack() {
        running--;
        World.that(running >= 0, "negative");
        lastActive = world.timeline.seconds();
    }

    double frozenFor() {
        return Math.max(0, frozenUntil - world.timeline.seconds());
    }

    private void freeze() {
        frozenUntil = world.timeline.seconds() + 30 * world.random.nextDouble();
    }

    private void ping() {
        if (over) {
            return;
        }
        if (frozenFor() > 0) {
            world.timeline.after(frozenFor() + ROUND_TRIP, this::ping);
            return;
        }
        if (instance.state() == Instance.State.CLOSED) { // 409
            finish("RouterStatus4xx");
            return;
        }
        world.pool.pinged(instance);
        world.timeline.after(5, this::ping);
    }

    private void watchIdleness() {
        if (over || closing || instance.purpose() == Instance.Purpose.STAY) {
            return;
        }
        double left = lastActive + world.scenario.idleGrace() - world.timeline.seconds();
        if (running == 0 && left <= 0) {
            askToClose("SelfLastActive");
        } else {
            world.timeline.after(running > 0 ? world.scenario.idleGrace() : left, this::watchIdleness);
        }
    }

    private void askToClose(String why) {
        if (over || closing) {
            return;
        }
        if (frozenFor() > 0) {
            world.timeline.after(frozenFor(), () -> askToClose(why));
            return;
        }
        closing = true;
        exitReason = why;
        world.pool.closeRequested(instance);
        returnIfDone();
    }

    void channelGone(ChannelModel channel) {
        channels.remove(channel);
        if (instance.state() == Instance.State.DRAINING || instance.state() == Instance.State.CLOSED) {
            returnIfDone();
        }
    }

    private void goneAway() {
        closing = true;
        returnIfDone();
    }

    private void returnIfDone() {
        if (channels.isEmpty()) {
            world.timeline.after(ROUND_TRIP, () -> {
                if (channels.isEmpty()) {
                    finish(exitReason);
                }
            });
        }
    }

    private void finish(String reason) {
        if (!over) {
            end(new InvokeResult.Returned("{}".getBytes(StandardCharsets.UTF_8)), reason);
        }
    }

    /// The environment is gone from one moment to the next; its connection breaks, and a little later the invoke reports it.
    void die() {
        if (over) {
            return;
        }
        over = true;
        List<ChannelModel> dying = new ArrayList<>(channels);
        world.function.ended(this, world.timeline.seconds() - invoked, false);
        dying.forEach(ChannelModel::die);
        world.timeline.after(0.5, () -> world.pool.invokeEnded(instance, new InvokeResult.FunctionError("Unhandled", new byte[0]), ""));
    }

    void end(InvokeResult result, String reason) {
        over = true;
        world.function.ended(this, world.timeline.seconds() - invoked, result instanceof InvokeResult.Returned);
        List<ChannelModel> left = new ArrayList<>(channels);
        world.pool.invokeEnded(instance, result, reason);
        left.forEach(ChannelModel::die);
    }
}
