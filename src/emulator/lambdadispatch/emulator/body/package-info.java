// SPDX-License-Identifier: MIT
/// Reads what callers send, up to Lambda's limits. **Threads**: the caller's.
package lambdadispatch.emulator.body;
