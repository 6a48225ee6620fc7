// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which representation our encoder chooses for a field, octet by octet (RFC 7541 §6).
class EncoderTest {
    private static final int INDEXED = 0x80;
    private static final int WITH_INDEXING = 0x40;
    private static final int NEVER_INDEXED = 0x10;
    private static final int WITHOUT_INDEXING = 0;

    private final HpackEncoder encoder = new HpackEncoder();
    private final HpackDecoder decoder = new HpackDecoder(4096, 64 << 10);

    @ParameterizedTest
    @CsvSource({"200, 88", "204, 89", "206, 8a", "304, 8b", "400, 8c", "404, 8d", "500, 8e"})
    void theStatusesOfTheStaticTableAreOneOctet(int status, String wire) {
        Bytes out = new Bytes();
        encoder.status(status, out);
        assertThat(hex(out)).isEqualTo(wire);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 302, 503, 599, 999})
    void anyOtherStatusIsWrittenInDigits(int status) throws IOException {
        Bytes out = new Bytes();
        encoder.status(status, out);
        assertThat(Story.decode(decoder, out.toArray())).containsExactly(":status: " + status);
        assertThat(pattern(out)).as("known by its name").isEqualTo(WITHOUT_INDEXING);
    }

    @Test
    void aSmallerTableOfThePeerIsSignalledWithTheNextBlock() {
        encoder.peerTableSize(100);
        assertThat(hex(begun())).isEqualTo("3f45"); // RFC 7541 §6.3: 31 + 69
        assertThat(begun().length()).as("and once only").isZero();
    }

    @Test
    void aTableThatWentDownAndUpAgainSignalsTheLowestSizeThenTheLast() {
        encoder.peerTableSize(0);
        encoder.peerTableSize(50);
        encoder.peerTableSize(4096);
        assertThat(hex(begun())).isEqualTo("20" + "3fe11f"); // §4.2
    }

    @Test
    void aPeerThatOffersMoreThanWeUseIsToldNothing() {
        encoder.peerTableSize(1 << 20);
        encoder.peerTableSize(-1);
        assertThat(begun().length()).isZero();
    }

    @Test
    void whatATableNoLongerHoldsIsWrittenAgain() throws IOException {
        for (int i = 0; i < 3; i++) {
            written("x-name", "value");
        }
        encoder.peerTableSize(0);
        Bytes out = begun();
        append(out, "x-name", "value");
        assertThat(Story.decode(decoder, out.toArray())).containsExactly("x-name: value");
    }

    @Test
    void aFieldEntersTheTableWhenItIsSeenAgainAndIsAnIndexFromThenOn() throws IOException {
        assertThat(pattern(written("server", "thing/1"))).isEqualTo(WITHOUT_INDEXING);
        assertThat(pattern(written("server", "thing/1"))).isEqualTo(WITH_INDEXING);
        assertThat(hex(written("server", "thing/1"))).isEqualTo("be"); // 62
    }

    @Test
    void valuesThatDoNotComeAgainStayOut() throws IOException {
        for (int i = 0; i < 20; i++) {
            assertThat(pattern(written("server", "thing/" + i))).isEqualTo(WITHOUT_INDEXING);
        }
    }

    @Test
    void theSameValueUnderAnotherNameHasNotBeenSeen() throws IOException {
        for (String name : List.of("server", "via", "vary", "link", "from", "referer", "refresh")) {
            assertThat(pattern(written(name, "the-value"))).as(name).isEqualTo(WITHOUT_INDEXING);
        }
    }

    @Test
    void aNameThatNoTableKnowsEntersItWhenItIsSeenAgainAndIsNamedByItsIndexThen() throws IOException {
        assertThat(pattern(written("x-name", "one"))).isEqualTo(WITHOUT_INDEXING);
        assertThat(pattern(written("x-name", "two"))).isEqualTo(WITH_INDEXING);
        assertThat(hex(written("x-name", "three"))).startsWith("0f2f"); // without indexing, name of index 62 = 15 + 47
        assertThat(pattern(written("x-name", "three"))).isEqualTo(WITH_INDEXING);
        assertThat(hex(written("x-name", "three"))).isEqualTo("be");
        assertThat(hex(written("x-name", "two"))).as("the older one").isEqualTo("bf");
    }

    @Test
    void theLastNameOfTheStaticTableMayLendItsName() throws IOException {
        written("www-authenticate", "Basic");
        written("www-authenticate", "Basic");
        assertThat(hex(written("www-authenticate", "Basic"))).isEqualTo("be");
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-length", "age", "etag", "expires", "last-modified", "location", "range", "retry-after",
            "content-range",
        "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", ":path"})
    void whatDiffersInEveryMessageIsNeverAdded(String name) throws IOException {
        for (int i = 0; i < 4; i++) {
            assertThat(pattern(written(name, "the-same"))).isEqualTo(WITHOUT_INDEXING);
        }
    }

    @Test
    void aFieldOfHalfTheTableIsAddedAndALargerOneIsNot() throws IOException {
        String half = "v".repeat(2048 - 32 - "server".length());
        written("server", half);
        assertThat(pattern(written("server", half))).isEqualTo(WITH_INDEXING);
        written("server", half + "v");
        assertThat(pattern(written("server", half + "v"))).isEqualTo(WITHOUT_INDEXING);
    }

    @Test
    void capitalsOfANameBecomeSmallAndNothingElseChanges() throws IOException {
        written("Server", "x");
        assertThat(fields("AZ@[`{-Name", "Value")).containsExactly("az@[`{-name: Value"); // RFC 9113 §8.2.1
        assertThat(fields("X-" + "N".repeat(100), "v")).containsExactly("x-" + "n".repeat(100) + ": v");
    }

    @Test
    void aSensitiveFieldTakesItsNameFromTheTable() {
        Bytes out = begun();
        byte[] name = bytes("..Accept");
        byte[] value = bytes("...secret");
        encoder.sensitive(name, 2, name.length - 2, value, 3, value.length - 3, out);
        assertThat(out.array()[0] & 0xff).isEqualTo(NEVER_INDEXED | 0x0f);
        assertThat(out.array()[1]).as("accept is 19 = 15 + 4").isEqualTo((byte) 4);
    }

    @Test
    void aSensitiveFieldIsNotTakenForTheOneBeforeIt() throws IOException {
        Bytes out = begun();
        append(out, "server", "x");
        encoder.sensitive(bytes("x-key"), 0, 5, bytes("secret"), 0, 6, out);
        assertThat(Story.decode(decoder, out.toArray())).containsExactly("server: x", "x-key: secret");
    }

    @Test
    void aFullTableOfSmallFieldsIsFoundAgainFieldByField() throws IOException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 120; i++) { // 34 octets each: 120 of them fill 4096
            names.add("" + (char) ('a' + i / 12) + (char) ('a' + i % 12));
        }
        for (String name : names) {
            written(name, "");
            written(name, "");
        }
        for (String name : names) {
            Bytes out = begun();
            append(out, name, "");
            assertThat(out.array()[0] & INDEXED).as(name).isEqualTo(INDEXED);
            assertThat(Story.decode(decoder, out.toArray())).containsExactly(name + ": ");
        }
    }

    @Test
    void aFieldWhoseNameIsUnknownIsAddedThoughBothAreRememberedInOnePlace() throws IOException {
        for (int i = 0; i < 300; i++) { // each place of the policy's memory many times
            HpackEncoder fresh = new HpackEncoder();
            Bytes out = new Bytes();
            for (int round = 0; round < 3; round++) {
                out.clear();
                fresh.field(bytes("x-" + i), 0, 2 + String.valueOf(i).length(), bytes("value"), 0, 5, out);
            }
            assertThat(hex(out)).as("x-" + i).isEqualTo("be");
        }
    }

    @Test
    void namesWhoseHashesAreTheSameAreNotTakenForEachOther() throws IOException {
        String[] alike = twoOfOneHash();
        for (int i = 0; i < 4; i++) {
            assertThat(fields(alike[0], "v" + i)).containsExactly(alike[0] + ": v" + i);
            assertThat(fields(alike[1], "v" + i)).containsExactly(alike[1] + ": v" + i);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(fields(alike[0], "same")).containsExactly(alike[0] + ": same");
            assertThat(fields(alike[1], "same")).containsExactly(alike[1] + ": same");
        }
    }

    /// Two names with one 32-bit hash: among some hundred thousand there are always some.
    private static String[] twoOfOneHash() {
        Map<Integer, String> seen = new HashMap<>();
        for (int i = 0; ; i++) {
            String name = "x-" + i;
            byte[] octets = bytes(name);
            String other = seen.put(Hash.of(octets, 0, octets.length), name);
            if (other != null) {
                return new String[] {other, name};
            }
        }
    }

    private Bytes begun() {
        Bytes out = new Bytes();
        encoder.beginBlock(out);
        return out;
    }

    /// A block of one field, which the decoder has read back.
    private Bytes written(String name, String value) throws IOException {
        Bytes out = begun();
        append(out, name, value);
        assertThat(Story.decode(decoder, out.toArray())).containsExactly(name.toLowerCase(java.util.Locale.ROOT) + ": " + value);
        return out;
    }

    private List<String> fields(String name, String value) throws IOException {
        Bytes out = begun();
        append(out, name, value);
        return Story.decode(decoder, out.toArray());
    }

    private void append(Bytes out, String name, String value) {
        byte[] n = bytes("<<" + name + ">");
        byte[] v = bytes("<" + value + ">>");
        encoder.field(n, 2, n.length - 3, v, 1, v.length - 3, out);
    }

    private static int pattern(Bytes out) {
        int first = out.array()[0] & 0xff;
        return first >= INDEXED ? INDEXED : first >= WITH_INDEXING ? WITH_INDEXING : first & 0xf0;
    }

    private static String hex(Bytes out) {
        return HexFormat.of().formatHex(out.toArray());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
