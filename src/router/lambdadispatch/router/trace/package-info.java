// SPDX-License-Identifier: MIT
/// Traces of requests: where their time went, for a collector that speaks OTLP over HTTP.
///
/// [lambdadispatch.router.trace.TraceContext] reads and writes what requests carry, [lambdadispatch.router.trace.RequestTrace] is one
/// sampled request, and [lambdadispatch.router.trace.Exporter] sends what has ended, on a thread of its own. A request never waits for a
/// collector: what does not fit the exporter's queue is dropped and counted.
package lambdadispatch.router.trace;
