// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// RFC 7541's own examples (Appendix C), its errors, and what our encoder adds to no table.
class HpackTest {
    private static final int LIST_LIMIT = 64 << 10;

    @ParameterizedTest
    @CsvSource({"0a, 5, 10", "1f9a0a, 5, 1337", "2a, 8, 42"})
    void theIntegersOfAppendixC1AreReadAndWritten(String wire, int prefix, int value) throws IOException {
        byte[] octets = HexFormat.of().parseHex(wire);
        Cursor cursor = new Cursor();
        cursor.over(octets, 0, octets.length);
        assertThat(PrefixInteger.read(cursor, prefix)).isEqualTo(value);
        assertThat(cursor.atEnd()).isTrue();
        Bytes out = new Bytes();
        PrefixInteger.write(out, 0, prefix, value);
        assertThat(out.toArray()).isEqualTo(octets);
    }

    @Test
    void theFieldsOfAppendixC2Decode() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        assertThat(decode(decoder, "400a637573746f6d2d6b65790d637573746f6d2d686561646572")).containsExactly("custom-key: custom-header");
        assertThat(decode(decoder, "be")).as("it has entered the table").containsExactly("custom-key: custom-header");
        HpackDecoder fresh = new HpackDecoder(4096, LIST_LIMIT);
        assertThat(decode(fresh, "040c2f73616d706c652f70617468")).containsExactly(":path: /sample/path");
        assertThat(decode(fresh, "100870617373776f726406736563726574")).containsExactly("password: secret");
        assertThat(decode(fresh, "82")).containsExactly(":method: GET");
        assertThatThrownBy(() -> decode(fresh, "be")).as("none of these enters the table").isInstanceOf(HpackException.class);
    }

    @Test
    void theRequestsOfAppendixC3DecodeWithoutHuffman() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        assertThat(decode(decoder, "828684410f7777772e6578616d706c652e636f6d"))
                .containsExactly(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
        assertThat(decode(decoder, "828684be58086e6f2d6361636865"))
                .containsExactly(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache");
        assertThat(decode(decoder, "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"))
                .containsExactly(":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
                        "custom-key: custom-value");
    }

    @Test
    void theResponsesOfAppendixC5DecodeWithoutHuffman() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        assertThat(decode(decoder, "3fe101" + "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54"
                + "6e1768747470733a2f2f7777772e6578616d706c652e636f6d"))
                .containsExactly(":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder, "4803333037c1c0bf"))
                .containsExactly(":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder,
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157"
                + "454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31"))
                .containsExactly(":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
                        "location: https://www.example.com",
                        "content-encoding: gzip", "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    @Test
    void theRequestsOfAppendixC4DecodeWithHuffman() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        assertThat(decode(decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff"))
                .containsExactly(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com");
        assertThat(decode(decoder, "828684be5886a8eb10649cbf"))
                .containsExactly(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache");
        assertThat(decode(decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))
                .containsExactly(":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
                        "custom-key: custom-value");
    }

    @Test
    void theResponsesOfAppendixC6DecodeWhileTheTableOf256OctetsEvicts() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        // the example's table is 256 octets from the start: said here by a size update before its first block
        assertThat(decode(decoder,
                "3fe101" + "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3"))
                .containsExactly(":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder, "4883640effc1c0bf"))
                .containsExactly(":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(decoder,
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af"
                + "27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007"))
                .containsExactly(":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
                        "location: https://www.example.com",
                        "content-encoding: gzip", "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "80, index 0",
        "be, index beyond both tables",
        "ff80808080 80808000, index of too many octets",
        "ffffffffff0f, index above 2^31",
        "8220, size update after a field",
        "202020, three size updates",
        "3fe21f, size update above the limit",
        "4003, name cut off",
        "40016101, value cut off",
        "40, no name",
        "7f, index cut off",
        "418f, huffman string cut off",
    })
    void anErrorOfTheBlockIsAnErrorOfTheConnection(String wire, String what) {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        assertThatThrownBy(() -> decode(decoder, wire.replace(" ", ""))).as(what).isInstanceOf(HpackException.class);
    }

    @Test
    void aLoweredLimitMustBeFollowedByAnUpdate() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        decoder.maxTableSize(0);
        decoder.maxTableSize(100);
        assertThatThrownBy(() -> decode(decoder, "82")).isInstanceOf(HpackException.class); // RFC 7541 §4.2
        HpackDecoder obeyed = new HpackDecoder(4096, LIST_LIMIT);
        obeyed.maxTableSize(0);
        obeyed.maxTableSize(100);
        assertThat(decode(obeyed, "203f4582")).containsExactly(":method: GET"); // to 0, to 100
    }

    @Test
    void aListBeyondTheLimitIsCountedButNotPassedOnAndTheTableStaysInStep() throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, 200);
        List<String> fields = new ArrayList<>();
        // one field of 33+100 octets enters the table, then is named twice more
        byte[] block = HexFormat.of().parseHex("400161" + "64" + "62".repeat(100) + "bebe");
        boolean fits = decoder.decode(block, 0, block.length,
                (n, na, nl, v, va, vl, never) -> fields.add(new String(n, na, nl, StandardCharsets.US_ASCII)));
        assertThat(fits).isFalse();
        assertThat(fields).containsExactly("a");
        assertThat(decode(decoder, "be")).containsExactly("a: " + "b".repeat(100));
    }

    @ParameterizedTest
    @CsvSource({"authorization", "cookie", "set-cookie", "proxy-authorization"})
    void aSecretIsNeverIndexedHoweverOftenItIsSent(String name) throws IOException {
        HpackEncoder encoder = new HpackEncoder();
        for (int round = 0; round < 5; round++) {
            Bytes out = new Bytes();
            encoder.beginBlock(out);
            field(encoder, name, "secret-value", out);
            assertThat(out.array()[0] & 0xf0).as("pattern of a literal never indexed").isEqualTo(0x10); // RFC 7541 §6.2.3
            assertThat(out.length()).isGreaterThan(8);
        }
    }

    @Test
    void whatIsMarkedNeverIndexedStaysSo() throws IOException {
        HpackEncoder encoder = new HpackEncoder();
        byte[] name = "x-key".getBytes(StandardCharsets.US_ASCII);
        boolean[] marks = new boolean[3];
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        for (int round = 0; round < marks.length; round++) {
            Bytes out = new Bytes();
            encoder.beginBlock(out);
            encoder.sensitive(name, 0, name.length, name, 0, name.length, out);
            int at = round;
            decoder.decode(out.array(), 0, out.length(), (n, na, nl, v, va, vl, never) -> marks[at] = never);
        }
        assertThat(marks).containsOnly(true);
    }

    @Test
    void aFieldThatComesAgainIsOneOctetFromTheThirdTimeOn() throws IOException {
        HpackEncoder encoder = new HpackEncoder();
        int[] lengths = new int[3];
        for (int round = 0; round < lengths.length; round++) {
            Bytes out = new Bytes();
            encoder.beginBlock(out);
            field(encoder, "server", "something/1.2", out);
            lengths[round] = out.length();
        }
        assertThat(lengths[2]).isEqualTo(1);
    }

    private static void field(HpackEncoder encoder, String name, String value, Bytes out) {
        byte[] n = name.getBytes(StandardCharsets.US_ASCII);
        byte[] v = value.getBytes(StandardCharsets.US_ASCII);
        encoder.field(n, 0, n.length, v, 0, v.length, out);
    }

    private static List<String> decode(HpackDecoder decoder, String wire) throws IOException {
        return Story.decode(decoder, HexFormat.of().parseHex(wire));
    }
}
