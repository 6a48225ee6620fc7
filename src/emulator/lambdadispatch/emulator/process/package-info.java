// SPDX-License-Identifier: MIT
/// Child processes as groups that can be frozen, thawed and killed whole, and that do not outlive us.
///
/// ```
/// emulator ──stdin of one sh──> Guardian ──kill(2)──> process group of each child
///     └─ gone, however it went: end of file there ──> SIGKILL to every group that is left
/// ```
package lambdadispatch.emulator.process;
