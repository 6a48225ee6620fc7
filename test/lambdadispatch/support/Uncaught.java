// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Takes what ends threads of one name while it is open: a test that makes a thread fail asserts that, and nothing is printed. What ends
/// other threads goes where it went before.
public final class Uncaught implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

    public Uncaught(String threadName) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (thread.getName().equals(threadName)) {
                failures.add(failure);
            } else if (before != null) {
                before.uncaughtException(thread, failure);
            } else {
                System.err.println("Exception in thread " + thread.getName() + ": " + failure);
            }
        });
    }

    /// Waits for the next.
    public Throwable next() throws InterruptedException {
        Throwable failure = failures.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (failure == null) {
            throw new AssertionError("no thread failed");
        }
        return failure;
    }

    @Override
    public void close() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }
}
