// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import lambdadispatch.invoke.CallbackAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CallbackHostTest {
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private record Platform(String name, Supplier<Optional<String>> answer) implements CallbackAddress {
        @Override
        public Optional<String> find(Map<String, String> environment, Duration limit) {
            return answer.get();
        }
    }

    private static CallbackHost ask(Duration limit, List<CallbackAddress> platforms) {
        return CallbackHost.ask(platforms, Map.of(), limit);
    }

    private static RouterConfig.Control control(String host) {
        return new RouterConfig.Control(false, RouterConfig.Scheme.HTTPS, host, "K8S_POD_IP", null, null);
    }

    private static CallbackAddress never(CountDownLatch latch) {
        return new Platform("never", () -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.of("late");
        });
    }

    @Test
    void whatIsConfiguredWinsAndTheVariableComesNext() {
        assertThat(CallbackHost.find(control("router.internal"), Map.of("K8S_POD_IP", "10.0.0.1"), PATIENT).get())
                .isEqualTo("router.internal");
        assertThat(CallbackHost.find(control(null), Map.of("K8S_POD_IP", " 10.0.0.1 "), PATIENT).get()).isEqualTo("10.0.0.1");
    }

    @Test
    void firstPlatformThatKnowsCountsWhicheverAnswersFirst() {
        CountDownLatch second = new CountDownLatch(1);
        CallbackAddress slow = new Platform("slow", () -> {
            try {
                second.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.of("first");
        });
        CallbackAddress fast = new Platform("fast", () -> {
            second.countDown();
            return Optional.of("second");
        });
        assertThat(ask(PATIENT, List.of(slow, fast)).get()).isEqualTo("first");
        assertThat(ask(PATIENT, List.of(new Platform("no", Optional::empty), fast)).get()).isEqualTo("second");
    }

    @Test
    void platformThatNeverAnswersIsWaitedForNoLongerThanTheLimit() {
        CountDownLatch end = new CountDownLatch(1);
        long start = System.nanoTime();
        CallbackHost host =
                ask(Duration.ofMillis(200), List.of(never(end), never(end), new Platform("yes", () -> Optional.of("10.0.0.1"))));
        assertThat(host).hasToString("being found out"); // the start does not wait for it
        assertThat(host.get()).isEqualTo("10.0.0.1");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(150)).isLessThan(Duration.ofSeconds(10));
        end.countDown();
    }

    @Test
    void nobodyThatKnowsMeansLoopback() {
        assertThat(ask(PATIENT, List.of()).get()).isEqualTo("127.0.0.1");
        assertThat(ask(PATIENT, List.of(new Platform("broken", () -> {
            throw new IllegalStateException("broken");
        }))).get()).isEqualTo("127.0.0.1");
    }
}
