// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// What broke an environment for good: nothing more can run in it.
///
/// @param errorType as Lambda names it: `Runtime.ExitError`, `Extension.Crash`…
record Fault(String errorType, String error) {
    /// The app (Lambda's runtime process) ended by itself.
    static Fault runtimeExited(int status) {
        return new Fault("Runtime.ExitError", status == 0
                ? "Runtime exited without providing a reason" : "Runtime exited with error: " + reason(status));
    }

    static Fault extensionExited(int status) {
        return new Fault("Extension.Crash", reason(status));
    }

    private static String reason(int status) {
        return switch (status) {
            case 128 + 6 -> "signal: aborted";
            case 128 + 9 -> "signal: killed";
            case 128 + 11 -> "signal: segmentation fault";
            case 128 + 15 -> "signal: terminated";
            default -> "exit status " + status;
        };
    }
}
