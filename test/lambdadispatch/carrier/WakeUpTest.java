// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What another thread brings while the loop goes to sleep, in both orders: right before the loop says that it is asleep, and right after
/// its last look. The loop's own queue and selector play that other thread, so that nothing here depends on who is faster.
@Timeout(60)
class WakeUpTest {
    private final PlayedSelector selector = new PlayedSelector();
    private final PlayedQueue submitted = new PlayedQueue();
    private final CompletableFuture<String> outcome = new CompletableFuture<>();
    private Carrier carrier;

    @BeforeEach
    void start() {
        assumeTrue(Threads.areOnEventLoops(), "needs --add-opens java.base/java.lang");
        carrier = new Carrier("test-carrier-wakes", selector, submitted);
    }

    /// Plays something once the loop asks for more tasks and there is none: after that it goes to sleep.
    private static final class PlayedQueue extends ConcurrentLinkedQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        private transient volatile Runnable play;

        @Override
        public Runnable poll() {
            Runnable task = super.poll();
            Runnable now = play;
            if (task == null && now != null) {
                play = null;
                now.run();
            }
            return task;
        }
    }

    /// Plays something once the loop is about to block in it.
    private static final class PlayedSelector extends Selector {
        private final Selector real;
        private volatile Consumer<String> play; // is told for how long the loop would sleep
        private volatile boolean woken;

        PlayedSelector() {
            try {
                real = Selector.open();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void about(String howLong) {
            Consumer<String> now = play;
            if (now != null) {
                play = null;
                now.accept(howLong);
            }
        }

        @Override
        public int select(Consumer<SelectionKey> action) throws IOException {
            about("for ever");
            return real.select(action);
        }

        @Override
        public int select(Consumer<SelectionKey> action, long millis) throws IOException {
            about("for a while");
            return real.select(action, millis);
        }

        @Override
        public int selectNow(Consumer<SelectionKey> action) throws IOException {
            return real.selectNow(action);
        }

        @Override
        public Selector wakeup() {
            woken = true;
            real.wakeup();
            return this;
        }

        @Override
        public boolean isOpen() {
            return real.isOpen();
        }

        @Override
        public SelectorProvider provider() {
            return real.provider();
        }

        @Override
        public Set<SelectionKey> keys() {
            return real.keys();
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            return real.selectedKeys();
        }

        @Override
        public int selectNow() throws IOException {
            return real.selectNow();
        }

        @Override
        public int select(long millis) throws IOException {
            return real.select(millis);
        }

        @Override
        public int select() throws IOException {
            return real.select();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }

    private TimerWheel.Entry deadline() {
        return new TimerWheel.Entry(carrier.timers()) {
            @Override
            protected void due(long armedFor) {
                takeUp(armedFor);
            }

            @Override
            public String toString() { // as another thread may arm it that knows no more than this of it
                armFor(60_000_000_000L);
                return "armed";
            }
        };
    }

    private static void elsewhere(Runnable what) {
        Thread other = Thread.ofPlatform().start(what);
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The loop has run one task, finds no other, and then this happens.
    private void beforeItIsAsleep(Runnable what) {
        carrier.execute(() -> {
            selector.woken = false;
            submitted.play = () -> elsewhere(what);
        });
    }

    /// The loop has run one task and has looked for the last time whether there is more; then this happens. The outcome is whether it was
    /// woken.
    private void afterItsLastLook(Runnable what) {
        carrier.execute(() -> {
            selector.woken = false;
            selector.play = _ -> {
                elsewhere(what);
                outcome.complete(selector.woken ? "woken" : "left asleep");
            };
        });
    }

    private String outcome() throws Exception {
        return outcome.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aTaskThatComesBeforeTheLoopIsAsleepIsFoundAndWakesNobody() throws Exception {
        beforeItIsAsleep(() -> {
            selector.play = howLong -> outcome.complete("slept " + howLong);
            carrier.execute(() -> outcome.complete(selector.woken ? "ran, with a system call for nothing" : "ran"));
        });
        assertThat(outcome()).isEqualTo("ran");
    }

    @Test
    void aTaskThatComesAfterTheLastLookWakesTheLoop() throws Exception {
        CompletableFuture<String> ran = new CompletableFuture<>();
        afterItsLastLook(() -> carrier.execute(() -> ran.complete("ran")));
        assertThat(outcome()).isEqualTo("woken");
        assertThat(ran.get(30, TimeUnit.SECONDS)).isEqualTo("ran");
    }

    @Test
    void aDeadlineThatIsArmedBeforeTheLoopIsAsleepIsSleptUntil() throws Exception {
        TimerWheel.Entry deadline = deadline();
        beforeItIsAsleep(() -> {
            selector.play = outcome::complete;
            assertThat(deadline).hasToString("armed");
        });
        assertThat(outcome()).isEqualTo("for a while");
    }

    @Test
    void aDeadlineThatIsArmedAfterTheLastLookWakesTheLoop() throws Exception {
        TimerWheel.Entry deadline = deadline();
        afterItsLastLook(() -> assertThat(deadline).hasToString("armed"));
        assertThat(outcome()).isEqualTo("woken");
    }

    @Test
    void aLoopThatIsAwakeAgainIsNotWoken() throws Exception {
        CompletableFuture<Void> awake = new CompletableFuture<>();
        carrier.execute(() -> {
            selector.woken = false;
            elsewhere(() -> carrier.execute(() -> awake.complete(null)));
            outcome.complete(selector.woken ? "woken" : "left alone");
        });
        assertThat(outcome()).isEqualTo("left alone");
        awake.get(30, TimeUnit.SECONDS);
    }
}
