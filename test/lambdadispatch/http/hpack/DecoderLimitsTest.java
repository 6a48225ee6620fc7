// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where the decoder's limits lie exactly: the table's size, the list's size, integers, indexes, and the memory it keeps.
class DecoderLimitsTest {
    private static final FieldSink NOBODY = (n, na, nl, v, va, vl, never) -> { };

    @Test
    void anEntryOfExactlyTheTablesSizeIsHeldAndOneOctetMoreEmptiesTheTable() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        decoder.decode(new byte[] {0x40, 1, 'a', 1, 'b'}, 0, 5, NOBODY);
        byte[] exact = withIndexing(4096 - 32); // RFC 7541 §4.1
        decoder.decode(exact, 0, exact.length, NOBODY);
        assertThat(decode(decoder, "be")).singleElement().asString().hasSize(4096 - 32 + 2);
        assertThatThrownBy(() -> decode(decoder, "bf")).as("what was there before is evicted").isInstanceOf(HpackException.class);
    }

    @Test
    void aBlockIsNotKeptAfterItWasDecoded() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        WeakReference<byte[]> block = decodeALongField(decoder);
        for (long until = System.nanoTime() + 60_000_000_000L; block.get() != null && System.nanoTime() < until; ) {
            System.gc();
        }
        assertThat(block.get()).isNull();
        assertThat(decode(decoder, "82")).as("it goes on").hasSize(1);
    }

    private static WeakReference<byte[]> decodeALongField(HpackDecoder decoder) throws IOException {
        byte[] block = withIndexing(60_000);
        assertThat(decoder.decode(block, 0, block.length, NOBODY)).isTrue();
        return new WeakReference<>(block);
    }

    @Test
    void anEntryLargerThanTheTableEmptiesItAndIsNoError() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        decoder.decode(new byte[] {0x40, 1, 'a', 1, 'b'}, 0, 5, NOBODY);
        byte[] larger = withIndexing(4096 - 31);
        assertThat(decoder.decode(larger, 0, larger.length, NOBODY)).isTrue(); // §4.4
        assertThatThrownBy(() -> decode(decoder, "be")).isInstanceOf(HpackException.class);
    }

    @Test
    void theFirstUpdateAfterTheLimitWentDownAndUpMustNotExceedTheLowest() throws IOException {
        HpackDecoder decoder = lowered();
        assertThatThrownBy(() -> decode(decoder, "3fa90182")).as("to 200").isInstanceOf(HpackException.class); // §4.2
        assertThat(decode(lowered(), "3f4582")).as("to 100").containsExactly(":method: GET");
        assertThat(decode(lowered(), "3f453fe11f82")).as("to 100, then to 4096").containsExactly(":method: GET");
        HpackDecoder later = lowered();
        decode(later, "3f4582");
        assertThat(decode(later, "3fe11f82")).as("in the next block the limit is 4096").containsExactly(":method: GET");
    }

    private static HpackDecoder lowered() {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        decoder.maxTableSize(100);
        decoder.maxTableSize(4096);
        return decoder;
    }

    @Test
    void aListOfExactlyTheLimitFits() throws IOException {
        byte[] block = HexFormat.of().parseHex("0001610162" + "0001610162"); // two fields of 1 + 1 + 32
        assertThat(new HpackDecoder(4096, 68).decode(block, 0, block.length, NOBODY)).isTrue();
        List<String> passed = new ArrayList<>();
        HpackDecoder lower = new HpackDecoder(4096, 67);
        assertThat(lower.decode(block, 0, block.length, (n, na, nl, v, va, vl, never) -> passed.add("field"))).isFalse();
        assertThat(passed).hasSize(1);
    }

    @Test
    void theListsSizeIsCountedAnewForEachBlock() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 68);
        for (int i = 0; i < 4; i++) {
            assertThat(decode(decoder, "0001610162")).containsExactly("a: b");
        }
    }

    @Test
    void theLastIndexOfTheStaticTableBelongsToIt() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        assertThat(decode(decoder, "bd")).containsExactly("www-authenticate: "); // 61
        assertThat(decode(decoder, "7d0178")).containsExactly("www-authenticate: x");
        assertThat(decode(decoder, "0f2e0178")).containsExactly("www-authenticate: x"); // 15 + 46
    }

    @Test
    void aNameOutOfTheDynamicTableIsTakenOrRefusedByItsIndex() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        decode(decoder, "4001610162");
        assertThat(decode(decoder, "0f2f0163")).containsExactly("a: c"); // 62
        assertThatThrownBy(() -> decode(decoder, "0f300163")).as("63").isInstanceOf(HpackException.class);
    }

    @Test
    void onlyTheNeverIndexedPatternMarksAField() throws IOException {
        List<Boolean> marks = new ArrayList<>();
        byte[] block = HexFormat.of().parseHex("1001610162" + "0001610162" + "4001610162" + "82");
        new HpackDecoder(4096, 64 << 10).decode(block, 0, block.length, (n, na, nl, v, va, vl, never) -> marks.add(never));
        assertThat(marks).containsExactly(true, false, false, false);
    }

    @Test
    void anUpdateAfterAFieldIsNotTakenForALiteral() {
        HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);
        // §4.2
        assertThatThrownBy(() -> decode(decoder, "82200000")).isInstanceOf(HpackException.class).hasMessageContaining("size update");
    }

    @ParameterizedTest
    @CsvSource({"1e, 30", "1f00, 31", "1f01, 32", "1f8000, 31", "1f7f, 158", "1f8001, 159", "1fe0ffffff07, 2147483647"})
    void integersAtTheEdgesOfTheirOctetsAreRead(String wire, int value) throws IOException {
        byte[] octets = HexFormat.of().parseHex(wire);
        Cursor cursor = new Cursor();
        cursor.over(octets, 0, octets.length);
        assertThat(PrefixInteger.read(cursor, 5)).isEqualTo(value);
        assertThat(cursor.atEnd()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"30, 1e", "31, 1f00", "158, 1f7f", "159, 1f8001", "2147483647, 1fe0ffffff07"})
    void integersAtTheEdgesOfTheirOctetsAreWritten(int value, String wire) {
        Bytes out = new Bytes();
        PrefixInteger.write(out, 0, 5, value);
        assertThat(HexFormat.of().formatHex(out.toArray())).isEqualTo(wire);
    }

    @ParameterizedTest
    @CsvSource({"1fe1ffffff07, one above 2^31-1", "1f808080808000, six octets of zeros"})
    void integersBeyondOurLimitsAreErrors(String wire, String what) {
        byte[] octets = HexFormat.of().parseHex(wire);
        Cursor cursor = new Cursor();
        cursor.over(octets, 0, octets.length);
        assertThatThrownBy(() -> PrefixInteger.read(cursor, 5)).as(what).isInstanceOf(HpackException.class);
    }

    @Test
    void theMemoryThatOneHugeFieldTookIsNotKept() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
        byte[] hugeName = literal(huffman("n".repeat(64 << 10)), huffman("v"));
        byte[] hugeValue = literal(huffman("n"), huffman("v".repeat(64 << 10)));
        for (byte[] huge : List.of(hugeName, hugeValue)) {
            decoder.decode(huge, 0, huge.length, NOBODY);
            assertThat(allocated(() -> decoder.decode(huge, 0, huge.length, NOBODY))).as("taken again").isGreaterThan(64 << 10);
        }
    }

    @Test
    void theMemoryThatUsualFieldsTakeIsKept() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
        byte[] usual = literal(huffman("n".repeat(1000)), huffman("v".repeat(2000)));
        decoder.decode(usual, 0, usual.length, NOBODY);
        allocated(() -> decoder.decode(usual, 0, usual.length, NOBODY));
        assertThat(allocated(() -> decoder.decode(usual, 0, usual.length, NOBODY))).isLessThan(2000);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static long allocated(Work work) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /// A literal with incremental indexing whose name and value have so many octets together.
    private static byte[] withIndexing(int octets) {
        Bytes out = new Bytes();
        out.append(0x40).append(1).append('n');
        PrefixInteger.write(out, 0, 7, octets - 1);
        return out.append("v".repeat(octets - 1)).toArray();
    }

    private static byte[] literal(byte[] name, byte[] value) {
        return new Bytes().append(0).append(name).append(value).toArray();
    }

    private static byte[] huffman(String text) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        int coded = Huffman.encodedLength(octets, 0, octets.length);
        Bytes out = new Bytes();
        PrefixInteger.write(out, 0x80, 7, coded);
        Huffman.encode(octets, 0, octets.length, out, coded);
        return out.toArray();
    }

    private static List<String> decode(HpackDecoder decoder, String wire) throws IOException {
        return Story.decode(decoder, HexFormat.of().parseHex(wire));
    }
}
