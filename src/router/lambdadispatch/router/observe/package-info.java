// SPDX-License-Identifier: MIT
/// What the router tells of itself: access log, metrics for Prometheus and CloudWatch, the last fifteen minutes.
///
/// **Owns** the record of each request until its line is written. **Threads**: a request's own; reports run on theirs. **Locks**: counters
/// are striped, the timeline has its own.
package lambdadispatch.router.observe;
