// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;

/// The code of RFC 7541 Appendix B, from data that did not come from our tables.
class HuffmanTest {
    private static final int EOS = 256;

    private record Code(int symbol, int bits, int length) {}

    private static List<Code> appendixB() throws IOException {
        return Files.readAllLines(Path.of("test/vectors/hpack/huffman.txt")).stream().map(line -> line.split(" "))
                .map(c -> new Code(Integer.parseInt(c[0]), Integer.parseInt(c[1], 16), Integer.parseInt(c[2]))).toList();
    }

    @Test
    void eachSymbolHasTheCodeOfAppendixB() throws IOException {
        List<Code> codes = appendixB();
        assertThat(codes).hasSize(257);
        for (Code code : codes) {
            if (code.symbol() != EOS) {
                // five of the same fill octets at every alignment
                byte[] five = new byte[5];
                Arrays.fill(five, (byte) code.symbol());
                byte[] wire = pack(List.of(code, code, code, code, code));
                assertThat(decode(wire)).as("symbol " + code.symbol()).isEqualTo(five);
                assertThat(encode(five)).as("symbol " + code.symbol()).isEqualTo(wire);
            }
        }
    }

    @Test
    void anyOctetsComeBackAsTheyWere() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Code> codes = appendixB();
        for (int round = 0; round < 2000; round++) {
            byte[] octets = new byte[1 + random.nextInt(60)];
            random.nextBytes(octets);
            List<Code> of = new ArrayList<>();
            for (byte octet : octets) {
                of.add(codes.get(octet & 0xff));
            }
            assertThat(decode(pack(of))).as("seed " + seed).isEqualTo(octets);
        }
    }

    @Test
    void paddingIsAtMostSevenOneBits() throws IOException {
        assertThat(decode(octets(0x1f))).asString().isEqualTo("a"); // 00011 and 111
        assertThatThrownBy(() -> decode(octets(0x1e))).as("padding of zeros").isInstanceOf(HpackException.class); // RFC 7541 §5.2
        assertThatThrownBy(() -> decode(octets(0x1f, 0xff))).as("padding of eleven bits").isInstanceOf(HpackException.class);
        assertThatThrownBy(() -> decode(octets(0xff))).as("eight bits and no symbol").isInstanceOf(HpackException.class);
    }

    @Test
    void theEndOfStringSymbolIsAnError() {
        assertThatThrownBy(() -> decode(octets(0xff, 0xff, 0xff, 0xff))).isInstanceOf(HpackException.class); // RFC 7541 §5.2
    }

    private static byte[] octets(int... values) {
        byte[] octets = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            octets[i] = (byte) values[i];
        }
        return octets;
    }

    /// The codes one after another, padded with ones.
    private static byte[] pack(List<Code> codes) {
        BigInteger bits = BigInteger.ONE; // a leading bit keeps the zeros
        int length = 0;
        for (Code code : codes) {
            bits = bits.shiftLeft(code.length()).or(BigInteger.valueOf(code.bits()));
            length += code.length();
        }
        int padding = (8 - length % 8) % 8;
        bits = bits.shiftLeft(padding).or(BigInteger.valueOf((1L << padding) - 1));
        byte[] all = bits.toByteArray();
        return Arrays.copyOfRange(all, all.length - (length + padding) / 8, all.length);
    }

    private static byte[] decode(byte[] wire) throws HpackException {
        byte[] target = new byte[Huffman.longestDecoded(wire.length)];
        return Arrays.copyOf(target, Huffman.decode(wire, 0, wire.length, target));
    }

    private static byte[] encode(byte[] octets) {
        Bytes out = new Bytes();
        Huffman.encode(octets, 0, octets.length, out, Huffman.encodedLength(octets, 0, octets.length));
        return out.toArray();
    }
}
