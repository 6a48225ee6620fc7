// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Which array an [Input] has after each step: what it grows to, when it moves instead of growing, and what it gives back.
class InputMemoryTest {
    private int most = Integer.MAX_VALUE; // that the source brings with one read
    private int asked;

    private Input input(int initialCapacity, int maxCapacity) {
        return new Input((into, offset, length) -> {
            asked = length;
            return Math.min(most, length);
        }, initialCapacity, maxCapacity);
    }

    private static void take(Input in) {
        in.skip(in.available());
    }

    @Test
    void aBufferThatWasFilledGrowsFourfoldAndOneThatWasNotDoesNot() throws IOException {
        Input in = input(16, 1024);
        in.fill();
        take(in);
        in.fill();
        assertThat(in.array()).hasSize(64);
        take(in);
        most = 10;
        in.fill();
        assertThat(in.array()).hasSize(256);
        take(in);
        in.fill();
        assertThat(in.array()).as("the last read did not fill it").hasSize(256);
        assertThat(in.limit()).isEqualTo(10);
    }

    @Test
    void aBufferGrowsToItsBoundAndStaysTheSameArrayThere() throws IOException {
        Input in = input(16, 20);
        in.fill();
        take(in);
        in.fill();
        byte[] array = in.array();
        assertThat(array).hasSize(20);
        take(in);
        in.fill();
        assertThat(in.array()).isSameAs(array);
    }

    @Test
    void whatIsAskedForAtOnceIsRoomForAtOnce() throws IOException {
        Input in = input(16, 1024);
        most = 10;
        in.fill();
        in.skip(3);
        assertThat(in.require(100)).isTrue();
        assertThat(in.array()).as("from 7 to 100: the next power of two").hasSize(128);
        Input exact = input(16, 1024);
        assertThat(exact.require(16)).isTrue();
        assertThat(exact.array()).hasSize(16);
        assertThat(exact.require(17)).isTrue();
        assertThat(exact.array()).hasSize(32);
    }

    @Test
    void requireMakesRoomOnceAndNotReadByRead() throws IOException {
        Input in = input(16, 1024);
        most = 1;
        in.fill();
        in.require(300);
        assertThat(in.array()).hasSize(512);
        assertThat(asked).as("room behind what is there").isEqualTo(512 - 299);
    }

    @Test
    void aLittleThatIsLeftMovesToTheFrontAndMuchTakesALargerArray() throws IOException {
        Input in = input(16, 64);
        in.fill();
        in.skip(8); // half of it is left
        byte[] array = in.array();
        in.fill();
        assertThat(in.array()).as("moved").isSameAs(array);
        assertThat(in.position()).isZero();
        assertThat(in.available()).isEqualTo(16);
        in.skip(7); // nine are left: moving them again and again would cost more than a larger array
        in.fill();
        assertThat(in.array()).hasSize(32);
        assertThat(in.available()).isEqualTo(32);
    }

    @Test
    void growingStopsAtTheBound() throws IOException {
        Input in = input(16, 40);
        in.fill();
        in.fill();
        assertThat(in.array()).hasSize(32);
        in.fill();
        assertThat(in.array()).hasSize(40);
        assertThat(in.available()).isEqualTo(40);
    }

    @Test
    void aReadOfTheBuffersSizeGoesPastItAndAShorterOneDoesNot() throws IOException {
        Input in = input(16, 16);
        byte[] into = new byte[16];
        assertThat(in.read(into, 0, 16)).isEqualTo(16);
        assertThat(in.available()).as("nothing was kept").isZero();
        assertThat(in.read(into, 0, 15)).isEqualTo(15);
        assertThat(in.available()).isEqualTo(1);
        assertThat(in.read(into, 0, 15)).as("only what is there").isEqualTo(1);
        in.fill();
        in.skip(10);
        assertThat(in.read(into, 3, 2)).isEqualTo(2);
        assertThat(in.position()).isEqualTo(12);
    }

    @Test
    void shrinkingKeepsTheFirstArrayAndWhatIsUnread() throws IOException {
        Input in = input(16, 64);
        in.fill();
        byte[] first = in.array();
        in.shrink();
        assertThat(in.available()).isEqualTo(16);
        take(in);
        in.shrink();
        assertThat(in.array()).isSameAs(first);
        assertThat(in.limit()).isZero();
    }

    @Test
    void aSecondSmallMessageGivesTheBufferOfALargeOneBack() throws IOException {
        Input in = input(16, 1024);
        in.require(100);
        take(in);
        in.trim();
        assertThat(in.array()).as("the next may be as large").hasSize(128);
        most = 5;
        in.fill();
        take(in);
        in.trim();
        assertThat(in.array()).as("it was not").hasSize(16);
    }

    @Test
    void aMessageOfExactlyTheFirstBufferCountsAsOneThatNeededMore() throws IOException {
        Input in = input(16, 1024);
        in.fill(); // all of the sixteen: there may be more
        take(in);
        in.fill();
        take(in);
        in.trim();
        assertThat(in.array()).hasSize(64);
        most = 16;
        in.fill();
        take(in);
        in.trim();
        assertThat(in.array()).as("sixteen of sixty-four need no more than the first capacity").hasSize(16);
    }

    @Test
    void whatIsUnreadIsNeverGivenBack() throws IOException {
        Input in = input(16, 64 << 10);
        in.require(30_000);
        in.skip(29_999);
        in.trim();
        assertThat(in.available()).isPositive();
        assertThat(in.array().length).isGreaterThan(20 << 10);
        take(in);
        in.trim();
        assertThat(in.array()).as("no more than a busy one keeps").hasSize(20 << 10);
    }

    @Test
    void aBufferOfExactlyWhatIsKeptStaysTheSame() throws IOException {
        Input in = input(16, 20 << 10);
        in.require(20 << 10);
        byte[] array = in.array();
        assertThat(array).hasSize(20 << 10);
        take(in);
        in.trim();
        assertThat(in.array()).isSameAs(array);
        assertThat(in.position()).isZero();
    }

    @Test
    void aSettledBufferDoesNotGrowBecauseTheLastMessageFilledIt() throws IOException {
        Input in = input(16, 1024);
        in.fill();
        take(in);
        in.fill(); // 64, filled
        take(in);
        in.trim();
        in.fill();
        assertThat(in.array()).hasSize(64);
    }

    @Test
    void itSaysWhatItHolds() throws IOException {
        Input in = input(64, 64);
        most = 20;
        in.fill();
        in.array()[2] = 7;
        in.skip(2);
        assertThat(in).hasToString("Input[18 of 64] [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]");
    }
}
