// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// An environment in which several invocations run at once, and how many do. The count is guarded by the [Environments].
final class SharedPlace {
    private final Environment environment;
    private final CompletableFuture<Outcome.Failure> started = new CompletableFuture<>(); // with null: it serves
    private int used;
    private boolean mine = true;

    SharedPlace(Environment environment) {
        this.environment = environment;
    }

    Environment environment() {
        return environment;
    }

    boolean takes(String version, int most) {
        return used < most && !broken() && environment.version().equals(version);
    }

    int used() {
        return used;
    }

    void enter() {
        used++;
    }

    /// Returns [#over()].
    boolean leave() {
        used--;
        return over();
    }

    /// Whether nobody is in an environment that is of no use any more.
    boolean over() {
        return used == 0 && broken();
    }

    private boolean broken() {
        return environment.broken() || started.isDone() && started.join() != null;
    }

    /// True for the first who calls this: the one that has to start the environment.
    synchronized boolean isMine() {
        boolean first = mine;
        mine = false;
        return first;
    }

    /// @param failure null if it serves
    void started(Outcome.Failure failure) {
        started.complete(failure);
    }

    /// Waits until it serves. Returns what went wrong, or null.
    Outcome.Failure awaitStart() throws InterruptedException {
        try {
            return started.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the emulator failed", e.getCause());
        }
    }
}
