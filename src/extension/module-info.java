// SPDX-License-Identifier: MIT
/// The extension: runs inside an execution environment, connects back to the router, and relays requests to the app.
module lambdadispatch.extension {
    requires lambdadispatch.common;
    requires java.net.http;
}
