// SPDX-License-Identifier: MIT
/// The log: one line per event, written behind the back of whoever logs.
///
/// ```
/// any thread ── Log ──> LineFormat ──> LogWriter: bounded buffer ──> "log" thread ──> stdout
/// ```
///
/// Logging never waits for the pipe behind stdout: on a single carrier that wait would stop every request. Lines collect in memory for up
/// to 20 ms and leave in one system call; where the reader of the pipe is too slow for too long, lines are dropped and counted.
package lambdadispatch.base.log;
