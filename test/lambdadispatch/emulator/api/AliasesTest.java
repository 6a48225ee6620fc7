// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AliasesTest {
    private final Random random = new Random(1);

    @Test
    void aliasStandsForItsVersionAndOthersDoNotExist() {
        Aliases aliases = Aliases.parse("live=3, next=$LATEST");
        assertThat(aliases.resolve("live", random)).isEqualTo("3");
        assertThat(aliases.resolve("next", random)).isEqualTo("$LATEST");
        assertThat(aliases.resolve("nobody", random)).isNull();
        assertThat(aliases.resolve("12", random)).isEqualTo("12");
        assertThat(aliases.resolve(null, random)).isEqualTo("$LATEST");
    }

    @Test
    void withoutAnyEachStandsForTheLatest() {
        assertThat(Aliases.parse("").resolve("anything", random)).isEqualTo("$LATEST");
    }

    @Test
    void versionsAreGivenOutByWeight() {
        Aliases aliases = Aliases.parse("live=3:90+4:10");
        assertThat(IntStream.range(0, 1000).filter(i -> aliases.resolve("live", random).equals("4")).count()).isBetween(50L, 150L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "live=", "=3", "live=v3", "3=4", "live=3:1000", "live=3+", "a b=3", "?"})
    void otherTextIsNone(String text) {
        assertThatThrownBy(() -> Aliases.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
