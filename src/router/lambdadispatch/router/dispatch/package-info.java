// SPDX-License-Identifier: MIT
/// Which request goes to which slot, and how many instances there are: pure state, driven by events and a clock, so that a simulation can drive it too.
///
/// ```
///   submit ─► Matching: the queue, free slots ◄── Fleet: instances, their slots ◄── channelOpened, channelLost, ping
///                 │                                    ▲
///                 ▼                                    │ invoke, drain
///             Effects: told to the world          Growth ◄── Scaler (Load, Demand) within InvokeBudget and ServiceCredit
///             after the lock is left                   ▲
///                                                   Health, Outliers, Versions: who is given up, set aside, replaced
/// ```
///
/// **Owns** all tickets that wait, all instances and all slots. **Threads**: none; every call comes from outside. **Locks**: one for each [Pool]. Nothing waits under it, and
/// nothing is called out from it: what was decided is collected and told afterwards. [Pools] has a lock for its table, which is never taken inside a pool's.
package lambdadispatch.router.dispatch;
