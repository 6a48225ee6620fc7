// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.IOException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/// A server's certificate chain and key, from two PEM files that may be renewed: handshakes from then on show the new certificate,
/// connections that there are go on, and so do sessions that are resumed.
public final class KeyFiles {
    private final Path chainFile;
    private final Path keyFile;
    private final ServerKey key;
    private final SSLContext context;
    private String seen; // used by whoever looks

    /// @throws IOException a file can not be read or used; the message names it and says why
    public KeyFiles(Path certificateChain, Path privateKey) throws IOException {
        this.chainFile = certificateChain;
        this.keyFile = privateKey;
        Pem.Text chain = Pem.Text.of(chainFile);
        Pem.Text secret = Pem.Text.of(keyFile);
        this.seen = contents(chain, secret);
        this.key = new ServerKey(Pem.parse(chain, secret));
        this.context = KeyMaterial.serverContext(key);
    }

    private static String contents(Pem.Text chain, Pem.Text secret) {
        return chain.text() + '\0' + secret.text();
    }

    /// For servers; stays the same.
    public SSLContext serverContext() {
        return context;
    }

    /// What handshakes use now.
    public KeyMaterial current() {
        return key.current();
    }

    /// Looks whether the files hold something else than when they were looked at last, and uses it if it is a pair. One thread looks at a
    /// time.
    /// @return whether there is a new certificate
    /// @throws IOException what is there now can not be used; the old one stays. Not said again of the same contents
    public boolean look() throws IOException {
        Pem.Text chain = Pem.Text.of(chainFile);
        Pem.Text secret = Pem.Text.of(keyFile);
        String now = contents(chain, secret);
        if (now.equals(seen)) {
            return false;
        }
        seen = now;
        key.renew(Pem.parse(chain, secret));
        return true;
    }
}
