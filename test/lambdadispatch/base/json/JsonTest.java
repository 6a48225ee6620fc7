// SPDX-License-Identifier: MIT
package lambdadispatch.base.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "[]", "[1]", "[[],[]]", "{\"a\":{\"b\":[null,true,false,\"x\"]}}", "\"\"", "0", "-0", "-0.0", "1e5", "1E+5", "12.50e-07",
        "123456789012345678901234567890", "\"\u00e9\u20ac\ud83d\ude00\"", "\"\u007f\u2028\"", "null", "true", "false", "{\"\":0}",
    })
    void whatIsWrittenCompactlyIsReadBackUnchanged(String text) throws JsonException {
        assertThat(Json.parse(text).write()).isEqualTo(text);
        assertThat(Json.parse(text.getBytes(StandardCharsets.UTF_8)).write()).isEqualTo(text);
    }

    @Test
    void whitespaceIsTakenBetweenTokensOnly() throws JsonException {
        assertThat(Json.parse(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n").write()).isEqualTo("{\"a\":[1,2],\"b\":{}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}",
            "nul", "True", "NaN", "Infinity", "undefined", "01", "-", "-01", "+1", ".5", "5.", "1e", "1e+", "1.e1", "0x10", "1_000", "--1",
            "\u0661",
        "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u\uff11\uff11\uff11\uff11\"", "\"a\nb\"", "\"\t\"", "\"\u0000\"",
        "1 1", "{} {}", "null,", "\u00a01", "\f1", "\ufeff{}", "/**/1", "[1]//", "\"a\" \"b\"", "[\"a\":1]", "{\"a\":1]", "[1}",
    })
    void whatIsNotInTheGrammarIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonException.class);
    }

    static Stream<byte[]> notUtf8() {
        return Stream.of(new int[][] {
                {'"', 0x80, '"'}, {'"', 0xc3, '"'}, {'"', 0xc0, 0x80, '"'}, {'"', 0xed, 0xa0, 0x80, '"'},
                {'"', 0xf5, 0x80, 0x80, 0x80, '"'}, {'"', 0xe2, 0x82},
            {0xff, 0xfe, '1', 0}, {'"', 0xf8, 0x88, 0x80, 0x80, 0x80, '"'},
        }).map(octets -> {
            byte[] bytes = new byte[octets.length];
            for (int i = 0; i < octets.length; i++) {
                bytes[i] = (byte) octets[i];
            }
            return bytes;
        });
    }

    @ParameterizedTest
    @MethodSource("notUtf8")
    void bytesThatAreNotUtf8AreRefused(byte[] bytes) {
        assertThatThrownBy(() -> Json.parse(bytes)).isInstanceOf(JsonException.class);
    }

    @Test
    void escapesAreUnderstoodAndOnlyTheNeededOnesWritten() throws JsonException {
        Json.JsonString string = (Json.JsonString) Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00\"");
        assertThat(string.value()).isEqualTo("\"\\/\b\f\n\r\tA\u00e9\ud83d\ude00");
        assertThat(string.write()).isEqualTo("\"\\\"\\\\/\\u0008\\u000c\\n\\r\\tA\u00e9\ud83d\ude00\"");
    }

    @Test
    void aLoneSurrogateSurvivesAsAnEscape() throws JsonException {
        for (String text : List.of("\"\\ud800\"", "\"\\udc00x\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"")) {
            assertThat(Json.parse(text).write()).isEqualTo(text);
        }
    }

    @Test
    void depthIsBounded() throws JsonException {
        assertThat(Json.parse("[".repeat(64) + "]".repeat(64))).isNotNull();
        assertThatThrownBy(() -> Json.parse("[".repeat(65) + "]".repeat(65))).hasMessageContaining("nested deeper than 64");
        assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(1_000_000))).hasMessageContaining("nested deeper than 64");
        assertThat(Json.parse("[" + "[],".repeat(1000) + "[]]")).isNotNull();
    }

    @Test
    void theLastOfRepeatedNamesWins() throws JsonException {
        assertThat(Json.parse("{\"a\":1,\"b\":2,\"a\":3}").write()).isEqualTo("{\"a\":3,\"b\":2}");
    }

    @Test
    void theFaultSaysWhereItIs() {
        assertThatThrownBy(() -> Json.parse("{\"a\": tru}")).hasMessage("unknown literal at offset 6")
                .isInstanceOfSatisfying(JsonException.class, fault -> assertThat(fault.offset()).isEqualTo(6));
    }

    @Test
    void membersAreReadByTypeAndAbsentOtherwise() throws JsonException {
        Json.JsonObject object = Json
                .parseObject("{\"s\":\"x\",\"n\":7,\"f\":true,\"z\":null,\"o\":{\"k\":1},\"l\":[1,2]}".getBytes(StandardCharsets.UTF_8));
        assertThat(object.text("s")).contains("x");
        assertThat(object.number("n")).hasValue(7);
        assertThat(object.flag("f")).contains(true);
        assertThat(object.get("z")).contains(Json.JsonNull.NULL);
        assertThat(object.object("o").orElseThrow().number("k")).hasValue(1);
        assertThat(object.items("l")).hasSize(2);
        for (String other : List.of("z", "missing")) {
            assertThat(object.text(other)).isEmpty();
            assertThat(object.number(other)).isEmpty();
            assertThat(object.flag(other)).isEmpty();
            assertThat(object.object(other)).isEmpty();
            assertThat(object.items(other)).isEmpty();
        }
        assertThatThrownBy(() -> Json.parseObject("[]".getBytes(StandardCharsets.UTF_8))).isInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "9223372036854775808", "1e999999999", "1e99999999999999", "1e-999999999"})
    void aNumberThatNoLongHoldsExactlyIsAbsent(String text) throws JsonException {
        assertThat(((Json.JsonNumber) Json.parse(text)).toLong()).isEmpty();
    }

    @Test
    void wholeNumbersInAnyFormAreLongs() throws JsonException {
        Json.JsonObject object =
                (Json.JsonObject) Json.parse("{\"a\":5.0,\"b\":1e3,\"c\":-9223372036854775808,\"d\":-0,\"e\":0e999999999}");
        assertThat(object.number("a")).hasValue(5);
        assertThat(object.number("b")).hasValue(1000);
        assertThat(object.number("c")).hasValue(Long.MIN_VALUE);
        assertThat(object.number("d")).hasValue(0);
        assertThat(object.number("e")).hasValue(0);
    }

    @Test
    void objectsAreBuiltFromJavaValues() {
        Json.JsonObject object = Json.object("s", "x", "i", 1, "l", 2L, "d", 0.5, "b", true, "n", null, "list", Arrays.asList("a", 1, null),
                "o", Json.object("k", new BigDecimal("1E+3")), "a", Json.array(1, 2));
        assertThat(object.write()).isEqualTo(
                "{\"s\":\"x\",\"i\":1,\"l\":2,\"d\":0.5,\"b\":true,\"n\":null,\"list\":[\"a\",1,null],\"o\":{\"k\":1E+3},\"a\":[1,2]}");
    }

    @Test
    void whatHasNoJsonValueIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.object("a"));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(Double.POSITIVE_INFINITY));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(new Object()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Json.JsonNumber("1, \"admin\": true"));
    }

    @Test
    void randomChangesEitherParseOrRaiseJsonException() throws JsonException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] seedText = "{\"a\":[1,-2.5e3,\"x\\u00e9\\n\u20ac\"],\"b\":{\"c\":null,\"d\":true}}".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] text = seedText.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                text[random.nextInt(text.length)] =
                        (byte) (random.nextBoolean() ? "{}[]\",:\\0e-.t".charAt(random.nextInt(13)) : random.nextInt(256));
            }
            try {
                Json parsed = Json.parse(text);
                assertThat(Json.parse(parsed.write())).as("seed %d", seed).isEqualTo(parsed);
            } catch (JsonException refused) {
                assertThat(refused.offset()).as("seed %d", seed).isBetween(0, text.length);
            }
        }
    }

    @Test
    void numbersAreDoublesAndTheirLongestFormIsRead() throws JsonException {
        assertThat(((Json.JsonNumber) Json.parse("-2.5e3")).toDouble()).isEqualTo(-2500);
        String sixtyFour = "1." + "0".repeat(62);
        assertThat(((Json.JsonNumber) Json.parse(sixtyFour)).toLong()).hasValue(1);
        assertThat(((Json.JsonNumber) Json.parse(sixtyFour + "0")).toLong()).isEmpty();
    }

    @Test
    void valuesShowAsTheirText() {
        assertThat(Json.object("a", Json.array(1, "b"))).hasToString("{\"a\":[1,\"b\"]}");
        assertThat(Json.array(1, "b")).hasToString("[1,\"b\"]");
    }

    @Test
    void aFaultOfAnEscapeIsWhereItStands() {
        assertThatThrownBy(() -> Json.parse("\"\\x\"")).hasMessage("unknown escape at offset 2");
        assertThatThrownBy(() -> Json.parse("\"\\u00\u0080\u0080\"")).hasMessage("not a hexadecimal digit at offset 5");
        assertThatThrownBy(() -> Json.parse("\"\u001f\"")).hasMessage("control character in a string at offset 1");
    }

    @Test
    void depthIsThatOfWhatIsOpenAndNotOfWhatWas() throws JsonException {
        assertThat(Json.parse("[" + "{},".repeat(100) + "{\"a\":{}}]")).isNotNull();
    }
}
