// SPDX-License-Identifier: MIT
package lambdadispatch.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import lambdadispatch.fuzz.Target;
import lambdadispatch.io.Clock;

/// PEM files of a certificate and a key, as text and with changed DER in a sound envelope: an [IOException] or key material.
public final class PemTarget extends Target {
    private static final KeyMaterial GOOD = SelfSigned.create("fuzz", Clock.SYSTEM, Duration.ofDays(1));
    private static final byte[] CURVE = Der.oid("2a8648ce3d030107"); // P-256
    private static final List<String> LABELS = List.of("CERTIFICATE", "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "EC PARAMETERS");
    private static final List<byte[]> DER = List.of(certificate(), GOOD.key().getEncoded(), sec1(), CURVE);

    private final Path file;

    public PemTarget() {
        super("PEM and DER", Stream.concat(DER.stream(), Stream.of(text(0, 1), text(0, 2), text(0, 4, 2))).toList(),
                octets("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----", "-----", "\n", "=", "\u00a0\u000c\u0006\n", "\u0030\u0082", "\u0030\u0080", "\u0084\u00ff\u00ff\u00ff\u00ff", "\u00a0\u00fd\u0006\u00fb"));
        try {
            file = Files.createTempFile("fuzz", ".pem");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        file.toFile().deleteOnExit();
    }

    private static byte[] certificate() {
        try {
            return GOOD.chain().getFirst().getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The form of RFC 5915, naming its curve.
    private static byte[] sec1() {
        return Der.sequence(Der.integer(BigInteger.ONE), Der.octetString(new byte[32]), Der.tagged(0xa0, CURVE));
    }

    private static byte[] text(int... labels) {
        StringBuilder text = new StringBuilder();
        for (int label : labels) {
            text.append(new String(envelope(LABELS.get(label), DER.get(label == 4 ? 3 : label)), StandardCharsets.US_ASCII));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] envelope(String label, byte[] der) {
        return ("-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws IOException {
        boolean text = input.length > 0 && input[0] == '-';
        Files.write(file, text ? input : envelope(LABELS.get(random.nextInt(LABELS.size())), input));
        try {
            Pem.load(file, file);
        } catch (IOException e) {
            require(e.getMessage().startsWith(file.toString()), "a message that does not name the file: " + e.getMessage());
        }
        if (!text) { // past the certificate, so that the key is looked at
            byte[] key = envelope(LABELS.get(1 + random.nextInt(LABELS.size() - 1)), input);
            byte[] both = new byte[key.length + GOOD_CERTIFICATE.length];
            System.arraycopy(GOOD_CERTIFICATE, 0, both, 0, GOOD_CERTIFICATE.length);
            System.arraycopy(key, 0, both, GOOD_CERTIFICATE.length, key.length);
            Files.write(file, both);
            try {
                Pem.load(file, file);
            } catch (IOException e) {
                require(e.getMessage().startsWith(file.toString()), "a message that does not name the file: " + e.getMessage());
            }
        }
    }

    private static final byte[] GOOD_CERTIFICATE = envelope("CERTIFICATE", certificate());
}
