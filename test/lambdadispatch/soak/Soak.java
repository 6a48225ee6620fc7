// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import lambdadispatch.emulator.BuildCommands;
import lambdadispatch.emulator.api.InvokeFaults;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.support.Stack;

/// What `./build.sh soak [NAME…] [SECONDS]` runs: the real processes under load for long, while things go wrong. Exits with 1 if a promise
/// was broken.
final class Soak {
    private static final Path IMAGES = Path.of("build", "image");
    private static final Duration NEVER = Duration.ofDays(365);
    private static final List<String> NAMES =
            List.of("chaos", "dying", "rotation", "restart", "deploys", "routers", "outliers", "overload", "runaway", "attacks");

    private final int seconds;
    private final List<String> broken = new ArrayList<>();

    private Soak(int seconds) {
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        Locale.setDefault(Locale.ROOT);
        List<String> names = new ArrayList<>(List.of(arguments));
        int seconds = names.isEmpty() || !names.getLast().matches("\\d{1,7}") ? 600 : Integer.parseInt(names.removeLast());
        Soak soak = new Soak(seconds);
        for (String name : names.isEmpty() ? NAMES : names) {
            switch (name) {
                case "chaos" -> soak.chaos();
                case "dying" -> soak.dying();
                case "rotation" -> soak.rotation();
                case "restart" -> soak.restart();
                case "deploys" -> Deploys.run(seconds, Soak::stack).forEach(what -> soak.promise(false, what));
                case "routers" -> RouterRuns.few(seconds, Soak::stack).forEach(what -> soak.promise(false, what));
                case "sixteen" -> RouterRuns.sixteen(seconds, Soak::stack).forEach(what -> soak.promise(false, what));
                case "outliers" -> UnevenRuns.outliers(seconds, Soak::stack);
                case "overload" -> UnevenRuns.overload(seconds, Soak::stack);
                case "runaway" -> soak.runaway();
                case "attacks" -> AttackRuns.run(seconds, false, Soak::stack).forEach(what -> soak.promise(false, what));
                case "each-attack" -> AttackRuns.run(seconds, true, Soak::stack).forEach(what -> soak.promise(false, what));
                case "idle" -> IdleConnections.run(Soak::stack);
                default -> {
                    System.err.println("There is no soak called " + name + ", only " + String.join(", ", NAMES) + ", each-attack, idle");
                    System.exit(2);
                }
            }
        }
        soak.broken.forEach(promise -> System.out.println("BROKEN: " + promise));
        System.exit(soak.broken.isEmpty() ? 0 : 1);
    }

    private static Stack stack(Consumer<String> log) {
        Stack stack = new Stack().onLine(log);
        return Files.isDirectory(IMAGES) ? stack.commands(BuildCommands.ofImages(IMAGES)) : stack;
    }

    private void promise(boolean kept, String what) {
        if (!kept) {
            broken.add(what);
        }
    }

    /// An instance killed every 5 s, one stopped for 20 s every 20 s.
    private void chaos() throws Exception {
        System.out.printf("%n== chaos, %d s%n", seconds);
        RouterLog log = new RouterLog();
        AnswerTally tally = new AnswerTally();
        try (Stack stack = stack(log).instances(24)
                .router("LAMBDA_DISPATCH_MinInstanceCount", "4").router("LAMBDA_DISPATCH_MaxInstanceCount", "12").start()) {
            List<URI> bases = List.of(stack.url("/"), stack.tlsUrl("/"));
            try (SoakTraffic traffic = new SoakTraffic(bases, tally).prepare().start(60, 100)) {
                pause(20);
                Vitals before = calm(stack, traffic);
                traffic.start(60, 100);
                Chaos.Plan plan = new Chaos.Plan(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(20));
                try (Chaos chaos = new Chaos(stack, plan, tally)) {
                    pause(seconds);
                }
                Vitals after = calm(stack, traffic);
                System.out.printf("router before: %s%nrouter after:  %s%nmost grown: %s%n", before, after, after.grownSince(before));
                promise(after.virtualThreads() <= before.virtualThreads() + 50, "the router's threads grew: " + before + ", then " + after);
                promise(after.liveObjectsKb() <= before.liveObjectsKb() + 8_192, "the router's memory grew: " + before + ", then " + after);
            }
        }
        report(tally, log);
        promise(tally.starting("GET ") == tally.of("GET 200") + tally.of("GET cut off"), "an idempotent request was lost");
        noWrongBodies(tally);
    }

    /// An environment killed every 1.5 s. Requests are short: one that runs for as long as that is likely to meet two deaths, and is then
    /// not tried again.
    private void dying() throws Exception {
        System.out.printf("%n== dying, %d s%n", seconds);
        RouterLog log = new RouterLog();
        AnswerTally tally = new AnswerTally();
        try (Stack stack = stack(log).instances(24)
                        .router("LAMBDA_DISPATCH_MinInstanceCount", "4").router("LAMBDA_DISPATCH_MaxInstanceCount", "12").start();
                SoakTraffic traffic =
                        new SoakTraffic(List.of(stack.url("/"), stack.tlsUrl("/")), tally).longestDelay(100).prepare().start(16, 50)) {
            pause(5);
            Chaos.Plan plan = new Chaos.Plan(Duration.ofMillis(1500), NEVER, Duration.ZERO);
            try (Chaos chaos = new Chaos(stack, plan, tally)) {
                pause(seconds);
            }
        }
        report(tally, log);
        long answered = tally.of("GET 200") + tally.of("POST 200");
        long all = tally.starting("GET ") + tally.starting("POST ");
        double most = 10 + 0.2 * (seconds + 5) + answered / 20.0 + 12;
        System.out.printf("answered %,d of %,d; %d invokes, allowed %.0f%n", answered, all, log.invokes(), most);
        promise(tally.starting("GET ") == tally.of("GET 200") + tally.of("GET cut off"), "an idempotent request was lost");
        promise(tally.of("GET 503") + tally.of("POST 503") < all / 100, "refused more than 1 %");
        promise(log.invokes() <= most, "more invokes than were earned");
        noWrongBodies(tally);
    }

