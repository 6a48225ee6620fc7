// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.base.Clock;

/// What pools see of the world: a clock that a test moves, and somebody who does what they ask for by writing it down.
class RecordedWorld implements Actions, Clock {
    final List<Instance> invoked = new ArrayList<>();
    final List<Instance> forgotten = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final List<String> infos = new ArrayList<>();
    long nanos = 1_000_000_000_000L;

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public void invoke(Instance instance) {
        invoked.add(instance);
    }

    @Override
    public void forgotten(Instance instance) {
        forgotten.add(instance);
    }

    @Override
    public void info(String event, Object... keysAndValues) {
        infos.add(event + " " + List.of(keysAndValues));
    }

    @Override
    public void warn(String event, Object... keysAndValues) {
        warnings.add(event + " " + List.of(keysAndValues));
    }
}
