// SPDX-License-Identifier: MIT
/// A Lambda for one machine: it takes invokes as Lambda does, and runs extension and app as processes.
///
/// **Owns** every process that it started: whatever way it ends, they end too. **Threads**: the server's, and one for each process that is
/// waited for.
package lambdadispatch.emulator;
