// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;

/// Kills and freezes execution environments of a [Stack] that are in use, at random and in fixed intervals.
public final class Chaos implements AutoCloseable {
    /// @param killEvery SIGKILL to the extension, every third time to the app
    /// @param freezeEvery SIGSTOP to all processes of an environment
    /// @param freezeFor then SIGCONT
    public record Plan(Duration killEvery, Duration freezeEvery, Duration freezeFor) {}

    private record Frozen(Environment environment, long untilNanos) {}

    private static final long LOOK_MILLIS = 50;

    private final Stack stack;
    private final Plan plan;
    private final AnswerTally tally;
    private final SplittableRandom random = new SplittableRandom(5);
    private final List<Frozen> frozen = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    public Chaos(Stack stack, Plan plan, AnswerTally tally) {
        this.stack = stack;
        this.plan = plan;
        this.tally = tally;
        this.thread = Thread.ofVirtual().name("chaos").start(this::run);
    }

    private void run() {
        long start = System.nanoTime();
        long nextKill = start + plan.killEvery().toNanos();
        long nextFreeze = start + plan.freezeEvery().toNanos();
        try {
            while (!stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                if (now - nextKill >= 0 && kill()) {
                    nextKill += plan.killEvery().toNanos();
                }
                if (now - nextFreeze >= 0 && freeze(now)) {
                    nextFreeze += plan.freezeEvery().toNanos();
                }
                thaw(now);
            }
            thaw(Long.MAX_VALUE / 2 + start);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean kill() {
        Environment victim = victim();
        if (victim == null) {
            return false;
        }
        Environment.Part part = random.nextInt(3) == 0 ? Environment.Part.APP : Environment.Part.EXTENSION;
        victim.signal(part, Signal.KILL);
        tally.add("killed: " + part);
        return true;
    }

    private boolean freeze(long now) {
        Environment victim = victim();
        if (victim == null) {
            return false;
        }
        victim.freeze();
        frozen.add(new Frozen(victim, now + plan.freezeFor().toNanos()));
        tally.add("frozen");
        return true;
    }

    private void thaw(long now) {
        frozen.removeIf(each -> {
            if (now - each.untilNanos() < 0) {
                return false;
            }
            each.environment().thaw();
            return true;
        });
    }

    /// One that runs.
    private Environment victim() {
        List<Environment> running = stack.environments().stream()
                .filter(each -> !each.frozen() && each.pid(Environment.Part.APP) != 0
                        && frozen.stream().noneMatch(f -> f.environment() == each))
                .toList();
        return running.size() < 2 ? null : running.get(random.nextInt(running.size()));
    }

    /// No more; what is frozen thaws.
    @Override
    public void close() throws InterruptedException {
        stopping.countDown();
        thread.join();
    }
}
