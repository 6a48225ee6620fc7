// SPDX-License-Identifier: MIT
/// Execution environments: two real processes each, their Runtime API and Extensions API, and Lambda's life cycle around them.
///
/// ```
///             start        register        next, next       invoke        next, next
/// (nothing) ────────> extension ───> + app ─────────> READY ──────> RUNNING ─────────> READY (frozen)
///                                                       └────────────┴── spindown, timeout, failure ──> SHUTDOWN ──> killed
/// ```
///
/// Source: AWS Lambda Developer Guide, "Lambda execution environment lifecycle", "Using the Lambda Extensions API", "Using the Lambda
/// Runtime API".
package lambdadispatch.emulator.environment;
