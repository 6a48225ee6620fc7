// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// Why the app of the environment that was heard of last is not ready; nothing since an instance opened. Safe from any thread.
final class AppFault {
    private volatile String fault = "";

    /// @return whether that is news
    boolean is(String why) {
        boolean news = !why.equals(fault);
        fault = why;
        return news;
    }

    void mended() {
        fault = "";
    }

    /// What a client whose request was refused is told.
    String explain(Refusal refusal) {
        String known = fault;
        boolean nobodyServed = refusal.kind() == Refusal.Kind.TIMED_OUT || refusal.kind() == Refusal.Kind.NOT_INVOCABLE;
        return known.isEmpty() || !nobodyServed ? refusal.reason() : refusal.reason() + "; the app is not ready: " + known;
    }
}
