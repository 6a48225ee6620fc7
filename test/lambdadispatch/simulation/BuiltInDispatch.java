// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Random;

/// Lambda's own dispatch of event functions: one request per environment at a time. A request takes the environment that was used last of
/// those that are free; if none is, a new one is started for it (AWS Lambda Developer Guide, "Understanding Lambda function scaling").
/// Whether a request that waits for a cold start takes an environment that becomes free meanwhile is not documented: both are there, and
/// the truth lies between.
final class BuiltInDispatch {
    private static final double KEPT_SECONDS = 300; // as FunctionModel keeps its environments

    private record Busy(double freeAt) {}

    private BuiltInDispatch() {}

    /// Faults and limits of the scenario are left out: this is the best case. Each waits for its own cold start, whatever becomes free. The
    /// requests are the same as in [World].
    static Measured run(Scenario scenario) {
        Measured measured = new Measured();
        Random arrivals = scenario.arrivals();
        Random services = scenario.services();
        Random random = new Random(scenario.seed());
        PriorityQueue<Busy> busy = new PriorityQueue<>((a, b) -> Double.compare(a.freeAt(), b.freeAt()));
        ArrayDeque<Double> free = new ArrayDeque<>(); // since when, the latest last
        for (double at = scenario.trace().next(0, arrivals); at < Double.POSITIVE_INFINITY; at = scenario.trace().next(at, arrivals)) {
            while (!busy.isEmpty() && busy.peek().freeAt() <= at) {
                free.addLast(busy.poll().freeAt());
            }
            while (!free.isEmpty() && free.peekFirst() < at - KEPT_SECONDS) {
                free.pollFirst();
            }
            double wait = 0;
            if (free.pollLast() == null) {
                wait = scenario.coldStart().sample(random);
                measured.coldStarts++;
            }
            double service = scenario.work().next(services).alone(scenario.cpus());
            busy.add(new Busy(at + wait + service));
            measured.requests++;
            measured.served++;
            measured.waited(at, wait);
            measured.took(at, wait + service);
            measured.billedSeconds += Math.ceil((wait + service) * 1000) / 1000; // the init phase is billed too
            measured.environments(at, busy.size(), busy.size() + free.size());
        }
        return measured;
    }

    /// As [#run], but whoever waits takes whatever becomes free first.
    static Measured runWithHandOver(Scenario scenario) {
        HandOver handOver = new HandOver(scenario);
        handOver.arriveAfter(0);
        while (handOver.timeline.step(Double.MAX_VALUE / 1e10)) {
            continue;
        }
        return handOver.measured;
    }

    private static final class HandOver {
        private final Scenario scenario;
        private final SimulatedTime timeline = new SimulatedTime();
        private final Measured measured = new Measured();
        private final Random arrivals;
        private final Random services;
        private final Random random;
        private final ArrayDeque<Double> waiting = new ArrayDeque<>();
        private final ArrayDeque<Double> free = new ArrayDeque<>();
        private int busy;

        HandOver(Scenario scenario) {
            this.scenario = scenario;
            this.arrivals = scenario.arrivals();
            this.services = scenario.services();
            this.random = new Random(scenario.seed());
        }

        private void arriveAfter(double from) {
            double at = scenario.trace().next(from, arrivals);
            if (at < Double.POSITIVE_INFINITY) {
                timeline.after(at - timeline.seconds(), () -> {
                    arrive();
                    arriveAfter(at);
                });
            }
        }

        private void arrive() {
            double now = timeline.seconds();
            measured.requests++;
            while (!free.isEmpty() && free.peekFirst() < now - KEPT_SECONDS) {
                free.pollFirst();
            }
            waiting.add(now);
            busy++;
            if (free.pollLast() != null) {
                serve();
                return;
            }
            double cold = scenario.coldStart().sample(random);
            measured.coldStarts++;
            measured.billedSeconds += cold;
            measured.environments(now, busy, busy + free.size());
            timeline.after(cold, this::serve);
        }

        /// An environment is there.
        private void serve() {
            Double arrived = waiting.poll();
            if (arrived == null) {
                busy--;
                free.addLast(timeline.seconds());
                return;
            }
            double wait = timeline.seconds() - arrived;
            double service = scenario.work().next(services).alone(scenario.cpus());
            measured.served++;
            measured.waited(arrived, wait);
            measured.took(arrived, wait + service);
            measured.billedSeconds += Math.ceil(service * 1000) / 1000;
            timeline.after(service, this::serve);
        }
    }
}
