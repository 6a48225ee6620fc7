// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What an instance's environment says that it is; it never changes.
/// @param version of the function: a number, or `$LATEST`
/// @param memoryMb 0 where it is not known
public record Description(String version, int memoryMb, boolean arm) {
    private static final String LATEST = "$LATEST";

    /// 0 for `$LATEST`, whose code may change without a new number.
    long number() {
        return version.equals(LATEST) ? 0 : Long.parseLong(version);
    }
}
