// SPDX-License-Identifier: MIT
/// What router, extension, emulator and demo share: bytes, HTTP, TLS, JSON, configuration, logging.
module lambdadispatch.common {
    exports lambdadispatch.base;
    exports lambdadispatch.base.config;
    exports lambdadispatch.base.json;
    exports lambdadispatch.base.log;
    exports lambdadispatch.base.metrics;
    exports lambdadispatch.carrier;
    exports lambdadispatch.cost;
    exports lambdadispatch.http.client;
    exports lambdadispatch.http.h1;
    exports lambdadispatch.http.h2;
    exports lambdadispatch.http.hpack;
    exports lambdadispatch.http.listener;
    exports lambdadispatch.http.message;
    exports lambdadispatch.http.server;
    exports lambdadispatch.invoke;
    exports lambdadispatch.net;
    exports lambdadispatch.net.tls;
    exports lambdadispatch.protocol;
}