    /// What the router holds when nothing has been asked of it for a while.
    private static Vitals calm(Stack stack, SoakTraffic traffic) throws Exception {
        traffic.stop();
        pause(25);
        return Vitals.of(stack.routerPid());
    }

    private void noWrongBodies(AnswerTally tally) {
        promise(tally.of("GET 200 wrong body") + tally.of("POST 200 wrong body") == 0, "a wrong body");
    }

    private static void report(AnswerTally tally, RouterLog log) {
        System.out.printf("clients saw:%n%s%nthe router's log:%n%s%n", tally, log.tally());
    }

    /// A function time-out of 22 s: every instance is replaced before it has lived for 20 s.
    private void rotation() throws Exception {
        System.out.printf("%n== rotation, %d s%n", seconds);
        RouterLog log = new RouterLog();
        AnswerTally tally = new AnswerTally();
        Set<Integer> changes = ConcurrentHashMap.newKeySet();
        Stack all = stack(line -> {
            log.accept(line);
            // one begins, one is there, one has gone
            if (line.contains(" dispatch invoke ") || line.contains(" dispatch instanceOpened ")) {
                changes.add(tally.second());
            }
        });
        try (Stack stack =
                all.instances(10).functionTimeout(Duration.ofSeconds(22)).router("LAMBDA_DISPATCH_MinInstanceCount", "3").start()) {
            try (SoakTraffic traffic =
                    new SoakTraffic(List.of(stack.url("/"), stack.tlsUrl("/")), new AnswerTally()).prepare().start(16, 100)) {
                pause(60); // until the environments that take turns are there
            }
            try (SoakTraffic traffic = new SoakTraffic(List.of(stack.url("/"), stack.tlsUrl("/")), tally).prepare().start(16, 100)) {
                pause(seconds);
            }
        }
        report(tally, log);
        Map<Integer, Double> p99 = tally.bySecond(0.99);
        System.out.printf(
                "p99 of GETs by second, beyond the delay asked for: median %.1f ms, 95 %% of the seconds below %.1f ms; worst: %s%n",
                AnswerTally.quantile(p99.values(), 0.5), AnswerTally.quantile(p99.values(), 0.95), tally.worstSeconds(0.99, 10));
        for (double share : new double[] {0.5, 0.9, 0.99}) {
            System.out.printf(
                    "%.0f %% of all GETs took less than %.1f ms in seconds in which an instance began, came or went, %.1f ms in the others%n",
                    100 * share,
                    tally.at(share, changes::contains), tally.at(share, second -> !changes.contains(second)));
        }
        promise(tally.starting("GET ") == tally.of("GET 200") && tally.starting("POST ") == tally.of("POST 200"),
                "an error during rotation");
    }

    /// Two routers behind HAProxy; each in turn gets SIGTERM and is started again.
    private void restart() throws Exception {
        System.out.printf("%n== rolling restarts, %d s%n", seconds);
        RouterLog log = new RouterLog();
        AnswerTally tally = new AnswerTally();
        int restarts;
        try (Stack stack =
                stack(log).instances(24).router("LAMBDA_DISPATCH_DrainDelay", "4s").router("LAMBDA_DISPATCH_DrainTimeout", "15s").start();
                SeveralRouters routers = new SeveralRouters(stack);
                SoakTraffic traffic = new SoakTraffic(List.of(routers.url()), tally).prepare().start(16, 100)) {
            restarts = routers.restartInTurnFor(Duration.ofSeconds(seconds));
        }
        report(tally, log);
        System.out.println("restarts: " + restarts);
        promise(tally.starting("GET ") == tally.of("GET 200") && tally.starting("POST ") == tally.of("POST 200"),
                "a request was lost in a rolling restart");
    }

    /// 20 requests a second to a function that never serves any.
    private void runaway() throws Exception {
        for (String fault : List.of("unreachable", "return", "denied", "throttle", "function")) {
            RouterLog log = new RouterLog();
            AnswerTally tally = new AnswerTally();
            try (Stack stack = stack(log).instances(24).start()) {
                stack.emulator().faults(InvokeFaults.parse(fault));
                try (SoakTraffic traffic = new SoakTraffic(List.of(stack.url("/")), tally).start(40, 2_000)) {
                    pause(seconds);
                    System.out.printf("%n== runaway, %s, %d s: %d invokes%n", fault, seconds, log.invokes());
                    stack.emulator().faults(InvokeFaults.NONE);
                    traffic.stop();
                }
            }
            report(tally, log);
            promise(log.invokes() < 30 + seconds / 10, "too many invokes: " + fault);
        }
    }

    private static void pause(int seconds) throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(seconds));
    }
}
