// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A certificate that signed itself, for a name or address of a test's choice, made by the JDK's own tool.
///
/// @param pem the file to trust it by
public record TestCertificate(SSLContext server, Path pem) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /// @param name as in a certificate's alternative names: `ip:127.0.0.1`, `dns:example.com`
    public static TestCertificate of(Path folder, String name) {
        Path store = folder.resolve(name.replaceAll("\\W", "-") + ".p12");
        try {
            Process tool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
                    "-alias", "a", "-keyalg", "EC",
                    "-groupname", "secp256r1", "-dname", "CN=test", "-validity", "30", "-ext", "san=" + name, "-storetype", "PKCS12",
                    "-keystore", store.toString(),
                    "-storepass", new String(PASSWORD)).redirectErrorStream(true).start();
            String output = new String(tool.getInputStream().readAllBytes());
            if (tool.waitFor() != 0) {
                throw new IOException(output);
            }
            return load(folder, store);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TestCertificate load(Path folder, Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        String encoded = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(keys.getCertificate("a").getEncoded());
        Path pem = Files.createTempFile(folder, "certificate", ".pem");
        return new TestCertificate(context,
                Files.writeString(pem, "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n"));
    }
}
