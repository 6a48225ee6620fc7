// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/// Fails a test that leaves a non-daemon thread running, and a class that leaves a child process. Registered for all tests.
///
/// Virtual and daemon threads are not looked at. Child processes are looked for once a class, because that reads all of `/proc`.
/// What is about to end gets [#GRACE] to do so; a child that stays is killed, so that it does not blame the next class.
public final class LeakGuard implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Namespace NAMESPACE = Namespace.create(LeakGuard.class);
    private static final String JUNITS_OWN = "junit-";

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(NAMESPACE).put("children", children().stream().map(ProcessHandle::pid).collect(Collectors.toSet()));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("threads", new HashSet<>(threads()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Set<?> before = context.getStore(NAMESPACE).get("threads", Set.class);
        long deadline = System.nanoTime() + GRACE.toNanos();
        for (Thread thread : threads()) {
            if (!before.contains(thread)) {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
                if (thread.isAlive()) {
                    AssertionError leak = new AssertionError("the test left this thread running: " + thread.getName());
                    leak.setStackTrace(thread.getStackTrace());
                    throw leak;
                }
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        Set<?> before = context.getStore(NAMESPACE).get("children", Set.class);
        for (ProcessHandle child : children()) {
            if (!before.contains(child.pid()) && !endsSoon(child)) {
                String command = child.info().commandLine().orElse("");
                child.destroyForcibly();
                throw new AssertionError("the class left a child process running: " + child.pid() + " " + command);
            }
        }
    }

    private static boolean endsSoon(ProcessHandle child) throws Exception {
        try {
            child.onExit().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException stays) {
            return false;
        }
    }

    private static List<ProcessHandle> children() {
        return ProcessHandle.current().children().toList();
    }

    /// The non-daemon platform threads that are not the launcher's.
    private static List<Thread> threads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] found = new Thread[root.activeCount() + 64];
        root.enumerate(found);
        return Arrays.stream(found).filter(Objects::nonNull)
                .filter(thread -> !thread.isDaemon() && !thread.getName().startsWith(JUNITS_OWN)).toList();
    }
}
