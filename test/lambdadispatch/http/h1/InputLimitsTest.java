// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lambdadispatch.http.h1.InputSteps.Step;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Deadline;
import lambdadispatch.support.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How long each reader of a connection's input may wait for the client, and how far behind that puts the client.
@Timeout(60)
class InputLimitsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long A_WHILE = Duration.ofMillis(100).toNanos();
    /// No limit but the engine's own.
    private static final Limits PATIENT =
            new Bounds().headTimeoutMillis(HOUR).idleMillis(HOUR).bodyStallMillis(HOUR).leastRate(1, HOUR).limits();

    private static final class Timed {
        private final InputSteps steps = new InputSteps(PATIENT);
        private final Deadline late = new Deadline(() -> steps.noted.add("late"));
        private final long begun = System.nanoTime();
        private final long least;

        /// @param most so long it may last at most. The order of the two is what counts: however late the clock is looked at, they are
        /// served in turn
        Timed(Duration least, Duration most) {
            this.least = least.toNanos();
            late.arm(most);
        }

        void verify() throws InterruptedException {
            assertThat(steps.noted.take()).isEqualTo(InputSteps.SHUT);
            assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(least);
            late.close();
            steps.close();
        }
    }

    /// All at once, since they last.
    @Test
    void theEnginesOwnWaitsForAClientThatIsToGoAreShort() throws Exception {
        Duration second = Duration.ofSeconds(1);
        Duration two = Duration.ofSeconds(2);
        Duration late = Duration.ofSeconds(8);
        List<Timed> all = new ArrayList<>();
        List<Step<?>> steps = new ArrayList<>();

        Timed lingers = new Timed(two, late);
        lingers.steps.begin(GET);
        steps.add(lingers.steps.reading(nothing(() -> lingers.steps.input.linger(Duration.ofMinutes(10)))));
        all.add(lingers);

        Timed rest = new Timed(two, late);
        rest.steps.begin(POST);
        rest.steps.input.finish();
        BodyReader unwanted = rest.steps.body();
        steps.add(rest.steps.reading(() -> rest.steps.input.discard(unwanted)));
        all.add(rest);

        Timed lastRead = new Timed(two, late);
        Http1Exchange exchange = lastRead.steps.begin(POST);
        Step<Integer> reads = lastRead.steps.reading(() -> exchange.read(new byte[5], 0, 5));
        steps.add(new Step<>(lastRead.steps.input::finish));
        all.add(lastRead);

        Timed headAtStop = new Timed(second, late);
        headAtStop.steps.send("GET / HT");
        Step<Boolean> head = headAtStop.steps.reading(headAtStop.steps::readHead);
        headAtStop.steps.input.stop();
        all.add(headAtStop);

        Timed headAfterStop = new Timed(second, late);
        headAfterStop.steps.begin(GET);
        headAfterStop.steps.input.stop();
        headAfterStop.steps.send("GET / HT");
        Step<Boolean> another = headAfterStop.steps.reading(headAfterStop.steps::readHead);
        all.add(headAfterStop);

        for (Timed each : all) {
            each.verify();
        }
        assertThatThrownBy(reads::get).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(head::get).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(another::get).hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(steps.get(1).get()).as("the rest was not all").isEqualTo(false);
        assertThat(steps.get(2).get()).as("the handler's read is over").isEqualTo(true);
    }

    private interface Action {
        void run() throws Exception;
    }

    private static Callable<Boolean> nothing(Action action) {
        return () -> {
            try {
                action.run();
            } catch (SocketTimeoutException e) {
                return false;
            }
            return true;
        };
    }

    @Test
    void withoutALeastRateABodyMayNotStallAllTheSame() throws Exception {
        try (InputSteps steps = new InputSteps(new Bounds().leastRate(0, 0).bodyStallMillis(20).limits())) {
            Http1Exchange exchange = steps.begin(POST);
            assertThatThrownBy(() -> exchange.read(new byte[5], 0, 5)).isInstanceOf(SocketTimeoutException.class);
            assertThat(steps.input.expired()).isTrue();
        }
    }

    @Test
    void aBodyMayNotStallInAConversationEither() throws Exception {
        try (InputSteps steps = new InputSteps(new Bounds().leastRate(1, HOUR).bodyStallMillis(20).limits())) {
            Http1Exchange exchange = steps.begin(CHUNKED);
            exchange.respond(200, new Headers(), -1);
            assertThatThrownBy(() -> exchange.read(new byte[5], 0, 5)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aConversationIsHeldToNoRate() throws Exception {
        try (InputSteps steps = new InputSteps(new Bounds().leastRate(1, 1).bodyStallMillis(HOUR).limits())) {
            Http1Exchange exchange = steps.begin(CHUNKED);
            exchange.respond(200, new Headers(), -1);
            Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
            InputSteps.pass(Duration.ofMillis(100));
            assertThat(exchange.behindNanos()).isZero();
            steps.send("1\r\nx\r\n");
            assertThat(read.get()).isOne();
        }
    }

    /// The limit is longer each time, until it is long enough for this machine to begin the answer within it.
    @Test
    void aReadThatIsUnderWayIsHeldToNoRateAnyMoreOnceItIsAConversation() throws Exception {
        boolean inTime = false;
        for (long window = 200; !inTime; window *= 2) {
            try (InputSteps steps = new InputSteps(new Bounds().leastRate(1, window).bodyStallMillis(HOUR).limits())) {
                Http1Exchange exchange = steps.begin(CHUNKED);
                Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
                exchange.respond(200, new Headers(), -1);
                inTime = !steps.input.expired();
                if (inTime) {
                    InputSteps.pass(Duration.ofMillis(window + 100));
                    assertThat(steps.noted).isEmpty();
                    steps.send("1\r\nx\r\n");
                    assertThat(read.get()).isOne();
                }
            }
        }
    }

    @Test
    void aBodyOfKnownLengthIsNoConversation() throws Exception {
        try (InputSteps steps = new InputSteps(new Bounds().leastRate(1, HOUR).bodyStallMillis(HOUR).limits())) {
            Http1Exchange exchange = steps.begin(POST);
            exchange.respond(200, new Headers(), -1);
            assertThat(exchange.conversation()).isFalse();
            Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
            awaitBehind(exchange, 1);
            steps.send("hello");
            assertThat(read.get()).isEqualTo(5);
        }
    }

    private static void awaitBehind(Http1Exchange exchange, long nanos) {
        while (exchange.behindNanos() < nanos) {
            Thread.onSpinWait();
        }
    }

    private static InputSteps atRate(int octetsPerSecond) {
        return new InputSteps(new Bounds().leastRate(octetsPerSecond, HOUR).bodyStallMillis(HOUR).limits());
    }

    @Test
    void aClientThatWasSlowInOneExchangeIsNotBehindInTheNext() throws Exception {
        try (InputSteps steps = atRate(1_000_000_000)) {
            Http1Exchange slow = steps.begin(POST);
            Step<Integer> read = steps.reading(() -> slow.read(new byte[5], 0, 5));
            awaitBehind(slow, A_WHILE);
            steps.send("hello");
            read.get();
            assertThat(slow.behindNanos()).as("while nobody waits").isZero();
            steps.input.finish();

            long begun = System.nanoTime();
            Http1Exchange next = steps.begin(POST);
            Step<Integer> nextRead = steps.reading(() -> next.read(new byte[5], 0, 5));
            long behind = steps.input.behindNanos(next, System.nanoTime());
            assertThat(behind).isBetween(0L, System.nanoTime() - begun);
            assertThat(steps.input.behindNanos(slow, System.nanoTime())).as("whose exchange is over").isZero();
            steps.send("hello");
            nextRead.get();
        }
    }

    @Test
    void withinAnExchangeWhatAClientIsBehindAddsUpAndEachOctetBringsItForward() throws Exception {
        try (InputSteps steps = atRate(1_000_000_000)) { // five octets are next to nothing
            Http1Exchange exchange = steps.begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
            Step<Integer> read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
            awaitBehind(exchange, A_WHILE);
            steps.send("hello");
            read.get();
            read = steps.reading(() -> exchange.read(new byte[5], 0, 5));
            assertThat(exchange.behindNanos()).isGreaterThanOrEqualTo(A_WHILE - 5);
            steps.send("hello");
            read.get();
        }
        try (InputSteps steps = atRate(1)) { // each octet makes up for a second
            Http1Exchange exchange = steps.begin("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
            Step<Integer> read = steps.reading(() -> exchange.read(new byte[60], 0, 60));
            awaitBehind(exchange, A_WHILE);
            steps.send("x".repeat(60));
            read.get();
            long begun = System.nanoTime();
            read = steps.reading(() -> exchange.read(new byte[40], 0, 40));
            long behind = exchange.behindNanos();
            assertThat(behind).isLessThanOrEqualTo(System.nanoTime() - begun);
            steps.send("x".repeat(40));
            read.get();
        }
    }
}
