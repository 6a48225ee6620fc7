// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpareArraysTest {
    private static void onCarrier(Runnable task) throws Exception {
        assumeTrue(Threads.areOnEventLoops(), "needs --add-opens java.base/java.lang");
        Carrier carrier = new Carrier("test-carrier");
        CompletableFuture<Void> done = new CompletableFuture<>();
        carrier.builder().start(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        done.get(30, TimeUnit.SECONDS);
    }

    @Test
    void theArrayGivenLastIsTakenFirst() throws Exception {
        onCarrier(() -> {
            byte[] first = SpareArrays.take(2048);
            byte[] second = SpareArrays.take(2048);
            assertThat(second).isNotSameAs(first).hasSize(2048);
            SpareArrays.give(first);
            SpareArrays.give(second);
            assertThat(SpareArrays.take(1024)).hasSize(1024);
            assertThat(SpareArrays.take(2048)).isSameAs(second);
            assertThat(SpareArrays.take(2048)).isSameAs(first);
            assertThat(SpareArrays.take(2048)).isNotSameAs(first);
        });
    }

    @Test
    void whatIsKeptIsBoundedInOctetsAndInLengths() throws Exception {
        onCarrier(() -> {
            byte[][] many = new byte[10][64 << 10];
            for (byte[] array : many) {
                SpareArrays.give(array);
            }
            for (int i = 3; i >= 0; i--) { // 256 KiB of them
                assertThat(SpareArrays.take(64 << 10) == many[i]).isTrue();
            }
            byte[] next = SpareArrays.take(64 << 10);
            assertThat(Stream.of(many).noneMatch(array -> array == next)).isTrue();
            for (int length = 1; length <= 5; length++) {
                SpareArrays.give(new byte[length]);
            }
            byte[] fifth = new byte[5];
            SpareArrays.give(fifth);
            assertThat(SpareArrays.take(5)).isNotSameAs(fifth);
        });
    }

    @Test
    void threadsThatAreOnNoCarrierGetNewOnes() {
        byte[] array = new byte[100];
        SpareArrays.give(array);
        assertThat(SpareArrays.take(100)).isNotSameAs(array);
    }
}
