// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;

/// What it costs to count the memory that peers make us hold, in processor time of one thread, so that a busy machine changes little.
final class AccountCost {
    private static final int ROUNDS = 20_000_000;
    private static final int HEAD = 900; // a usual request's
    private static final int MESSAGE = 1024; // what goes on
    private static final int RECORD = 16_709; // what a TLS engine wants room for

    private final Report report;

    AccountCost(Report report) {
        this.report = report;
    }

    void run() {
        report.scenario("the account of memory for peers");
        MemoryAccount account = new MemoryAccount(64 << 20);
        for (int i = 0; i < 3; i++) { // the last one counts: by then all is compiled
            try (MemoryShare share = account.open("a", 6 << 10, () -> { })) {
                figure("a request whose head and message are usual", i, nanos(share, HEAD, MESSAGE));
                figure("a write over TLS", i, nanos(share, RECORD, 0));
            }
        }
    }

    private void figure(String what, int round, double nanos) {
        if (round == 2) {
            report.figure(what, nanos, "ns");
        }
    }

    private static double nanos(MemoryShare share, int first, int second) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < ROUNDS; i++) {
            if (!share.take(first)) {
                throw new IllegalStateException("no room");
            }
            if (second > 0 && share.take(second)) {
                share.give(second);
            }
            share.give(first);
        }
        return (double) (threads.getCurrentThreadCpuTime() - start) / ROUNDS;
    }
}
