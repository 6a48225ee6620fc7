// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MemoryAccountTest {
    private final MemoryAccount account = new MemoryAccount("input", 10_000);

    /// A buffer of an endless source.
    private Input input() {
        return new Input((into, offset, length) -> {
            Arrays.fill(into, offset, offset + length, (byte) 'x');
            return length;
        }, 1000, 64_000, account);
    }

    @Test
    void whatDoesNotFitIsNotTaken() {
        assertThat(account.take(10_000)).isTrue();
        assertThat(account.take(1)).isFalse();
        assertThat(account.held()).isEqualTo(10_000);
        account.give(4_000);
        assertThat(account.take(4_000)).isTrue();
        assertThat(MemoryAccount.ofHeap("a", 4).most()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
    }

    @Test
    void theFirstBufferIsEverybodysAndGrowthIsCharged() throws IOException {
        Input in = input();
        in.fill();
        assertThat(account.held()).isZero();
        in.require(5000);
        assertThat(account.held()).isEqualTo(in.array().length - 1000).isPositive();
    }

    @Test
    void whoeverGrowsBeyondTheAccountIsRefusedAndTheOthersReadOn() throws IOException {
        Input greedy = input();
        assertThatThrownBy(() -> greedy.require(60_000)).isInstanceOf(IOException.class).hasMessageContaining("no memory");
        Input other = input();
        assertThat(other.fill()).isTrue();
        greedy.close();
        assertThat(account.held()).isZero();
        other.require(4000);
        assertThat(account.held()).isPositive();
    }

    @Test
    void everyWayToGiveABufferBackGivesItBackToTheAccount() throws IOException {
        for (int way = 0; way < 4; way++) {
            Input in = input();
            in.require(5000);
            in.skip(way == 3 ? 0 : in.available());
            switch (way) {
                case 0 -> in.release();
                case 1 -> in.shrink();
                case 2 -> {
                    in.settle(); // a busy buffer keeps what the last message needed
                    in.settle();
                }
                default -> in.close(); // even where something is left unread
            }
            assertThat(account.held()).as("way " + way).isZero();
            in.close();
            assertThat(account.held()).isZero();
        }
    }

    @Test
    void aLongBodyIsReadInSmallerPiecesWhereThereIsNoRoomForLongOnes() throws IOException {
        account.take(9_000);
        Input in = input();
        for (int i = 0; i < 100; i++) {
            in.fill();
            in.skip(in.available());
        }
        assertThat(account.held()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void aClosedBufferTakesNothingMore() throws IOException {
        Input in = input();
        in.require(5000);
        in.close();
        assertThatThrownBy(() -> in.require(5000)).isInstanceOf(IOException.class);
        assertThat(account.held()).isZero();
    }
}
