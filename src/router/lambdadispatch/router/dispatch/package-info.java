// SPDX-License-Identifier: MIT
/// Which request goes to which slot, and how many instances there are: pure state, driven by events and a clock, so that a simulation can
/// drive it too.
///
/// ```
///   submit ─► Admission ─► Matching: the queue ◄─── Slots: who has which ◄── SlotEvents ◄── slotOpened, slotReleased, slotLost
///                              │                        │
///                              ▼                        │
///             Effects: told to the world             Fleet: instances and their states ◄── pinged, closeRequested, invokeEnded
///             after the lock is left                    ▲
///                                                       │ start, dismiss
///                                                   Autoscaler ◄── Growth ◄── Scaler (Load, Demand) within InvokeBudget and ServiceCredit
///
///             Health, Outliers, Versions, FailurePolicy: who is given up, set aside, replaced, and what an end means
/// ```
/// [Pool] is the door to all this; [PoolParts] says who knows whom behind it.
///
/// **Owns** all tickets that wait, all instances and all slots. **Threads**: none; every call comes from outside. **Locks**: one for each
/// [Pool]. Nothing waits under it, and one call alone leaves it, [Ticket#behindNanos], which asks a client's connection how far it is
/// behind. All else that was decided is collected and told afterwards. [Pools] has a lock for its table, which is never taken inside a
/// pool's.
package lambdadispatch.router.dispatch;
