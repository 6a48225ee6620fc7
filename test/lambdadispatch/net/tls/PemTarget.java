// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import lambdadispatch.base.Clock;
import lambdadispatch.fuzz.Target;

/// PEM files of a certificate and a key, as text and with changed DER in a sound envelope: an [IOException] or key material.
public final class PemTarget extends Target {
    private static final KeyMaterial GOOD = SelfSigned.create("fuzz", Clock.SYSTEM, Duration.ofDays(1));
    private static final byte[] CURVE = Der.oid("2a8648ce3d030107"); // P-256
    private static final List<String> LABELS = List.of("CERTIFICATE", "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "EC PARAMETERS");
    private static final List<byte[]> DER = List.of(certificate(), GOOD.key().getEncoded(), sec1(), CURVE);

    private static final String SECRET =
            Base64.getMimeEncoder().encodeToString(GOOD.key().getEncoded()).lines().skip(1).findFirst().orElseThrow().substring(0, 16);
    private static final Path FILE = Path.of("fuzz.pem"); // a name for messages
    private static final Pem.Text CERTIFICATE = text(envelope("CERTIFICATE", DER.getFirst()));

    public PemTarget() {
        super("PEM and DER", Stream.concat(DER.stream(), Stream.of(file(0, 1), file(0, 2), file(0, 4, 2))).toList(),
                octets("-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----", "-----", "\n", "=", "\u00a0\u000c\u0006\n",
                        "\u0030\u0082", "\u0030\u0080", "\u0084\u00ff\u00ff\u00ff\u00ff", "\u00a0\u00fd\u0006\u00fb"));
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

    private static byte[] file(int... labels) {
        StringBuilder text = new StringBuilder();
        for (int label : labels) {
            text.append(envelope(LABELS.get(label), DER.get(label == 4 ? 3 : label)));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String envelope(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    private static Pem.Text text(String pem) {
        return new Pem.Text(FILE, pem);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) {
        if (input.length > 0 && input[0] == '-') {
            Pem.Text pem = text(new String(input, StandardCharsets.ISO_8859_1));
            parse(pem, pem);
            return;
        }
        Pem.Text key = text(envelope(LABELS.get(1 + random.nextInt(LABELS.size() - 1)), input));
        parse(CERTIFICATE, key);
        parse(text(envelope("CERTIFICATE", input)), key);
    }

    private static void parse(Pem.Text chain, Pem.Text key) {
        try {
            Pem.parse(chain, key);
        } catch (IOException e) {
            require(e.getMessage().startsWith(FILE.toString()), "a message that does not name the file: " + e.getMessage());
            require(!e.getMessage().contains(SECRET), "a message that shows what the file holds: " + e.getMessage());
        }
    }
}
