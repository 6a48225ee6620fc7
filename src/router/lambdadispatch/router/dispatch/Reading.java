// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What an environment says of itself at one moment; sums count from whenever, and only differences mean anything.
/// @param cpuMillis CPU time used
/// @param vcpuMillis CPU time that it may use in a second
/// @param throttledMillis time in which it was held back for want of that
/// @param memoryPermille memory in use, in thousandths of what there is
/// @param delayMillis how late a thread there got the CPU
/// @param appMillis sum of the time that requests have spent in the app
/// @param requests that have ended in it
/// @param heldMillis for so long, of this invocation, the app wanted to be kept for work after its answers
/// @param probeMillis how long its health path took to answer
public record Reading(long cpuMillis, long vcpuMillis, long throttledMillis, long memoryPermille, long delayMillis, long appMillis, long requests,
        long heldMillis, long probeMillis) {}
