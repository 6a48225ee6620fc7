// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import lambdadispatch.emulator.api.InvokeFaults.Kind;
import org.junit.jupiter.api.Test;

class FaultsTest {
    @Test
    void aKindAloneAlwaysHappens() {
        assertThat(InvokeFaults.parse("denied").next(new Random(1))).isEqualTo(Kind.DENIED);
        assertThat(InvokeFaults.parse("").next(new Random(1))).isNull();
        assertThat(InvokeFaults.parse("throttle=0").next(new Random(1))).isNull();
    }

    @Test
    void probabilitiesHold() {
        InvokeFaults faults = InvokeFaults.parse("throttle=0.25, service=0.5");
        Random random = new Random(20261124);
        int[] seen = new int[Kind.values().length];
        for (int i = 0; i < 10_000; i++) {
            Kind kind = faults.next(random);
            if (kind != null) {
                seen[kind.ordinal()]++;
            }
        }
        assertThat(seen[Kind.THROTTLE.ordinal()]).isBetween(2_350, 2_650);
        assertThat(seen[Kind.SERVICE.ordinal()]).isBetween(3_600, 3_900); // half of the rest
    }

    @Test
    void nonsenseNamesWhatIsAllowed() {
        for (String text : new String[] {"throttle=1.5", "boredom", "throttle=", "throttle=NaN", "=1"}) {
            assertThatThrownBy(() -> InvokeFaults.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unreachable");
        }
    }

    @Test
    void textIsWhatParseTakes() {
        InvokeFaults faults = InvokeFaults.parse("function=0.5,drop");
        assertThat(InvokeFaults.parse(faults.toString())).isEqualTo(faults);
    }
}
