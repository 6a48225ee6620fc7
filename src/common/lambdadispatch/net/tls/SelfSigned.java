// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import lambdadispatch.base.Clock;

/// Certificates of our own making: EC P-256, X.509 v3 (RFC 5280 §4.1), signed by themselves. Peers pin them, nobody has to trust them.
public final class SelfSigned {
    private static final String ECDSA_WITH_SHA256 = "2a8648ce3d040302";
    private static final String COMMON_NAME = "550403";
    private static final String BASIC_CONSTRAINTS = "551d13";
    /// Clocks differ, and an execution environment's may have been frozen.
    private static final Duration BACKDATED = Duration.ofDays(1);

    private SelfSigned() {}

    public static KeyMaterial create(String commonName, Clock clock, Duration validity) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            byte[] body = body(commonName, pair, clock.now(), validity);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(body);
            byte[] certificate = Der.sequence(body, Der.sequence(Der.oid(ECDSA_WITH_SHA256)), Der.bitString(signature.sign()));
            X509Certificate parsed = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
            return new KeyMaterial(pair.getPrivate(), List.of(parsed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no certificate could be made: " + e.getMessage(), e);
        }
    }

    /// TBSCertificate.
    private static byte[] body(String commonName, KeyPair pair, Instant now, Duration validity) {
        byte[] name = Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
        byte[] version3 = Der.tagged(0xa0, Der.integer(BigInteger.TWO));
        byte[] serial = Der.integer(new BigInteger(126, new SecureRandom()).setBit(126));
        byte[] dates = Der.sequence(Der.time(now.minus(BACKDATED)), Der.time(now.plus(validity)));
        byte[] notAnAuthority = Der.sequence(Der.oid(BASIC_CONSTRAINTS), Der.yes(), Der.octetString(Der.sequence()));
        return Der.sequence(version3, serial, Der.sequence(Der.oid(ECDSA_WITH_SHA256)), name, dates, name, pair.getPublic().getEncoded(),
                Der.tagged(0xa3, Der.sequence(notAnAuthority)));
    }
}
