// SPDX-License-Identifier: MIT
/// What router, extension, emulator and demo share: bytes, HTTP, TLS, JSON, configuration, logging.
module lambdadispatch.common {
    exports lambdadispatch.carrier;
    exports lambdadispatch.channel;
    exports lambdadispatch.config;
    exports lambdadispatch.cost;
    exports lambdadispatch.hpack;
    exports lambdadispatch.http;
    exports lambdadispatch.http1;
    exports lambdadispatch.http2;
    exports lambdadispatch.invoke;
    exports lambdadispatch.io;
    exports lambdadispatch.json;
    exports lambdadispatch.listener;
    exports lambdadispatch.log;
    exports lambdadispatch.metrics;
    exports lambdadispatch.server;
    exports lambdadispatch.tls;
}
