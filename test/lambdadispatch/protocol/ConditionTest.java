// SPDX-License-Identifier: MIT
package lambdadispatch.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The line in which an environment says how it feels.
class ConditionTest {
    @Test
    void aLineIsReadAsItWasWrittenAndNonsenseIsNot() {
        Condition condition =
                Condition.of(1000).cpu(812).throttled(3).memory(430).delay(2).app(5120).requests(64).held(9).probe(7).condition();
        assertThat(condition).hasToString("cpu=812 of=1000 throttled=3 memory=430 delay=2 app=5120 requests=64 held=9 probe=7");
        assertThat(Condition.parse(condition.toString())).contains(condition);
        for (String nonsense : new String[] {null, "", "cpu", "cpu=", "=1", "cpu=-1 of=1", "cpu=1", "of=0", "of=1 x=" + "9".repeat(13),
                "of=1 " + "a=1 ".repeat(60)}) {
            assertThat(Condition.parse(nonsense)).as("" + nonsense).isEmpty();
        }
        assertThat(Condition.parse("of=1000 news=1")).as("of a later version").isPresent();
    }
}
