// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lambdadispatch.emulator.environment.Billing;
import lambdadispatch.support.Stack;

/// The same steady load through one router and through several, behind each load balancer that is there: what it costs, and who waits.
final class RouterRuns {
    private static final int CLIENTS = 8;
    /// Requests at once at which the next router gets something.
    private static final int FULL = 40;
    private static final int WARM_UP_SECONDS = 15;
    /// As many routers start beside one another on this machine, and each wants an environment.
    private static final int WARM_UP_SECONDS_A_ROUTER = 4;

    private RouterRuns() {}

    /// One, two and four routers.
    /// @return promises that were broken
    static List<String> few(int seconds, Function<RouterLog, Stack> stacks) throws Exception {
        return run(seconds, stacks, List.of(Balancer.Kind.values()), 1, 2, 4);
    }

    /// One and sixteen. Takes about 5 GB of memory.
    /// @return promises that were broken
    static List<String> sixteen(int seconds, Function<RouterLog, Stack> stacks) throws Exception {
        return run(seconds, stacks, List.of(Balancer.Kind.HAPROXY_IN_TURN, Balancer.Kind.HAPROXY_FILL_FIRST), 1, 16);
    }

    private static List<String> run(int seconds, Function<RouterLog, Stack> stacks, List<Balancer.Kind> kinds, int... counts)
            throws Exception {
        List<String> broken = new ArrayList<>();
        System.out.println(
                "| load balancer, requests go | routers | environments billed | invokes | waited p50 | p99 | longest | answered |\n|---|---|---|---|---|---|---|---|");
        for (Balancer.Kind kind : kinds) {
            for (int count : counts) {
                if (kind.possible() && (count > 1 || !kind.fillFirst())) { // with one router there is nothing to choose
                    one(seconds, stacks, kind, count, broken);
                }
            }
        }
        return broken;
    }

    private static void one(int seconds, Function<RouterLog, Stack> stacks, Balancer.Kind kind, int count, List<String> broken)
            throws Exception {
        RouterLog log = new RouterLog();
        AnswerTally tally = new AnswerTally();
        double environments;
        try (Stack stack = stacks.apply(log).instances(24 + 2 * count).router("LAMBDA_DISPATCH_MaxInstanceCount", "6").start();
                SeveralRouters routers = new SeveralRouters(stack, count, kind, FULL);
                SoakTraffic traffic = new SoakTraffic(List.of(routers.url()), tally).longestDelay(100).prepare().start(CLIENTS, 100)) {
            Thread.sleep((WARM_UP_SECONDS + WARM_UP_SECONDS_A_ROUTER * count) * 1000L);
            log.forgetWaits();
            Billing.Total before = stack.emulator().bill();
            long start = System.nanoTime();
            Thread.sleep(seconds * 1000L);
            environments = (stack.emulator().bill().billedMillis() - before.billedMillis()) * 1e6 / (System.nanoTime() - start);
        }
        long answered = tally.of("GET 200") + tally.of("POST 200");
        long all = tally.starting("GET ") + tally.starting("POST ");
        System.out.printf("| %s | %d | %.1f | %d | %.0f ms | %.0f ms | %.0f ms | %d of %d |%n", kind, count, environments, log.invokes(),
                log.waitAt(0.5), log.waitAt(0.99), log.waitAt(1), answered, all);
        if (answered < all) {
            broken.add("a request was lost with " + count + " routers behind " + kind + ":\n" + tally);
        }
    }
}
