// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import lambdadispatch.base.Clock;
import lambdadispatch.net.tls.KeyFiles;
import lambdadispatch.net.tls.KeyMaterial;
import lambdadispatch.net.tls.SelfSigned;

/// Owns the keys of the router's TLS ports: from files, or made anew at each start.
final class RouterKeys {
    private static final Duration VALIDITY = Duration.ofDays(825);

    private final KeyMaterial control;
    private final SSLContext incoming;
    private final Certificate renewal; // null where there are no files

    private RouterKeys(KeyMaterial control, SSLContext incoming, Certificate renewal) {
        this.control = control;
        this.incoming = incoming;
        this.renewal = renewal;
    }

    static RouterKeys of(RouterConfig.Control settings) throws IOException {
        if (settings.certificate() == null) {
            KeyMaterial key = SelfSigned.create("lambda-dispatch-router", Clock.SYSTEM, VALIDITY);
            return new RouterKeys(key, key.serverContext(), null);
        }
        KeyFiles files = new KeyFiles(Path.of(settings.certificate()), Path.of(settings.key()));
        return new RouterKeys(files.current(), files.serverContext(), new Certificate(files, Clock.SYSTEM));
    }

    /// Of the incoming TLS port.
    SSLContext incoming() {
        return incoming;
    }

    /// Of the control port, for as long as the router lives.
    SSLContext control() {
        return control.serverContext();
    }

    /// SHA-256 of the control port's certificate, in hex: extensions accept no other.
    String controlCertificateSha256() {
        return HexFormat.of().formatHex(control.certificateSha256());
    }

    /// What looks whether the files have changed.
    Optional<Certificate> renewal() {
        return Optional.ofNullable(renewal);
    }
}
