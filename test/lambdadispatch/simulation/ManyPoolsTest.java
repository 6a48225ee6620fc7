// SPDX-License-Identifier: MIT
package lambdadispatch.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import lambdadispatch.router.dispatch.ScalingAlgorithm;
import org.junit.jupiter.api.Test;

/// Small pools are served beside a big one.
class ManyPoolsTest {
    @Test
    void aBigPoolDoesNotStarveSmallOnesWhereTheyShare() {
        ManyPools run = new ManyPools(ManyPools.ACCOUNT, ScalingAlgorithm.SIMPLE, 1).run();
        assertThat(run.smallRefused()).isZero();
        assertThat(run.smallLongest()).as("seconds, where a cold start takes 6 at most").isLessThan(10);
        assertThat(run.big().refused).isLessThan(run.big().requests / 20);
        assertThat(run.throttled()).as("nobody starts what another has").isLessThan(20);
    }
}
