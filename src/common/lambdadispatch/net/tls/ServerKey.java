// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/// Offers one key to every client that can use its kind.
///
/// A `KeyStore` would do, but encrypts what is put into it and decrypts it again: a third of the router's start-up time.
final class ServerKey extends X509ExtendedKeyManager {
    /// A handshake asks for an alias and later for what that stands for: it must not get the chain of one pair and the key of another.
    private record Pair(String alias, KeyMaterial material) {}

    private volatile Pair now;
    private volatile Pair before;

    ServerKey(KeyMaterial material) {
        now = new Pair("0", material);
    }

    /// Handshakes that begin from now on get this one.
    synchronized void renew(KeyMaterial material) {
        before = now;
        now = new Pair(Integer.toString(Integer.parseInt(before.alias) + 1), material);
    }

    KeyMaterial current() {
        return now.material;
    }

    private KeyMaterial material(String alias) {
        for (Pair pair : new Pair[] {now, before}) {
            if (pair != null && pair.alias.equals(alias)) {
                return pair.material;
            }
        }
        return null;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        Pair pair = now;
        return keyType.equals(pair.material.key().getAlgorithm()) ? pair.alias : null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        KeyMaterial material = material(alias);
        return material == null ? null : material.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        KeyMaterial material = material(alias);
        return material == null ? null : material.key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null; // a server's key only
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null;
    }
}
