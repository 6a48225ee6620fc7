// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanarySettingTest {
    @ParameterizedTest
    @CsvSource({"f, f:next", "f:live, f:next",
            "arn:aws:lambda:us-east-1:123456789012:function:f:live, arn:aws:lambda:us-east-1:123456789012:function:f:next"})
    void aliasTakesThePlaceOfTheFunctionsOwn(String function, String expected) {
        assertThat(new Canary(function).set("next", 1).function()).isEqualTo(expected);
    }

    @Test
    void aliasThatAllOthersGetIsNoCanary() {
        Canary canary = new Canary("f:live");
        assertThatThrownBy(() -> canary.set("live", 5)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("f:live");
        assertThat(canary.setting().alias()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:b", "$LATEST", "a/b", "a%20b"})
    void aliasMustBeOne(String alias) {
        assertThatThrownBy(() -> new Canary("f").set(alias, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "5, 500", "0.25, 25", "99.9, 9990", "100, 10000", "100.00, 10000", "07, 700"})
    void percentHasTwoDecimals(String text, int hundredths) {
        assertThat(CanaryPercent.hundredths(text)).isEqualTo(hundredths);
        assertThat(CanaryPercent.isPart("next:" + text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "101", "100.01", "1e1", "5%", "0.001", ".5", "NaN", "+5", " 5"})
    void otherPercentagesAreNone(String text) {
        assertThatThrownBy(() -> CanaryPercent.hundredths(text)).isInstanceOf(IllegalArgumentException.class);
        assertThat(CanaryPercent.isPart("next:" + text)).isFalse();
    }
}
