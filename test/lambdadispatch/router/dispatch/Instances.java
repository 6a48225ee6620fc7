// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.Random;

/// Instances without a pool, in whatever state a test wants them; and what is said about them.
final class Instances extends RecordedWorld {
    static final long SECOND = 1_000_000_000L;

    final Outbox outbox = new Outbox("f", this);
    private final Random random = new Random(1);

    @Override
    public void invoke(Instance instance) {
        throw new AssertionError("nothing is invoked here");
    }

    /// Says what was collected up to now.
    void tell() {
        outbox.take().run();
    }

    Instance in(Instance.State state) {
        return in(state, Instance.Purpose.SERVE, 0);
    }

    Instance in(Instance.State state, Instance.Purpose purpose, long invokedNanos) {
        Instance instance = new Instance(null, purpose, invokedNanos, random);
        instance.state = state;
        instance.everOpened = state == Instance.State.OPEN || state == Instance.State.DRAINING;
        instance.openedNanos = invokedNanos;
        return instance;
    }

    /// Gives it so many channels.
    static Instance with(Instance instance, int free, int busy) {
        for (int i = 0; i < free; i++) {
            instance.free.push(new PoolBed.Line(instance));
        }
        for (int i = 0; i < busy; i++) {
            instance.busy.push(new PoolBed.Line(instance));
        }
        return instance;
    }
}
