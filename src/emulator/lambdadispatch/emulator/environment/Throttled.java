// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// No environment may take the invocation now.
public final class Throttled extends Exception {
    private static final long serialVersionUID = 1L;
    private final String reason;

    /// @param reason as Lambda's `ThrottleReason` names it
    public Throttled(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
