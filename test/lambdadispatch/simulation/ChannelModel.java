// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import lambdadispatch.router.dispatch.Slot;

/// One channel of a simulated instance.
final class ChannelModel extends Slot {
    private static final double KILLED_AFTER = 0.05;
    private static final double REFUSED_AFTER = 0.001;

    private final InstanceModel owner;
    private World.Request request;
    private boolean gone;

    ChannelModel(InstanceModel owner) {
        super(owner.instance);
        this.owner = owner;
    }

    void carry(World.Request granted) {
        World.that(request == null && !gone, "a slot is used twice, or after its end");
        request = granted;
        owner.took();
        World world = owner.world;
        if (granted.job.kills()) {
            world.timeline.after(KILLED_AFTER, () -> kill(granted));
            return;
        }
        double seconds = switch (owner.bad) {
            case NONE -> granted.job.seconds();
            case TEN_TIMES_SLOWER -> 10 * granted.job.seconds();
            case FAILS_AT_ONCE, REFUSES_AT_ONCE -> 0.001;
        };
        if (owner.bad == SimulatedFaults.Bad.REFUSES_AT_ONCE || world.happens(world.scenario.faults().refuses())) {
            world.timeline.after(REFUSED_AFTER, () -> refuse(granted));
            return;
        }
        boolean breaks = world.random.nextDouble() < world.scenario.faults().channelBreaks();
        double waits = seconds - granted.job.cpuSeconds();
        if (breaks || granted.job.cpuSeconds() == 0) {
            world.timeline.after(breaks ? seconds / 2 : seconds, () -> finish(granted, breaks));
        } else {
            world.timeline.after(waits, () -> owner.cpu.run(granted.job.cpuSeconds(), () -> finish(granted, false)));
        }
    }

    private void kill(World.Request expected) {
        if (request == expected && !gone) {
            owner.die();
        }
    }

    private void finish(World.Request expected, boolean breaks) {
        if (request != expected || gone) {
            return;
        }
        double standsStill = owner.frozenFor();
        if (standsStill > 0) {
            owner.world.timeline.after(standsStill, () -> finish(expected, breaks));
            return;
        }
        request = null;
        owner.gaveBack();
        if (breaks) {
            lost();
            expected.broken();
            owner.openSoon();
            return;
        }
        expected.channel = null;
        World world = owner.world;
        boolean failed = owner.bad == SimulatedFaults.Bad.FAILS_AT_ONCE || world.happens(world.scenario.faults().fails());
        expected.served(failed);
        world.outliers.answers(owner.instance, failed);
        world.pool.slotReleased(this, failed ? 500 : 200);
        world.outliers.answered(owner.instance);
    }

    /// The environment says that it has done nothing about the request.
    private void refuse(World.Request expected) {
        if (request != expected || gone) {
            return;
        }
        double standsStill = owner.frozenFor();
        if (standsStill > 0) {
            owner.world.timeline.after(standsStill, () -> refuse(expected));
            return;
        }
        request = null;
        owner.gaveBack();
        expected.channel = null;
        expected.turnedAway(this);
    }

    /// The client left: the router resets the channel, the extension opens another.
    void givenUp() {
        request = null;
        owner.gaveBack();
        owner.world.pool.slotGivenUp(this, false);
        remove();
        owner.openSoon();
    }

    private void lost() {
        owner.world.pool.slotLost(this);
        remove();
    }

    /// The instance died.
    void die() {
        if (gone) {
            return;
        }
        World.Request carried = request;
        request = null;
        if (carried != null) {
            owner.gaveBack();
        }
        lost();
        if (carried != null) {
            carried.broken();
        }
    }

    @Override
    protected void end() {
        World.that(request == null && !gone, "an idle end of a busy or ended slot");
        remove();
    }

    @Override
    protected void reset(boolean invokeEnded) {
        World.that(request != null && !gone, "a reset of an idle or ended slot");
        World.Request carried = request;
        request = null;
        owner.gaveBack();
        remove();
        carried.broken();
    }

    private void remove() {
        gone = true;
        owner.channelGone(this);
    }
}
