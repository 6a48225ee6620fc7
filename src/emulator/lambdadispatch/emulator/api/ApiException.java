// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

/// Carries an [ApiError] to where it is answered.
final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ApiError error;

    ApiException(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    ApiError error() {
        return error;
    }
}
