// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;

/// The parts that the encoder stands on: both tables, the Huffman lengths, and a string's shorter form.
class TablesTest {
    @Test
    void everyFieldOfTheStaticTableIsFoundByItsNameAndByItsValue() {
        int first = 0;
        for (int index = 1; index <= StaticTable.SIZE; index++) {
            byte[] name = StaticTable.name(index);
            byte[] value = StaticTable.value(index);
            if (index == 1 || !new String(name, StandardCharsets.US_ASCII)
                    .equals(new String(StaticTable.name(index - 1), StandardCharsets.US_ASCII))) {
                first = index;
            }
            assertThat(StaticTable.find(name, name.length, Hash.of(name, 0, name.length))).isEqualTo(first);
            assertThat(StaticTable.findValue(first, value, 0, value.length)).isEqualTo(index);
        }
        assertThat(first).isEqualTo(61);
    }

    @Test
    void whatTheStaticTableDoesNotHoldIsNotFound() {
        byte[] other = bytes("nobody's");
        assertThat(StaticTable.find(other, other.length, Hash.of(other, 0, other.length))).isZero();
        for (int index : List.of(1, 2, 8, 14, 15, 61)) {
            assertThat(StaticTable.findValue(index, other, 0, other.length)).as("index " + index).isZero();
        }
        // a bucket of each kind, free and taken, is probed
        for (int i = 0; i < 1000; i++) {
            byte[] name = bytes("x-" + i);
            assertThat(StaticTable.find(name, name.length, Hash.of(name, 0, name.length))).isZero();
        }
    }

    @Test
    void theTableCountsItsEntriesWithTheirOverheadAndEvictsTheOldest() {
        DynamicTable table = new DynamicTable(100);
        table.add(bytes("a"), bytes("1"));
        table.add(bytes("bb"), bytes("22"));
        assertThat(table.size()).isEqualTo(34 + 36);
        table.add(bytes("c"), bytes("3"));
        assertThat(table.size()).isEqualTo(36 + 34);
        assertThat(table.count()).isEqualTo(2);
        assertThat(table.added()).isEqualTo(3);
        assertThat(table.name(0)).asString().isEqualTo("c");
        assertThat(table.value(1)).asString().isEqualTo("22");
        table.maxSize(35);
        assertThat(table.count()).isEqualTo(1);
        table.clear();
        assertThat(table.size()).isZero();
        assertThat(table.maxSize()).isEqualTo(35);
    }

    @Test
    void whatFitsOnceAndWhatFitsTwiceIsSaidToTheOctet() {
        DynamicTable table = new DynamicTable(100);
        assertThat(table.canHold(34, 34)).isTrue();
        assertThat(table.canHold(34, 35)).isFalse();
        assertThat(table.canHold(Integer.MAX_VALUE, Integer.MAX_VALUE)).isFalse();
        assertThat(table.canHoldTwo(9, 9)).isTrue();
        assertThat(table.canHoldTwo(9, 10)).isFalse();
        assertThat(table.canHoldTwo(Integer.MAX_VALUE, Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void theHuffmanLengthsAreExact() {
        assertThat(Huffman.longestDecoded(5)).isEqualTo(8);
        assertThat(Huffman.longestDecoded(30)).isEqualTo(48);
        assertThat(Huffman.longestDecoded(1 << 29)).isEqualTo((int) ((1L << 32) / 5));
        byte[] text = bytes("..aaaaaaaa..");
        assertThat(Huffman.encodedLength(text, 2, 8)).isEqualTo(5); // eight times five bits
        assertThat(Huffman.encodedLength(text, 2, 1)).isEqualTo(1);
        assertThat(Huffman.encodedLength(text, 2, 0)).isZero();
    }

    @Test
    void aStringIsWrittenInItsShorterFormAndPlainIfBothAreAsLong() {
        assertThat(written("&&&&")).as("eight bits each: as long").isEqualTo("0426262626");
        assertThat(written("aaaaaaaa")).isEqualTo("85" + "18c6318c63");
        assertThat(written("\u0001\u0001")).as("23 bits each: longer").isEqualTo("020101");
        assertThat(written("")).isEqualTo("00");
    }

    @Test
    void aLiteralGivesBackTheMemoryOfAHugeStringOnly() throws HpackException {
        StringLiteral literal = new StringLiteral();
        byte[] small = read(literal, 2560); // 4096 octets of room: kept
        literal.release();
        assertThat(literal.length).isZero();
        assertThat(literal.array).isEmpty();
        assertThat(read(literal, 10)).isSameAs(small);
        byte[] huge = read(literal, 2561);
        literal.release();
        assertThat(read(literal, 10)).isNotSameAs(huge).hasSize(128);
    }

    /// Reads a Huffman coded string of so many octets; what it was decoded into.
    private static byte[] read(StringLiteral literal, int encoded) throws HpackException {
        Bytes out = new Bytes();
        PrefixInteger.write(out, 0x80, 7, encoded);
        for (int i = 0; i < encoded; i++) {
            out.append(0xf8); // the code of '&'
        }
        Cursor block = new Cursor();
        block.over(out.array(), 0, out.length());
        literal.read(block);
        assertThat(literal.length).isEqualTo(encoded);
        return literal.array;
    }

    private static String written(String text) {
        byte[] octets = bytes("<" + text + ">");
        Bytes out = new Bytes();
        StringLiteral.write(out, octets, 1, octets.length - 2);
        return HexFormat.of().formatHex(out.toArray());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
