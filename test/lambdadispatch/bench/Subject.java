// SPDX-License-Identifier: MIT
package lambdadispatch.bench;

import java.util.List;

/// Something that a load can be aimed at.
///
/// @param name as the table calls it
/// @param http base of its cleartext address, HTTP/1.1 (ours: also h2c)
/// @param h2c base of a cleartext HTTP/2 address, or null
/// @param https base of its TLS address, or null
record Subject(String name, String http, String h2c, String https, List<Watched> processes) {}
