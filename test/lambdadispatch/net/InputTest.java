// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.base.ByteQueue;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputTest {
    private final List<Integer> asked = new ArrayList<>();
    private byte[] target; // the array that the last read of the source went into

    /// A source that brings at most so many octets a read: 0, 1, 2 and so on.
    private Input input(int total, int most, int initialCapacity, int maxCapacity) {
        int[] next = {0};
        return new Input((into, offset, length) -> {
            asked.add(length);
            target = into;
            if (next[0] == total) {
                return -1;
            }
            int count = Math.min(Math.min(most, length), total - next[0]);
            for (int i = 0; i < count; i++) {
                into[offset + i] = (byte) next[0]++;
            }
            return count;
        }, initialCapacity, maxCapacity);
    }

    private static void assertHolds(Input in, int from, int to) {
        assertThat(in.available()).isEqualTo(to - from);
        for (int i = from; i < to; i++) {
            assertThat(in.array()[in.position() + i - from]).isEqualTo((byte) i);
        }
    }

    @Test
    void fillReadsBehindWhatIsThere() throws IOException {
        Input in = input(100, 3, 8, 64);
        assertThat(in.fill()).isTrue();
        assertHolds(in, 0, 3);
        assertThat(in.fill()).isTrue();
        assertHolds(in, 0, 6);
        in.skip(5);
        assertHolds(in, 5, 6);
        assertThat(in.fill()).isTrue();
        assertHolds(in, 5, in.available() + 5);
    }

    @Test
    void busyBufferKeepsWhatTheLastMessageNeededAndNoMoreAndGivesItBackAfterASmallOne() throws IOException {
        Input in = input(1 << 20, 1 << 20, 4096, 64 << 10);
        assertThat(in.require(50_000)).isTrue();
        in.skip(in.available());
        in.trim();
        assertThat(in.array()).hasSize(20 << 10);
        assertThat(in.fill()).isTrue();
        in.skip(in.available());
        byte[] kept = in.array();
        in.trim();
        assertThat(in.array()).as("no allocation from message to message").isSameAs(kept);
        Input small = input(100, 10, 4096, 64 << 10);
        assertThat(small.require(10)).isTrue();
        small.skip(10);
        small.trim();
        assertThat(small.array()).hasSize(4096);
    }

    @Test
    void theEndIsToldAndWhatIsThereStays() throws IOException {
        Input in = input(2, 5, 8, 8);
        assertThat(in.fill()).isTrue();
        assertThat(in.fill()).isFalse();
        assertHolds(in, 0, 2);
        assertThat(in.fill()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64})
    void growsUpToItsBoundAndNoFurther(int most) throws IOException {
        Input in = input(1000, most, 4, 32);
        while (in.available() < 32) {
            assertThat(in.fill()).isTrue();
        }
        assertHolds(in, 0, 32);
        assertThat(in.array().length).isLessThanOrEqualTo(32);
        assertThatThrownBy(in::fill).isInstanceOf(IllegalStateException.class).hasMessageContaining("32");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void requireWaitsForSoMany(int most) throws IOException {
        Input in = input(20, most, 4, 32);
        assertThat(in.require(0)).isTrue();
        assertThat(in.require(7)).isTrue();
        assertThat(in.available()).isGreaterThanOrEqualTo(7);
        in.skip(5);
        assertThat(in.require(15)).isTrue();
        assertHolds(in, 5, 20);
        assertThat(in.require(16)).isFalse();
        assertHolds(in, 5, 20);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13})
    void everyOctetComesOutOnceAndInOrder(int step) throws IOException {
        Input in = input(200, step, 8, 32);
        byte[] out = new byte[step];
        int total = 0;
        for (int count = in.read(out, 0, step); count >= 0; count = in.read(out, 0, step)) {
            for (int i = 0; i < count; i++) {
                assertThat(out[i]).isEqualTo((byte) (total + i));
            }
            total += count;
        }
        assertThat(total).isEqualTo(200);
    }

    @Test
    void aLongReadGoesStraightIntoTheCallersArray() throws IOException {
        Input in = input(100, 100, 8, 8);
        byte[] out = new byte[50];
        assertThat(in.read(out, 10, 40)).isEqualTo(40);
        assertThat(target).isSameAs(out);
        assertThat(out[10]).isZero();
    }

    @Test
    void aShortReadFillsTheBuffer() throws IOException {
        Input in = input(100, 100, 8, 8);
        assertThat(in.read(new byte[50], 0, 2)).isEqualTo(2);
        assertThat(asked).containsExactly(8);
        assertHolds(in, 2, 8);
    }

    @Test
    void aSourceThatFillsTheBufferGetsALargerOne() throws IOException {
        Input in = input(10_000, 10_000, 16, 1024);
        for (int i = 0; i < 5; i++) {
            in.fill();
            in.skip(in.available());
        }
        assertThat(in.array().length).isEqualTo(1024);
    }

    @Test
    void shrinkGivesTheMemoryOfAGrownBufferBackOnceItIsEmpty() throws IOException {
        Input in = input(100, 100, 8, 64);
        in.require(60);
        in.shrink();
        assertHolds(in, 0, in.available());
        assertThat(in.array().length).isGreaterThan(8);
        in.skip(in.available());
        in.shrink();
        assertThat(in.array()).hasSize(8);
    }

    @Test
    void bytesKeepLatin1AndGrow() {
        Bytes bytes = new Bytes(1).append("caf\u00e9 ").appendDecimal(0).append(' ').appendDecimal(Long.MAX_VALUE)
                .append(new byte[] {1, 2, 3}, 1, 2);
        assertThat(bytes.toString()).isEqualTo("caf\u00e9 0 9223372036854775807\u0002\u0003");
        assertThat(bytes.toArray()).isEqualTo("caf\u00e9 0 9223372036854775807\u0002\u0003".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(bytes.clear().length()).isZero();
        assertThatThrownBy(() -> bytes.length(1_000_000)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aByteQueueGivesBackWhatItGotInOrder() {
        ByteQueue queue = new ByteQueue();
        byte[] octets = new byte[256];
        for (int i = 0; i < 256; i++) {
            octets[i] = (byte) i;
        }
        int in = 0;
        int out = 0;
        byte[] taken = new byte[300];
        for (int round = 1; round < 2_000; round++) {
            int count = round % 97;
            int offset = in % 256;
            count = Math.min(count, 256 - offset);
            queue.append(octets, offset, count);
            in += count;
            int got = queue.take(taken, 0, round % 89);
            for (int i = 0; i < got; i++) {
                assertThat(taken[i]).isEqualTo((byte) (out + i));
            }
            out += got;
            assertThat(queue.size()).isEqualTo(in - out);
        }
        queue.clear();
        assertThat(queue.size()).isZero();
    }

    @Test
    void anInputThatWasReleasedTakesMemoryOnceThereIsSomethingToRead() throws IOException {
        boolean[] awaited = new boolean[1];
        Input[] self = new Input[1];
        Input input = new Input(new Input.Source() {
            @Override
            public void awaitInput() {
                assertThat(self[0].array()).isEmpty();
                awaited[0] = true;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                assertThat(length).isEqualTo(64);
                into[offset] = 7;
                return 1;
            }
        }, 64, 1024);
        self[0] = input;
        assertThat(input.fill()).isTrue();
        assertThat(awaited[0]).isTrue();
        input.release(); // not while something waits in it
        assertThat(input.array()[input.position()]).isEqualTo((byte) 7);
        input.skip(1);
        input.release();
        awaited[0] = false;
        assertThat(input.read(new byte[5], 0, 5)).isEqualTo(1);
        assertThat(awaited[0]).isTrue();
    }
}
