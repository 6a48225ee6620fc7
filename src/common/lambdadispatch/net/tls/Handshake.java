// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// Engines with our protocol versions, cipher suites and ALPN list.
final class Handshake {
    private Handshake() {}

    static SSLEngine server(SSLContext context, List<String> applicationProtocols) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = restricted(engine);
        parameters.setUseCipherSuitesOrder(true);
        parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
        engine.setSSLParameters(parameters);
        return engine;
    }

    static SSLEngine client(SSLContext context, String host, int port, List<String> applicationProtocols) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = restricted(engine);
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9110 §4.3.4
        parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
        engine.setSSLParameters(parameters);
        return engine;
    }

    /// TLS 1.3, and TLS 1.2 with ephemeral keys and AEAD only: all others are on the list of RFC 9113 appendix A.
    private static SSLParameters restricted(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        parameters.setCipherSuites(Arrays.stream(engine.getSupportedCipherSuites()).filter(Handshake::allowed).toArray(String[]::new));
        return parameters;
    }

    private static boolean allowed(String suite) {
        boolean aead = suite.contains("_GCM_") || suite.contains("_CHACHA20_");
        boolean tls13 = suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_");
        return tls13 || suite.startsWith("TLS_ECDHE_") && aead;
    }
}
