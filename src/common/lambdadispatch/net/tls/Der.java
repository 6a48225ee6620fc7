// SPDX-License-Identifier: MIT
package lambdadispatch.net.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import lambdadispatch.base.Bytes;

/// The few forms of DER (ITU-T X.690) that a certificate and the older key files are made of.
final class Der {
    private static final DateTimeFormatter UTC_TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Instant YEAR_2050 = Instant.parse("2050-01-01T00:00:00Z");

    private Der() {}

    static byte[] tagged(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        Bytes out = new Bytes(length + 6).append(tag);
        if (length < 0x80) {
            out.append(length);
        } else if (length < 0x100) {
            out.append(0x81).append(length);
        } else {
            out.append(0x82).append(length >>> 8).append(length);
        }
        for (byte[] part : parts) {
            out.append(part);
        }
        return out.toArray();
    }

    static byte[] sequence(byte[]... parts) {
        return tagged(0x30, parts);
    }

    static byte[] set(byte[]... parts) {
        return tagged(0x31, parts);
    }

    static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    static byte[] bitString(byte[] octets) {
        return tagged(0x03, new byte[] {0}, octets);
    }

    static byte[] octetString(byte[] octets) {
        return tagged(0x04, octets);
    }

    static byte[] utf8(String text) {
        return tagged(0x0c, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] yes() {
        return tagged(0x01, new byte[] {(byte) 0xff});
    }

    /// An object identifier by its encoded body in hex.
    static byte[] oid(String hex) {
        return tagged(0x06, HexFormat.of().parseHex(hex));
    }

    /// RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime after.
    static byte[] time(Instant when) {
        boolean far = !when.isBefore(YEAR_2050);
        return tagged(far ? 0x18 : 0x17, (far ? GENERALIZED_TIME : UTC_TIME).format(when).getBytes(StandardCharsets.US_ASCII));
    }
}
