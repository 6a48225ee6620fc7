// SPDX-License-Identifier: MIT
/// All threads of the programs, and what runs them: carriers that are event loops.
///
/// ```
///                    ┌───────────────────────── one carrier ─────────────────────────┐
///   other threads ──►│ submitted ─┐                                                  │
///   (unpark, start)  │            ▼                                                  │
///        wake-up ┄┄┄►│ run queue: virtual threads that can go on ──► run one by one  │
///                    │            ▲                                      │ park      │
///                    │            └── unpark ◄── Selector, TimerWheel ◄──┘           │
///                    └───────────────────────────────────────────────────────────────┘
/// ```
///
/// A carrier is one platform thread. It runs the virtual threads that can go on, one after another, and when none can it sleeps in `select`
/// until a socket is ready, a deadline is due, or another thread has something for it. So a wait for a socket costs no hand-over between
/// threads of the system.
///
/// **JDK.** JDK 25 has no public way to run virtual threads on an executor of one's own. [CustomScheduler] takes the one that the JDK's own
/// tests take, which needs `--add-opens java.base/java.lang=lambdadispatch.common`. Our images bring their own JVM, so what is inside of it
/// can not change under us. Without the flag the JDK's scheduler and pollers serve: [Threads] chooses, and nothing else knows which it is
/// but [ChannelWaits].
///
/// **Several carriers.** `jdk.virtualThreadScheduler.parallelism` says how many, as it does for the JDK's scheduler. A virtual thread stays
/// on the carrier that it was started for. [Threads#virtual] starts on the caller's carrier, so that all threads of a connection share one;
/// [Threads#spread] takes the next carrier in turn and is for what begins something new. A channel belongs to the carrier of the thread
/// that waited for it first; a thread of another carrier may wait for it too, which costs a wake-up across.
///
/// **What holds a carrier.** Whatever blocks the platform thread stops all virtual threads of that carrier: name look-ups, files,
/// processes, a native frame on the stack (class initialisers, `Lookup.defineClass`), parking within those. `synchronized` does not: since
/// JDK 24 a virtual thread that waits for a monitor, or waits in one, is unmounted. It comes back through the JDK's unblocker thread, a
/// timed park or a sleep through the JDK's timer thread; both call [Carrier#execute] from outside.
///
/// **Rules.** The carrier's own code (the selector's callback, the wheel, the queue) never waits in a queue in which a virtual thread of
/// its own may stand before it: that one could not take its turn, and nothing would run any more. So the wheel has a [BriefLock], and what
/// takes the selector's monitors (registering, interest, closing) is done on the carrier itself. It never runs what others wrote: actions
/// of deadlines get a virtual thread.
package lambdadispatch.carrier;
