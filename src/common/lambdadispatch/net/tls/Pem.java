// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a certificate chain and its private key from PEM files (RFC 7468): PKCS#8, and the older forms that openssl writes for RSA
/// (PKCS#1) and EC keys (SEC 1).
public final class Pem {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final byte[] RSA_ALGORITHM = Der.sequence(Der.oid("2a864886f70d010101"), new byte[] {5, 0});
    private static final String EC_PUBLIC_KEY = "2a8648ce3d0201";

    private static final byte[] PROOF = "one pair".getBytes(StandardCharsets.US_ASCII);

    private record Block(String label, byte[] der) {}

    private Pem() {}

    /// What a file holds; the name is for messages.
    record Text(Path file, String text) {
        static Text of(Path file) throws IOException {
            return new Text(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        }

        /// The name alone: what is in it may be a private key.
        @Override
        public String toString() {
            return file.toString();
        }
    }

    /// @throws IOException a file can not be read or used; the message names it and says why
    public static KeyMaterial load(Path certificateChain, Path privateKey) throws IOException {
        return parse(Text.of(certificateChain), Text.of(privateKey));
    }

    static KeyMaterial parse(Text certificateChain, Text privateKey) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Block block : blocks(certificateChain)) {
            if (block.label.equals("CERTIFICATE")) {
                chain.add(certificate(certificateChain.file, block.der));
            }
        }
        if (chain.isEmpty()) {
            throw new IOException(certificateChain.file + ": no certificate in it");
        }
        KeyMaterial material = new KeyMaterial(key(privateKey), List.copyOf(chain));
        if (!belong(material, privateKey.file)) {
            throw new IOException(privateKey.file + ": not the key of the certificate in " + certificateChain.file);
        }
        return material;
    }

    /// Whether the leaf's public key verifies what the private key signs.
    private static boolean belong(KeyMaterial material, Path keyFile) throws IOException {
        PublicKey leaf = material.chain().getFirst().getPublicKey();
        if (!leaf.getAlgorithm().equals(material.key().getAlgorithm())) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(leaf.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(material.key());
            signature.update(PROOF);
            byte[] signed = signature.sign();
            signature.initVerify(leaf);
            signature.update(PROOF);
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false; // a signature that is not even of the right length
        } catch (GeneralSecurityException e) {
            throw new IOException(keyFile + ": key and certificate can not be used: " + e.getMessage(), e);
        }
    }

    private static List<Block> blocks(Text pem) throws IOException {
        Path file = pem.file;
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(pem.text);
        while (matcher.find()) {
            String body = matcher.group(2);
            if (body.contains("ENCRYPTED")) {
                throw new IOException(file + ": the key is encrypted; store it decrypted (openssl pkey -in ... -out ...)");
            }
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(body)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": not valid Base64", e);
            }
        }
        return blocks;
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IOException(file + ": not a certificate: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Text pem) throws IOException {
        Path file = pem.file;
        byte[] parameters = null;
        for (Block block : blocks(pem)) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return pkcs8(file, block.der);
                }
                case "RSA PRIVATE KEY" -> {
                    return pkcs8(file, wrap(RSA_ALGORITHM, block.der));
                }
                case "EC PARAMETERS" -> parameters = block.der;
                case "EC PRIVATE KEY" -> {
                    byte[] curve = parameters == null ? curve(file, block.der) : parameters;
                    return pkcs8(file, wrap(Der.sequence(Der.oid(EC_PUBLIC_KEY), curve), block.der));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException(file + ": the key is encrypted; store it decrypted (openssl pkey -in ... -out ...)");
                default -> { }
            }
        }
        throw new IOException(file + ": no private key in it");
    }

    /// PrivateKeyInfo (RFC 5208 §5) around a key in its own form.
    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return Der.sequence(Der.integer(BigInteger.ZERO), algorithm, Der.octetString(key));
    }

    /// The curve's object identifier: the [0] element of ECPrivateKey (RFC 5915 §3).
    private static byte[] curve(Path file, byte[] der) throws IOException {
        for (int at = 0; at + 4 < der.length; at++) {
            int length = der[at + 3]; // negative: the long form, which no curve's identifier needs
            boolean tagged = (der[at] & 0xff) == 0xa0 && der[at + 2] == 0x06 && der[at + 1] == length + 2 && length > 0;
            if (tagged && at + 4 + length <= der.length) {
                return java.util.Arrays.copyOfRange(der, at + 2, at + 4 + length);
            }
        }
        throw new IOException(file + ": the EC key does not name its curve");
    }

    private static PrivateKey pkcs8(Path file, byte[] der) throws IOException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
        GeneralSecurityException last = null;
        for (String algorithm : new String[] {"EC", "RSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                last = e;
            } catch (GeneralSecurityException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        throw new IOException(file + ": neither an EC nor an RSA key", last);
    }
}
