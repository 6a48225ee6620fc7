// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/// Says at the end of a long run where its time went, by package and by class, so that the next slow test is seen when it comes.
public final class TestTimes implements TestExecutionListener {
    private static final long LONG_RUN_NANOS = 60_000_000_000L;
    private static final int CLASSES_NAMED = 15;

    private final PrintStream out;
    private final LongSupplier clock;
    private final Map<String, Long> started = new HashMap<>(); // guarded by this, as what follows
    private final Map<String, Long> packages = new TreeMap<>();
    private final Map<String, Long> classes = new HashMap<>();

    /// As the launcher makes it.
    public TestTimes() {
        this(System.out, System::nanoTime);
    }

    TestTimes(PrintStream out, LongSupplier clock) {
        this.out = out;
        this.clock = clock;
    }

    /// A class of tests; one inside another counts with that.
    private static ClassSource topClass(TestIdentifier test) {
        return test.getSource().filter(ClassSource.class::isInstance).map(ClassSource.class::cast)
                .filter(source -> !source.getClassName().contains("$")).orElse(null);
    }

    @Override
    public synchronized void executionStarted(TestIdentifier test) {
        if (topClass(test) != null) {
            started.put(test.getUniqueId(), clock.getAsLong());
        }
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Long since = started.remove(test.getUniqueId());
        if (since != null) {
            String name = topClass(test).getClassName();
            long took = clock.getAsLong() - since;
            int last = name.lastIndexOf('.');
            packages.merge(name.substring(0, Math.max(0, last)), took, Long::sum);
            classes.merge(name.substring(last + 1), took, Long::sum);
        }
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan finished) {
        long sum = packages.values().stream().mapToLong(Long::longValue).sum();
        if (sum < LONG_RUN_NANOS) {
            return;
        }
        out.printf("%n%.1f s in all tests:%n", sum / 1e9);
        packages.forEach((name, took) -> out.printf("%8.1f s  %s%n", took / 1e9, name));
        out.println("slowest classes:");
        classes.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(CLASSES_NAMED)
                .forEach(each -> out.printf("%8.1f s  %s%n", each.getValue() / 1e9, each.getKey()));
    }
}
