// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.hpack.HpackDecoder;
import lambdadispatch.http.hpack.HpackEncoder;
import lambdadispatch.http.hpack.HpackException;
import lambdadispatch.http.message.Headers;

/// Field blocks, two on one decoder. What is decoded stays within the limit, and our own encoding of it decodes to the same.
final class HpackTarget extends Target {
    private static final int LIMIT = 8192;
    private static final List<byte[]> WORDS = List.of(new byte[] {(byte) 0x82}, new byte[] {(byte) 0xff, (byte) 0x80, 0x01},
            new byte[] {0x3f, (byte) 0xe1, 0x1f}, new byte[] {0x20},
            new byte[] {0x40, 1, 'a', 1, 'b'}, new byte[] {0, 1, 'a', 1, 'b'}, new byte[] {0x10, 1, 'a', 1, 'b'}, new byte[] {(byte) 0xbe},
            new byte[] {0x7e, 1, 'z'},
            new byte[] {(byte) 0x83, (byte) 0xf1, (byte) 0xe3, (byte) 0xc2},
            new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff}, new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7});

    HpackTarget() {
        super("HPACK", List.of(block("a", "1"), block("cookie", "a=b; c=d"), block("x-long", "v".repeat(300))), WORDS);
    }

    /// A block of a few fields, encoded twice so that the second uses what the first put into the table.
    private static byte[] block(String name, String value) {
        HpackEncoder encoder = new HpackEncoder();
        Headers headers = Headers.of(":method", "GET", ":path", "/index.html?q=1", ":scheme", "https", ":authority", "example.com", name,
                value, "accept-encoding", "gzip, br");
        Bytes out = new Bytes();
        encode(encoder, headers, out);
        encode(encoder, headers, out);
        return out.toArray();
    }

    private static void encode(HpackEncoder encoder, Headers headers, Bytes out) {
        encoder.beginBlock(out);
        byte[] array = headers.array();
        for (int i = 0; i < headers.size(); i++) {
            encoder.field(array, headers.nameStart(i), headers.nameLength(i), array, headers.valueStart(i), headers.valueLength(i), out);
        }
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws IOException {
        HpackDecoder decoder = new HpackDecoder(random.nextBoolean() ? 4096 : 128, LIMIT);
        int cut = random.nextInt(input.length + 1);
        Headers headers = new Headers();
        try {
            boolean fits = decode(decoder, input, 0, cut, headers);
            fits &= decode(decoder, input, cut, input.length - cut, headers);
            if (!fits) {
                return;
            }
        } catch (HpackException e) {
            return;
        }
        lowerCaseNames(headers);
        Bytes again = new Bytes();
        encode(new HpackEncoder(), headers, again);
        Headers decoded = new Headers();
        require(decode(new HpackDecoder(4096, 4 * LIMIT), again.array(), 0, again.length(), decoded), "our own block is over the limit");
        require(new FuzzTrace().add(decoded).value() == new FuzzTrace().add(headers).value(), "our own block decodes to something else");
    }

    /// As the encoder writes them (RFC 9113 §8.2).
    private static void lowerCaseNames(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            for (int at = headers.nameStart(i); at < headers.valueStart(i); at++) {
                byte octet = headers.array()[at];
                headers.array()[at] = octet >= 'A' && octet <= 'Z' ? (byte) (octet | 0x20) : octet;
            }
        }
    }

    private static boolean decode(HpackDecoder decoder, byte[] block, int offset, int length, Headers into) throws IOException {
        int before = into.byteCount();
        int fields = into.size();
        boolean fits = decoder.decode(block, offset, length,
                (nameArray, nameOffset, nameLength, valueArray, valueOffset, valueLength, neverIndexed) ->
                into.add(nameArray, nameOffset, nameLength, valueArray, valueOffset, valueLength));
        require(into.byteCount() - before + 32L * (into.size() - fields) <= Math.max(LIMIT, 4 * LIMIT),
                "more than the limit was passed on");
        return fits;
    }
}
