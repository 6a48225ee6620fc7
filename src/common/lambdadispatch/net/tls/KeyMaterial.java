// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/// A private key and the certificate chain that goes with it, leaf first.
public record KeyMaterial(PrivateKey key, List<X509Certificate> chain) {
    private static final int SESSIONS = 10_000;
    private static final int SESSION_SECONDS = 3_600;

    /// A context for servers, with a bounded session cache.
    public SSLContext serverContext() {
        return serverContext(new ServerKey(this));
    }

    static SSLContext serverContext(ServerKey key) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {key}, null, null);
            context.getServerSessionContext().setSessionCacheSize(SESSIONS);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("key and certificate can not be used: " + e.getMessage(), e);
        }
    }

    /// SHA-256 of the leaf certificate's DER: what a peer pins.
    public byte[] certificateSha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(chain.getFirst().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Without the key.
    @Override
    public String toString() {
        return "KeyMaterial[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
