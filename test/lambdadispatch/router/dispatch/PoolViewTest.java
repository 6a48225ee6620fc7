// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import lambdadispatch.invoke.InvokeResult;
import org.junit.jupiter.api.Test;

/// What operators are told of instances.
class PoolViewTest {
    private final PoolBed bed = new PoolBed(PoolBed.instances(PoolBed.settings(2, 2), 3, 20));

    private InstanceView view(Instance instance) {
        return bed.pool.view().instances().stream().filter(each -> each.name().equals(instance.publicName())).findFirst().orElseThrow();
    }

    private void open() {
        bed.pass(10);
        bed.invoked.forEach(instance -> bed.connect(instance, 2));
    }

    @Test
    void instanceThatRefusedFeelsSoForAMoment() {
        open();
        Instance first = bed.invoked.getFirst();
        assertThat(view(first).feels()).isEqualTo("well");
        bed.pool.refused(first);
        assertThat(view(first).feels()).isEqualTo("refusing");
        bed.passPinging(2, bed.invoked.toArray(Instance[]::new));
        assertThat(view(first).feels()).isEqualTo("well");
        assertThat(view(first).answerMillis()).as("nothing answered yet").isZero();
    }

    @Test
    void whatIsToBeReplacedIsMarked() {
        open();
        Instance first = bed.invoked.getFirst();
        assertThat(view(first).replaced()).isFalse();
        bed.pool.roll();
        assertThat(view(first).replaced()).isTrue();
    }

    @Test
    void invokesThatEndedAreRememberedWithHow() {
        open();
        bed.pool.drainInstance(bed.invoked.get(0).publicName());
        bed.ends(bed.invoked.get(0), PoolBed.RETURNED, "RouterGoAway");
        bed.ends(bed.invoked.get(1), new InvokeResult.FunctionError("Unhandled", new byte[0]), "");
        assertThat(bed.pool.view().endings()).containsExactly(new Ending(bed.invoked.get(0).publicName(), "RouterGoAway", true),
                new Ending(bed.invoked.get(1).publicName(), "function error", false));
        for (int i = 0; i < 2 * Endings.MOST; i++) {
            bed.pass(60);
            bed.ends(bed.invoked.getLast(), PoolBed.RETURNED, "RouterGoAway");
        }
        assertThat(bed.pool.view().endings()).hasSizeLessThanOrEqualTo(Endings.MOST);
    }
}
