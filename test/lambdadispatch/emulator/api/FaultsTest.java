// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import lambdadispatch.emulator.api.Faults.Kind;
import org.junit.jupiter.api.Test;

class FaultsTest {
    @Test
    void aKindAloneAlwaysHappens() {
        assertThat(Faults.parse("denied").next(new Random(1))).isEqualTo(Kind.DENIED);
        assertThat(Faults.parse("").next(new Random(1))).isNull();
        assertThat(Faults.parse("throttle=0").next(new Random(1))).isNull();
    }

    @Test
    void probabilitiesHold() {
        Faults faults = Faults.parse("throttle=0.25, service=0.5");
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
            assertThatThrownBy(() -> Faults.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("unreachable");
        }
    }

    @Test
    void textIsWhatParseTakes() {
        Faults faults = Faults.parse("function=0.5,drop");
        assertThat(Faults.parse(faults.toString())).isEqualTo(faults);
    }
}
