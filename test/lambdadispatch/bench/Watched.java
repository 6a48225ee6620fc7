// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

/// A process whose work counts.
///
/// @param name as the table calls it: `router`, `extension`, `haproxy-a`…
record Watched(String name, long pid) {}
