// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// The long run: `Fuzz [SECONDSs | COUNT] [--seed N] [--only NAME] [--input N]`. All parsers in turn, a slice of time each, until so many
/// seconds have passed or so many inputs were run over all; ends with a table, and with status 1 if anything was found.
final class Fuzz {
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long HANGS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_FINDINGS = 5; // of one parser; then it is left out
    private static final int LARGEST_SHARE = 8; // no parser runs more than an eighth of the inputs: the quick ones would run them all

    private final List<Fuzzer> fuzzers = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private volatile Fuzzer current;
    private long inputs = Long.MAX_VALUE;
    private long nanos = Long.MAX_VALUE;
    private long seed = System.nanoTime();
    private long only = -1;

    /// @throws IllegalArgumentException says which argument can not be understood
    private Fuzz(String[] arguments) {
        String name = "";
        for (int i = 0; i < arguments.length; i++) {
            boolean option = arguments[i].startsWith("--");
            if (option && i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " needs a value");
            }
            switch (arguments[i]) {
                case "--seed" -> seed = number(arguments[++i]);
                case "--only" -> name = arguments[++i];
                case "--input" -> only = number(arguments[++i]);
                default -> limit(arguments[i]);
            }
        }
        for (Target target : Targets.all()) {
            if (target.name().contains(name)) {
                fuzzers.add(new Fuzzer(target, seed));
            }
        }
    }

    private void limit(String text) {
        if (text.endsWith("s")) {
            nanos = TimeUnit.SECONDS.toNanos(number(text.substring(0, text.length() - 1)));
        } else {
            inputs = number(text);
        }
    }

    private static long number(String text) {
        if (!text.matches("-?\\d{1,19}")) {
            throw new IllegalArgumentException("fuzz takes [COUNT | SECONDSs] [--seed N] [--only PARSER] [--input N], not " + text);
        }
        return Long.parseLong(text);
    }

    public static void main(String[] arguments) {
        Fuzz fuzz;
        try {
            fuzz = new Fuzz(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        if (fuzz.fuzzers.isEmpty()) {
            System.err.println("--only must be one of " + String.join(", ", Targets.all().stream().map(Target::name).toList()));
            System.exit(2);
        }
        if (fuzz.only >= 0) {
            fuzz.fuzzers.forEach(fuzzer -> fuzzer.one(fuzz.only));
            return;
        }
        System.out.println("seed " + fuzz.seed);
        Thread.ofPlatform().daemon().name("hang-watch").start(fuzz::watch);
        Runtime.getRuntime().addShutdownHook(new Thread(fuzz::report)); // so that a run that is broken off tells too
        fuzz.run();
        System.exit(fuzz.findings.isEmpty() ? 0 : 1);
    }

    private void run() {
        long start = System.nanoTime();
        List<Fuzzer> active = new ArrayList<>(fuzzers);
        while (!active.isEmpty() && total() < inputs && System.nanoTime() - start < nanos) {
            for (Fuzzer fuzzer : List.copyOf(active)) {
                long share = Math.max(inputs / LARGEST_SHARE, inputs / fuzzers.size() + 1) - fuzzer.count();
                if (share <= 0) {
                    active.remove(fuzzer);
                    continue;
                }
                current = fuzzer;
                try {
                    fuzzer.run(Math.min(share, inputs - total()), SLICE);
                } catch (Fuzzer.Finding e) {
                    found(e, fuzzer, active);
                }
                current = null;
            }
        }
    }

    private void found(Fuzzer.Finding finding, Fuzzer fuzzer, List<Fuzzer> active) {
        System.out.println("FOUND " + finding.getMessage());
        finding.getCause().printStackTrace(System.out);
        findings.add(fuzzer.target().name());
        if (findings.stream().filter(fuzzer.target().name()::equals).count() == MOST_FINDINGS) {
            active.remove(fuzzer);
        }
    }

    private long total() {
        return fuzzers.stream().mapToLong(Fuzzer::count).sum();
    }

    /// An input that takes for ever is a finding too, and nobody else could tell.
    private void watch() {
        Fuzzer before = null;
        long count = -1;
        long since = System.nanoTime();
        while (true) {
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            Fuzzer now = current;
            if (now == null || now != before || now.count() != count) {
                before = now;
                count = now == null ? -1 : now.count();
                since = System.nanoTime();
            } else if (System.nanoTime() - since > HANGS) {
                System.out.println("HANGS " + now.describe(count - 1));
                Runtime.getRuntime().halt(2);
            }
        }
    }

    private void report() {
        System.out.printf(Locale.ROOT, "%-20s %12s %10s %9s %8s%n", "parser", "inputs", "seconds", "us each", "findings");
        for (Fuzzer fuzzer : fuzzers) {
            String name = fuzzer.target().name();
            long count = Math.max(1, fuzzer.count());
            System.out.printf(Locale.ROOT, "%-20s %,12d %10.1f %9.2f %8d%n", name, fuzzer.count(), fuzzer.nanos() / 1e9,
                    fuzzer.nanos() / 1e3 / count, findings.stream().filter(name::equals).count());
        }
        System.out.printf(Locale.ROOT, "%-20s %,12d %10.1f %18d%n", "all", total(), fuzzers.stream().mapToLong(Fuzzer::nanos).sum() / 1e9,
                findings.size());
    }
}
