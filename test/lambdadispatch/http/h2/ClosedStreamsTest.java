// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import lambdadispatch.http.h2.ClosedStreams.How;
import org.junit.jupiter.api.Test;

/// The memory of closed streams grows with them, and forgets none of the last 512.
class ClosedStreamsTest {
    private static final int REMEMBERED = 512;

    private static How how(int streamId) {
        return streamId % 4 == 1 ? How.ENDED : How.RESET_BY_US;
    }

    @Test
    void theLast512AreRememberedHoweverManyThereWere() {
        for (int count : new int[] {1, 15, 16, 17, 100, 512, 513, 2000}) {
            ClosedStreams closed = new ClosedStreams();
            for (int i = 0; i < count; i++) {
                closed.add(2 * i + 1, how(2 * i + 1), 1000 + i);
            }
            for (int i = 0; i < count; i++) {
                int id = 2 * i + 1;
                assertThat(closed.how(id)).as("%d of %d", i, count).isEqualTo(i < count - REMEMBERED ? How.UNKNOWN : how(id));
            }
            assertThat(closed.dataDue(2 * count - 1, 1000 + count, false)).isFalse();
            assertThat(closed.dataDue(2 * count - 1, 1000 + count - 1, false)).as("what was due came along").isTrue();
        }
    }

    @Test
    void streamsThatEndFarApartDoNotPushEachOtherOut() {
        ClosedStreams closed = new ClosedStreams();
        closed.add(1, How.ENDED, 0);
        closed.add(1 + 2 * 256, How.RESET_BY_US, 7);
        closed.add(1, How.RESET_BY_PEER, 0);
        assertThat(closed.how(1)).isEqualTo(How.RESET_BY_PEER);
        assertThat(closed.how(1 + 2 * 256)).isEqualTo(How.RESET_BY_US);
        closed.add(1 + 2 * 512, How.ENDED, 0);
        assertThat(closed.how(1)).isEqualTo(How.UNKNOWN);
    }
}
