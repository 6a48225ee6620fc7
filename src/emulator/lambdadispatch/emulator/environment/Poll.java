// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// One request for the next event, while it waits. Guarded by the [Lifecycle] it waits at.
final class Poll {
    private boolean gone;

    /// Whether whoever asked is not there any more, or has asked again since.
    boolean gone() {
        return gone;
    }

    void leave() {
        gone = true;
    }
}
