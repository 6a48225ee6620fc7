// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Random;

/// Lambda's own dispatch: one request per environment at a time. A request takes the environment that was used last of those that are free; if none is, it gets a
/// new one and waits for that one's cold start, also when another becomes free before (AWS Lambda Developer Guide, "Understanding Lambda function scaling").
final class BuiltInDispatch {
    private static final double KEPT_SECONDS = 300; // as FunctionModel keeps its environments

    private record Busy(double freeAt) {}

    private BuiltInDispatch() {}

    /// Faults and limits of the scenario are left out: this is the best case. The requests are the same as in [World].
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
            double service = scenario.work().next(services).seconds();
            busy.add(new Busy(at + wait + service));
            measured.requests++;
            measured.served++;
            measured.waited(at, wait);
            measured.billedSeconds += Math.ceil((wait + service) * 1000) / 1000; // the init phase is billed too
            measured.environments(at, busy.size(), busy.size() + free.size());
        }
        return measured;
    }
}
