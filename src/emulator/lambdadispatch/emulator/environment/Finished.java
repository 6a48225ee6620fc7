// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

/// An invocation that ran.
///
/// @param log the last 4 KB of what its environment printed meanwhile, with Lambda's START, END and REPORT lines
public record Finished(Outcome outcome, String log) {}
