// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The table of open streams finds each of them, and none that has left, whatever came and went between.
class StreamTableTest {
    private final Unserved unserved = new Unserved();
    private final StreamTable table = new StreamTable();
    private final Map<Integer, Http2Stream> expected = new HashMap<>();

    @AfterEach
    void end() {
        unserved.close();
    }

    private void put(int id) {
        Http2Stream stream = new Http2Stream(unserved.connection, id, Unserved.request("GET", 0), true);
        table.put(stream);
        expected.put(id, stream);
    }

    private void remove(int id) {
        assertThat(table.remove(id)).as("stream %d", id).isEqualTo(expected.remove(id) != null);
    }

    private void agrees(int largest) {
        assertThat(table.size()).isEqualTo(expected.size());
        assertThat(table.all()).containsExactlyInAnyOrderElementsOf(expected.values());
        for (int id = 1; id <= largest; id += 2) {
            assertThat(table.get(id)).as("stream %d", id).isSameAs(expected.get(id));
        }
    }

    @Test
    void whatWasPutIsFoundUntilItIsRemoved() {
        agrees(9);
        remove(1);
        put(1);
        put(3);
        agrees(9);
        remove(1);
        remove(1);
        agrees(9);
        remove(3);
        agrees(9);
    }

    @Test
    void streamsThatComeAndGoInAnyOrderAreKeptApart() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            int next = 1;
            for (int step = 0; step < 300; step++) {
                if (random.nextInt(100) < (step < 150 ? 60 : 40)) {
                    put(next);
                    next += 2 * (1 + random.nextInt(3));
                } else if (!expected.isEmpty()) {
                    Integer[] ids = expected.keySet().toArray(Integer[]::new);
                    remove(ids[random.nextInt(ids.length)]);
                }
                if (step % 10 == 0) {
                    agrees(next);
                }
            }
            for (int id = 1; id < next; id += 2) {
                remove(id);
            }
            agrees(next);
        }
    }

    @Test
    void aTableThatIsHalfFullStillFindsAnEnd() {
        for (int id = 1; id < 2 * 512; id += 2) { // a table without a free place would be searched for ever
            put(id);
            assertThat(table.get(100_001)).isNull();
            assertThat(table.remove(100_001)).isFalse();
        }
        agrees(2 * 512);
    }
}
