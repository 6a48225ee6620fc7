// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// A call of the Runtime API or the Extensions API that Lambda would not take.
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final String errorType;

    Refused(int status, String errorType, String message) {
        super(message, null, false, false);
        this.status = status;
        this.errorType = errorType;
    }

    int status() {
        return status;
    }

    String errorType() {
        return errorType;
    }
}
