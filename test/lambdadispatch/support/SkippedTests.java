// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/// Says at the end of a run which tests were not run, and why: nobody should take a missing program for a passed test.
///
/// A class that is skipped as a whole counts for all of its tests. `./build.sh test` reads the last line.
public final class SkippedTests implements TestExecutionListener {
    private record Left(int tests, TreeSet<String> names) {}

    private final Map<String, Left> byReason = new TreeMap<>();
    private final PrintStream out;
    private TestPlan plan;

    /// As the launcher makes it.
    public SkippedTests() {
        this(System.out);
    }

    SkippedTests(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            add(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private synchronized void add(TestIdentifier test, String reason) {
        String why = reason.replaceFirst("^Assumption failed: ", "").lines().findFirst().orElse("no reason given");
        int tests = Math.max(1, (int) plan.getDescendants(test).stream().filter(each -> plan.getChildren(each).isEmpty()).count());
        Left left = byReason.getOrDefault(why, new Left(0, new TreeSet<>()));
        left.names.add(test.getLegacyReportingName().replaceFirst("^(?:.*[.$])?(\\w+)(?:\\(.*)?$", "$1"));
        byReason.put(why, new Left(left.tests + tests, left.names));
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan finished) {
        byReason.forEach((why, left) -> out.printf("skipped %d: %s (%s)%n", left.tests, why, String.join(", ", left.names)));
        out.printf("[ %d tests left out ]%n", byReason.values().stream().mapToInt(Left::tests).sum());
    }
}
