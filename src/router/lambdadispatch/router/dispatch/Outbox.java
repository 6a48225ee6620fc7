// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// Collects under the pool's lock what the world is to be told after it, and words the pool's lines for the log.
final class Outbox {
    private final String function;
    private final Actions actions;
    private Effects effects = new Effects();

    Outbox(String function, Actions actions) {
        this.function = function;
        this.actions = actions;
    }

    void decided(Ticket ticket) {
        effects.decided(ticket);
    }

    void end(Slot slot) {
        effects.then(slot::end);
    }

    void tooSlow(Ticket ticket) {
        effects.then(ticket::tooSlow);
    }

    void reset(Slot slot, boolean dead) {
        effects.then(() -> slot.reset(dead));
    }

    void invoke(Instance instance) {
        effects.then(() -> actions.invoke(instance));
    }

    void forgotten(Instance instance) {
        effects.then(() -> actions.forgotten(instance));
    }

    void info(String event, Instance instance, Object... keysAndValues) {
        effects.then(() -> actions.info(event, line(instance, keysAndValues)));
    }

    void warn(String event, Instance instance, Object... keysAndValues) {
        effects.then(() -> actions.warn(event, line(instance, keysAndValues)));
    }

    void advise(Advice.Seen seen) {
        effects.then(() -> actions.info("concurrencyAdvice", "function", function, "MaxConcurrentCount", seen.concurrency(),
                "appMillis", Math.round(1e3 * seen.appSeconds()), "cpuMillis", Math.round(1e4 * seen.cpuSeconds()) / 10.0));
    }

    private Object[] line(Instance instance, Object... keysAndValues) {
        Object[] all = new Object[4 + keysAndValues.length];
        all[0] = "function";
        all[1] = function;
        all[2] = "instance";
        all[3] = instance;
        System.arraycopy(keysAndValues, 0, all, 4, keysAndValues.length);
        return all;
    }

    /// What has been collected since the last call; never null.
    Effects take() {
        Effects told = effects;
        if (told.isEmpty()) {
            return Effects.NONE;
        }
        effects = new Effects();
        return told;
    }
}
