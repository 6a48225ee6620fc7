// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.Clock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Many threads at once on one pool, and no tick that could make up for a lost wake-up or a count that leaked.
@Timeout(120)
class PoolHammerTest {
    private static final int THREADS = 4;
    private static final int CLIENTS_PER_THREAD = 2;
    private static final int ROUNDS = 5_000;

    private static final class Line extends Slot {
        Line(Instance instance) {
            super(instance);
        }

        @Override
        protected void end() {}

        @Override
        protected void reset(boolean invokeEnded) {}
    }

    private static final class Client extends Ticket {
        private final CountDownLatch decided = new CountDownLatch(1);
        private Line line;

        @Override
        protected void granted(Slot slot) {
            line = (Line) slot;
            decided.countDown();
        }

        @Override
        protected void refused(Refusal why) {
            throw new AssertionError(why);
        }
    }

    @ParameterizedTest(name = "{0} instances of concurrency {1}")
    @CsvSource({"1, 1", "2, 1", "2, 3"})
    void everyRequestGetsItsSlotAndInTheEndEverySlotIsFree(int instances, int concurrency) throws Exception {
        List<Instance> invoked = new CopyOnWriteArrayList<>();
        PoolSettings settings = PoolBed.instances(PoolBed.settings(concurrency, concurrency), instances, instances);
        Pool pool = new Pool("hammered", settings, Clock.SYSTEM, invoked::add, new Random(1));
        pool.tick();
        assertThat(invoked).hasSize(instances);
        for (Instance instance : invoked) {
            for (int i = 0; i < concurrency; i++) {
                pool.slotOpened(new Line(instance));
            }
        }
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    hammer(pool, random);
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        PoolSnapshot left = pool.snapshot();
        assertThat(left.pending()).isZero();
        assertThat(left.running()).isZero();
        assertThat(left.freeSlots()).isEqualTo(instances * concurrency);
        PoolAudit.checkDeeply(pool);
    }

    private static void hammer(Pool pool, SplittableRandom random) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS_PER_THREAD; i++) {
                Client client = new Client();
                clients.add(client);
                pool.submit(client);
            }
            for (Client client : clients) {
                if (random.nextInt(10) == 0 && pool.withdraw(client)) {
                    continue;
                }
                if (!client.decided.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("nobody woke this request: " + pool.snapshot());
                }
                giveBack(pool, client.line, random.nextInt(10));
            }
        }
    }

    private static void giveBack(Pool pool, Line line, int dice) {
        switch (dice) {
            case 0 -> pool.slotLost(line);
            case 1 -> pool.slotGivenUp(line, false);
            default -> {
                pool.slotReleased(line, 200);
                return;
            }
        }
        pool.slotOpened(new Line(line.instance())); // as an extension does
    }
}
