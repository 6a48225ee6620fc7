// SPDX-License-Identifier: MIT
package lambdadispatch.aws.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Trust in the certificate authorities of a PEM file (`AWS_CA_BUNDLE`), for endpoints behind a proxy that ends TLS, and for tests.
public final class Authorities {
    private Authorities() {}

    /// Null if the configuration names no file: then the platform's trust is meant.
    /// @throws IllegalArgumentException the file can not be read or holds no certificate
    public static SSLContext of(AwsConfig config) {
        return config.authorities().map(Authorities::of).orElse(null);
    }

    private static SSLContext of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("AWS_CA_BUNDLE=" + file + ": a PEM file with certificates");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("AWS_CA_BUNDLE=" + file + ": a PEM file with certificates (" + e.getMessage() + ")", e);
        }
    }
}
