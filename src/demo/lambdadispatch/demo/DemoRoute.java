// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import lambdadispatch.http.server.Handler;

/// One thing that can be tried.
///
/// @param path what the request's path must be
/// @param example a link for the index page
/// @param about one sentence for the index page
record DemoRoute(String path, String example, String about, Handler handler) {}
