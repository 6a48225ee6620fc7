// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The character classes octet by octet, and what an authority is.
class GrammarTest {
    private static final String ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    @FunctionalInterface
    private interface Rule {
        boolean allows(byte[] octets, int from, int to);
    }

    /// The octets that a rule allows at the end of others, all 256 tried.
    private static String allowed(Rule rule) {
        return IntStream.range(0, 256).filter(c -> rule.allows(new byte[] {0, 'a', (byte) c, 0}, 1, 3))
                .mapToObj(c -> String.valueOf((char) c)).collect(Collectors.joining());
    }

    private static String all(IntPredicate wanted) {
        return IntStream.range(0, 256).filter(wanted).mapToObj(c -> String.valueOf((char) c)).collect(Collectors.joining());
    }

    private static String sorted(String characters) {
        return all(c -> characters.indexOf(c) >= 0);
    }

    @Test
    void tokenHoldsTheCharactersOfTheRfcAndNoOthers() {
        assertThat(allowed(Grammar::isToken)).isEqualTo(sorted(ALPHANUMERIC + "!#$%&'*+-.^_`|~"));
        assertThat(Grammar.isToken("")).isFalse();
        assertThat(Grammar.isToken("a b")).isFalse();
        assertThat(Grammar.isToken("\u0161")).as("outside ISO 8859-1").isFalse();
        assertThat(Grammar.isToken("GET")).isTrue();
        assertThat(Grammar.isToken(new byte[] {'a', 'b', ' '}, 1, 1)).isFalse();
    }

    @Test
    void fieldValueHoldsVisibleOctetsBlanksAndThoseAboveAscii() {
        assertThat(allowed(Grammar::isFieldValue)).isEqualTo(all(c -> c == '\t' || c >= ' ' && c != 0x7f));
        assertThat(Grammar.isFieldValue(new byte[1], 0, 0)).as("an empty one").isTrue();
        assertThat(Grammar.isFieldValue(new byte[] {'\r', 'a'}, 0, 2)).isFalse();
    }

    @Test
    void targetHoldsVisibleAsciiWithoutAFragment() {
        assertThat(allowed(Grammar::isTarget)).isEqualTo(all(c -> c > ' ' && c < 0x7f && c != '#'));
        assertThat(Grammar.isTarget("")).isFalse();
        assertThat(Grammar.isTarget("/a?b=|")).isTrue();
        assertThat(Grammar.isTarget(new byte[] {'a', 'b', ' '}, 1, 1)).isFalse();
    }

    @Test
    void hostHoldsTheCharactersOfARegisteredName() {
        // behind a colon there are digits: what is no part of a name is looked for in front of it
        String name = all(c -> Grammar.isAuthority(new byte[] {(byte) c, 'a', ':', '1'}, 0, 4));
        assertThat(name).isEqualTo(sorted(ALPHANUMERIC + "-._~!$&'()*+,;="));
        String port = all(c -> Grammar.isAuthority(new byte[] {'a', ':', '1', (byte) c}, 0, 4));
        assertThat(port).isEqualTo("0123456789");
        String literal = all(c -> Grammar.isAuthority(new byte[] {'[', (byte) c, ']'}, 0, 3));
        assertThat(literal).isEqualTo(sorted(ALPHANUMERIC + "-._~!$&'()*+,;=:%"));
        String hex = all(c -> Grammar.isAuthority(new byte[] {'%', '0', (byte) c}, 0, 3)
                && Grammar.isAuthority(new byte[] {'%', (byte) c, '0'}, 0, 3));
        assertThat(hex).isEqualTo(sorted("0123456789abcdefABCDEF"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a:", "a:8080", "10.0.0.1:1", "[::1]", "[::1]:443", "[fe80::1%25eth0]:1", "[v1.a]", "%41", "a%2f",
            "%C3%a9.example:1"})
    void authorityIsAHostWithOrWithoutAPort(String text) {
        assertThat(Grammar.isAuthority(text)).isTrue();
        byte[] amid = ("/" + text + "/").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Grammar.isAuthority(amid, 1, amid.length - 1)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {":", ":80", "a:b", "a:1b", "a:1:2", "a/", "a@b", "a b", "[", "[]", "[]:1", "[::1", "[::1]1", "[::1]a:1",
            "[::1/]", "::1", "%", "%4", "%4g", "%g4", "a%", "a%4", "\u0161"})
    void whatIsNoneIsRefused(String text) {
        assertThat(Grammar.isAuthority(text)).isFalse();
        byte[] amid = ("a" + text + "41").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Grammar.isAuthority(amid, 1, amid.length - 2)).isFalse();
    }

    @Test
    void blanksAreSpaceAndTabulator() {
        assertThat(all(c -> Grammar.isBlank((byte) c))).isEqualTo("\t ");
    }
}
