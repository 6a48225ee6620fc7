// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.ArrayList;
import java.util.List;

/// The CPUs of one environment, shared evenly by what runs there; nobody gets more than one.
final class SharedCpu {
    private static final double NOTHING = 1e-9;

    private static final class Task {
        private double left;
        private final Runnable done;

        Task(double seconds, Runnable done) {
            this.left = seconds;
            this.done = done;
        }
    }

    private final SimulatedTime timeline;
    private final double cpus;
    private final List<Task> tasks = new ArrayList<>();
    private double updated;
    private long version;

    SharedCpu(SimulatedTime timeline, double cpus) {
        this.timeline = timeline;
        this.cpus = cpus;
    }

    /// @param seconds of CPU time, then `done`
    void run(double seconds, Runnable done) {
        if (seconds <= 0 || cpus == 0) {
            timeline.after(seconds, done);
            return;
        }
        advance();
        tasks.add(new Task(seconds, done));
        planNext();
    }

    private double rate() {
        return Math.min(1, cpus / tasks.size());
    }

    private void advance() {
        double passed = timeline.seconds() - updated;
        updated = timeline.seconds();
        double rate = tasks.isEmpty() ? 0 : rate();
        tasks.forEach(task -> task.left -= passed * rate);
    }

    private void planNext() {
        long planned = ++version;
        double least = tasks.stream().mapToDouble(task -> task.left).min().orElse(Double.POSITIVE_INFINITY);
        if (least < Double.POSITIVE_INFINITY) {
            timeline.after(Math.max(0, least) / rate(), () -> {
                if (planned == version) {
                    finish();
                }
            });
        }
    }

    private void finish() {
        advance();
        List<Task> done = tasks.stream().filter(task -> task.left <= NOTHING).toList();
        tasks.removeAll(done);
        planNext();
        done.forEach(task -> task.done.run());
    }
}
