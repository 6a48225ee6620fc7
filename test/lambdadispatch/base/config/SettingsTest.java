// SPDX-License-Identifier: MIT
package lambdadispatch.base.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private enum Algorithm {
        SIMPLE,
        CURRENT_THREAD
    }

    private static Settings settings(String value) {
        return new Settings(Map.of("X", value));
    }

    @Test
    void fallbacksAreTakenWhereNothingIsSet() {
        for (Settings settings : new Settings[] {new Settings(Map.of()), settings(""), settings("  ")}) {
            assertThat(settings.text("X", null, "")).isNull();
            assertThat(settings.text("X", "t", "")).isEqualTo("t");
            assertThat(settings.integer("X", 7, 1, 9, "")).isEqualTo(7);
            assertThat(settings.bytes("X", -1, -1, 9, "")).isEqualTo(-1);
            assertThat(settings.flag("X", true, "")).isTrue();
            assertThat(settings.millis("X", Duration.ofSeconds(3), Duration.ZERO, Duration.ofHours(1), ""))
                    .isEqualTo(Duration.ofSeconds(3));
            assertThat(settings.choice("X", Algorithm.SIMPLE, Algorithm.class, "")).isEqualTo(Algorithm.SIMPLE);
            assertThat(settings.list("X", "")).isEmpty();
            assertThat(settings.faults()).isEmpty();
        }
    }

    @Test
    void valuesAreReadWithBlanksAround() {
        assertThat(settings(" a b ").text("X", null, "")).isEqualTo("a b");
        assertThat(settings(" 5 ").integer("X", 7, 1, 9, "")).isEqualTo(5);
        assertThat(settings(" a, ,b ,").list("X", "")).containsExactly("a", "b");
        assertThat(settings("Current_Thread").choice("X", null, Algorithm.class, "")).isEqualTo(Algorithm.CURRENT_THREAD);
    }

    @ParameterizedTest
    @CsvSource({"true,true", "TRUE,true", "1,true", "Yes,true", "false,false", "0,false", "no,false", "No,false"})
    void flags(String text, boolean value) {
        assertThat(settings(text).flag("X", !value, "")).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"0,0", "65536,65536", "64KiB,65536", "64 kib,65536", "1MiB,1048576", "2GiB,2147483648", "10b,10", "-1,-1"})
    void sizes(String text, long value) {
        Settings settings = settings(text);
        assertThat(settings.bytes("X", 5, -1, Long.MAX_VALUE, "")).isEqualTo(value);
        assertThat(settings.faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-2", "1kb", "1.5MiB", "-1KiB", "9999999999999GiB", "KiB", "lots", "2048"})
    void sizesThatAreRefused(String text) {
        Settings settings = settings(text);
        assertThat(settings.bytes("X", 5, 0, 1024, "")).isEqualTo(5);
        assertThat(settings.faults()).containsExactly("X=" + text + ": must be a number of bytes as 65536, 64KiB or 1MiB, 0 to 1KiB");
    }

    @ParameterizedTest
    @CsvSource({"250 ms,PT0.25S", "250ms,PT0.25S", "30s,PT30S", "5m,PT5M", "1h,PT1H", "5 M,PT5M", "0,PT0S", "2 min,PT2M", "9.8 s,PT9.8S",
            "0.5min,PT30S", "00:02:00,PT2M", "0:0:1,PT1S",
        "00:00:05.25,PT5.25S", "01:00:00.0000000,PT1H"})
    void durations(String text, Duration value) {
        Settings settings = settings(text);
        assertThat(settings.millis("X", Duration.ofDays(1), Duration.ZERO, Duration.ofHours(1), "")).isEqualTo(value);
        assertThat(settings.faults()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2h", "-1", "-1s", "1d", "s", "1.0005s", "5", "250", "1e3s", ".5s", "5.s", "02:00", "1:60:00", "00:00:60",
            "1.00:00:00", "00:00:01.00001", "99999999999999999999", "9223372036854775807s", "soon"})
    void durationsThatAreRefused(String text) {
        Settings settings = settings(text);
        assertThat(settings.millis("X", Duration.ofMinutes(1), Duration.ZERO, Duration.ofHours(1), "")).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.faults()).singleElement().asString().startsWith("X=" + text + ": must be a duration").endsWith("0ms to 1h");
    }

    @Test
    void plainNumberIsMillisecondsWhereTheNameSaysSo() {
        Settings settings = new Settings(Map.of("GRACE_MS", "5000", "Grace", "5000"));
        assertThat(settings.millis("GRACE_MS", Duration.ZERO, Duration.ZERO, Duration.ofHours(1), "")).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.faults()).isEmpty();
        settings.millis("Grace", Duration.ZERO, Duration.ZERO, Duration.ofHours(1), "");
        assertThat(settings.faults()).singleElement().asString().startsWith("Grace=5000: must be a duration with its unit, as 250 ms");
    }

    @Test
    void everyFaultIsCollectedOnALineOfItsOwn() {
        Settings settings = new Settings(Map.of("A", "x", "B", "70000", "C", "maybe", "D", "fast"));
        assertThat(settings.integer("A", 1, 1, Integer.MAX_VALUE, "")).isEqualTo(1);
        assertThat(settings.integer("B", 2, 1, 65535, "")).isEqualTo(2);
        assertThat(settings.flag("C", false, "")).isFalse();
        assertThat(settings.choice("D", Algorithm.SIMPLE, Algorithm.class, "")).isEqualTo(Algorithm.SIMPLE);
        settings.fault("E", "1", "less than F");
        assertThat(settings.faults()).containsExactly(
                "A=x: must be a whole number, 1 or more",
                "B=70000: must be a whole number, 1 to 65535",
                "C=maybe: must be true or false",
                "D=fast: must be one of simple, current_thread",
                "E=1: must be less than F");
    }

    @Test
    void aFaultCanNotForgeALine() {
        Settings settings = settings("1\nB=2: all is well\u001b[0m" + "x".repeat(500));
        settings.integer("X", 1, 1, 9, "");
        assertThat(settings.faults()).singleElement().asString().startsWith("X=1?B=2: all is well?[0mx").hasSizeLessThan(200);
    }

    @Test
    void unknownVariablesAreWarnedAboutWithTheNearestName() {
        Settings settings =
                new Settings(Map.of("LAMBDA_DISPATCH_ChanelCount", "1", "LAMBDA_DISPATCH_CHANNELCOUNT", "1", "LAMBDA_DISPATCH_Bananas", "1",
                "LAMBDA_DISPATCH_RUNTIME", "1",
                "LAMBDA_DISPATCH_ChannelCount", "1", "LAMBDA_DISPATCH_PORT", "1", "PATH", "/bin"));
        settings.integer("LAMBDA_DISPATCH_ChannelCount", 20, 1, 100, "");
        settings.text("LAMBDA_DISPATCH_FunctionName", null, ""); // as near as half of RUNTIME would make it
        settings.tolerate("LAMBDA_DISPATCH_PORT");
        assertThat(settings.warnings()).containsExactly(
                "LAMBDA_DISPATCH_Bananas is not a known variable",
                "LAMBDA_DISPATCH_CHANNELCOUNT is not a known variable; did you mean LAMBDA_DISPATCH_ChannelCount?",
                "LAMBDA_DISPATCH_ChanelCount is not a known variable; did you mean LAMBDA_DISPATCH_ChannelCount?",
                "LAMBDA_DISPATCH_RUNTIME is not a known variable");
    }

    @Test
    void editDistance() {
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestName.distance("same", "same")).isZero();
    }

    @Test
    void theTableIsAlignedAndInTheOrderOfReading() {
        Settings settings = new Settings(Map.of());
        settings.text("B_LONG_NAME", null, "What b is.");
        settings.bytes("A", 64 << 10, -1, 1 << 20, "Size of a.");
        settings.millis("C", Duration.ofSeconds(90), Duration.ofMillis(1), Duration.ofMinutes(15), "Time for c.");
        settings.choice("D", Algorithm.SIMPLE, Algorithm.class, "Kind of d.");
        settings.tolerate("HIDDEN");
        assertThat(settings.table().lines()).containsExactly(
                "Variable     Default  Description",
                "B_LONG_NAME  -        What b is.",
                "A            64KiB    Size of a. [0 to 1MiB, -1 for unlimited]",
                "C            90s      Time for c. [1ms to 15m]",
                "D            simple   Kind of d. [simple, current_thread]");
    }

    @ParameterizedTest
    @CsvSource({"/,true,true", "/a/b,true,true", "/a?b=c,true,true", "/a?b=c,false,false", "a,true,false", "/a b,true,false",
            "/a#b,true,false", "/a\u007f,true,false",
        "/~,true,true", "/\u00e9,true,false", "/!,true,true"})
    void paths(String text, boolean query, boolean taken) {
        Settings settings = settings(text);
        assertThat(settings.path("X", "/fallback", query, "")).isEqualTo(taken ? text : "/fallback");
        assertThat(settings.faults()).hasSize(taken ? 0 : 1)
                .allMatch(fault -> fault.endsWith("without blanks" + (query ? "" : " and query")));
    }

    @ParameterizedTest
    @CsvSource({"a.example,true", "127.0.0.1,true", "::1,true", "[::1],true", "a:80,false", "http://a,false", "u@a,false", "a/b,false",
            "a?b,false", "a#b,false", "a b,false"})
    void hosts(String text, boolean taken) {
        Settings settings = settings(text);
        assertThat(settings.host("X", "")).isEqualTo(taken ? text : null);
        assertThat(settings.faults()).hasSize(taken ? 0 : 1);
        assertThat(Settings.isHost(text)).isEqualTo(taken);
    }

    @Test
    void filesHaveToBeThereAndNoFolders(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "x");
        assertThat(settings(file.toString()).file("X", "")).isEqualTo(file.toString());
        for (Path other : List.of(folder, folder.resolve("b"))) {
            Settings settings = settings(other.toString());
            assertThat(settings.file("X", "")).isNull();
            assertThat(settings.faults()).hasSize(1);
        }
    }

    @Test
    void whatIsRequiredHasToBeThereAndOfItsForm() {
        Predicate<String> word = text -> text.equals("word");
        Settings good = settings("word");
        assertThat(good.required("X", word, "word", "One.")).isEqualTo("word");
        assertThat(good.faults()).isEmpty();
        assertThat(good.table()).contains("One. (required)");
        Settings missing = settings("");
        assertThat(missing.required("X", word, "word", "")).isNull();
        assertThat(missing.faults()).containsExactly("X=: must be word");
        Settings bad = settings("words");
        assertThat(bad.required("X", word, "word", "")).isNull();
        assertThat(bad.faults()).containsExactly("X=words: must be word");
    }

    @Test
    void topicsAreThoseThatThereAre() {
        for (String good : List.of("a", "a, b", ",a,")) {
            Settings settings = settings(good);
            settings.topics("X", List.of("b", "a"));
            assertThat(settings.faults()).isEmpty();
        }
        Settings settings = settings("a,c");
        settings.topics("X", List.of("b", "a"));
        assertThat(settings.faults()).containsExactly("X=a,c: must be topics between commas, of a, b");
        assertThat(settings.table()).contains("topics for debug lines");
    }

    @Test
    void flagsAndListsStandInTheTableAndASecretIsReturned() {
        Settings settings = settings("hush");
        assertThat(settings.secret("X", "A secret.")).isEqualTo("hush");
        settings.flag("F", true, "A flag.");
        settings.list("L", "A list.");
        assertThat(settings.table().lines().map(line -> line.replaceAll(" +", " "))).containsExactly("Variable Default Description",
                "X - A secret.", "F true A flag.", "L - A list.");
    }

    @Test
    void sizesAreWrittenInTheLargestUnitThatFits() {
        assertThat(LongStream.of(-1, 0, 1, 1023, 1024, 1025, 1536, 1 << 20, 3L << 30).mapToObj(Units::writeBytes))
                .containsExactly("-1", "0", "1", "1023", "1KiB", "1025", "1536", "1MiB", "3GiB");
    }

    @Test
    void aNameIsNearIfNoMoreThanAThirdOfItOrTwoLettersDiffer() {
        assertThat(NearestName.find("abc", List.of("axy"))).contains("axy");
        assertThat(NearestName.find("abc", List.of("xyz"))).isEmpty();
        assertThat(NearestName.find("abcdefxyz", List.of("abcdefghi"))).as("three of nine").contains("abcdefghi");
        assertThat(NearestName.find("abcdewxyz", List.of("abcdefghi"))).as("four of nine").isEmpty();
        assertThat(NearestName.find("ab", List.of("ac", "ad"))).as("the first of two as near").contains("ac");
        assertThat(NearestName.find("ab", List.of())).isEmpty();
    }

    @Test
    void aValueIsShownUpToItsLongest() {
        for (int length : new int[] {120, 121}) {
            Settings settings = settings("x".repeat(length));
            settings.integer("X", 1, 1, 9, "");
            assertThat(settings.faults()).singleElement().asString()
                    .startsWith("X=" + "x".repeat(120) + (length == 120 ? ": must" : "...: must"));
        }
    }
}
