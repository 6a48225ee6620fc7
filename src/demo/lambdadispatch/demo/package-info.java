// SPDX-License-Identifier: MIT
/// A web app to try things with: each route does one thing that an app may do to a proxy. **Threads**: the server's.
package lambdadispatch.demo;
