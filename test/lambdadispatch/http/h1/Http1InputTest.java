// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import lambdadispatch.http.h1.InputSteps.Step;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who gets the input of a connection and who waits for it, what is told of it, and what is given back with it, step by step.
@Timeout(60)
class Http1InputTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String LONG = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(50_000) + "\r\n\r\n";

    private final InputSteps steps = new InputSteps(Limits.DEFAULT);
    private final Http1Input input = steps.input;

    @AfterEach
    void close() {
        steps.close();
    }

    // ---- waiting for a message

    @Test
    void whoWaitsForAMessageHoldsNoMemory() throws Exception {
        steps.begin(LONG);
        assertThat(steps.memory.held()).isGreaterThan(50_000);
        input.finish();
        Step<Http1Input.Next> next = steps.reading(input::awaitMessage);
        assertThat(steps.memory.held()).isZero();
        steps.send("G");
        assertThat(next.get()).isEqualTo(Http1Input.Next.MESSAGE);
        assertThat(steps.in.available()).isOne();
    }

    @Test
    void octetsThatAreThereAreNotWaitedFor() throws Exception {
        steps.begin(GET + "GET");
        input.finish();
        assertThat(input.pipelined()).isTrue();
        assertThat(input.holdsSome()).isTrue();
        assertThat(input.awaitMessage()).isEqualTo(Http1Input.Next.MESSAGE);
        assertThat(steps.in.available()).isEqualTo(3);
    }

    @Test
    void withoutAnyNothingIsPipelined() throws Exception {
        steps.begin(GET);
        assertThat(input.pipelined()).isFalse();
        assertThat(input.holdsSome()).isFalse();
    }

    @Test
    void theEndOfTheInputIsNoMessage() throws Exception {
        steps.client.shutdownOutput();
        assertThat(input.awaitMessage()).isEqualTo(Http1Input.Next.NONE);
        assertThat(steps.readHead()).isFalse();
    }

    @Test
    void nothingIsReadOnceTheConnectionWasToldToStop() throws Exception {
        input.stop();
        assertThat(input.stopping()).isTrue();
        steps.send("GET");
        assertThat(input.awaitMessage()).isEqualTo(Http1Input.Next.NONE);
        assertThat(steps.in.available()).isZero();
    }

    @Test
    void whoWaitsForAMessageIsWokenByStop() throws Exception {
        Step<Http1Input.Next> next = steps.reading(input::awaitMessage);
        input.stop();
        assertThat(next.get()).isEqualTo(Http1Input.Next.NONE);
        assertThat(steps.noted).containsExactly(InputSteps.SHUT);
    }

    @Test
    void whoAsksToBeToldOfStopIsToldOnceAndAtOnceIfItCameBefore() {
        AtomicInteger told = new AtomicInteger();
        input.onStop(told::incrementAndGet);
        assertThat(told).hasValue(0);
        input.stop();
        assertThat(told).hasValue(1);
        input.onStop(() -> told.addAndGet(10));
        assertThat(told).hasValue(11);
    }

    @Test
    void anExchangeGoesOnBeyondStop() throws Exception {
        Http1Exchange exchange = steps.begin(POST);
        input.stop();
        steps.send("hello");
        assertThat(exchange.read(new byte[5], 0, 5)).isEqualTo(5);
        input.finish();
        input.stop();
        assertThat(steps.noted).as("nothing was shut").isEmpty();
    }

    // ---- the watch

    @Test
    void theWatchHoldsNoMemoryWhileItWaitsAndItsOctetsAreTheNextMessage() throws Exception {
        Http1Exchange exchange = steps.begin(LONG);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        assertThat(steps.memory.held()).isZero();
        input.finish();
        Step<Http1Input.Next> next = new Step<>(input::awaitMessage);
        next.awaitState(Thread.State.WAITING);
        steps.send("G");
        assertThat(watch.get()).isEqualTo(Http1Input.Ahead.NO_NEWS);
        assertThat(next.get()).isEqualTo(Http1Input.Next.MESSAGE);
        assertThat(steps.in.available()).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theWatchTellsOfAnEndWhileItsExchangeLastsAndNoMessageFollows(boolean lasts) throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        if (!lasts) {
            input.finish();
        }
        steps.client.shutdownOutput();
        assertThat(watch.get()).isEqualTo(lasts ? Http1Input.Ahead.CLIENT_GONE : Http1Input.Ahead.NO_NEWS);
        input.finish();
        assertThat(input.awaitMessage()).isEqualTo(Http1Input.Next.NONE);
    }

    @Test
    void aResetIsAnEndAsWell() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        steps.client.reset();
        assertThat(watch.get()).isEqualTo(Http1Input.Ahead.CLIENT_GONE);
    }

    @Test
    void theWatchComesTooEarlyWhileTheBodyIsComing() throws Exception {
        Http1Exchange exchange = steps.begin(POST);
        assertThat(input.readAhead(exchange)).isEqualTo(Http1Input.Ahead.TOO_EARLY);
        steps.send("hello");
        Step<Integer> handler = new Step<>(() -> exchange.read(new byte[5], 0, 5));
        assertThat(handler.get()).isEqualTo(5);
        steps.send("G");
        assertThat(input.readAhead(exchange)).as("the client sends on").isEqualTo(Http1Input.Ahead.NO_NEWS);
    }

    @Test
    void theWatchComesTooEarlyWhileAHandlerHasTheInput() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        BodyReader unread = new BodyReader(steps.in, 5, 400);
        assertThat(input.take(exchange, unread)).isTrue();
        assertThat(input.readAhead(exchange)).isEqualTo(Http1Input.Ahead.TOO_EARLY);
        input.giveBack(0);
        steps.send("G");
        assertThat(input.readAhead(exchange)).isEqualTo(Http1Input.Ahead.NO_NEWS);
    }

    @Test
    void theWatchReadsNothingThatIsNotItsTurn() throws Exception {
        Http1Exchange over = steps.begin(GET);
        input.finish();
        assertThat(input.readAhead(over)).as("its exchange is over").isEqualTo(Http1Input.Ahead.NO_NEWS);
        Http1Exchange exchange = steps.begin(GET + "G");
        assertThat(input.readAhead(over)).as("another one's turn").isEqualTo(Http1Input.Ahead.NO_NEWS);
        steps.send("E");
        assertThat(input.readAhead(exchange)).as("a pipelined request is there").isEqualTo(Http1Input.Ahead.NO_NEWS);
        assertThat(steps.server.unread()).as("nothing more is read before its turn").isOne();
    }

    @Test
    void thereIsOneWatchAtATime() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        assertThat(new Step<>(() -> input.readAhead(exchange)).get()).isEqualTo(Http1Input.Ahead.NO_NEWS);
        assertThat(watch.isDone()).isFalse();
        steps.send("G");
        assertThat(watch.get()).isEqualTo(Http1Input.Ahead.NO_NEWS);
    }

    @Test
    void untilTheWatchHasGivenTheInputBackNobodyLooksIntoIt() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        synchronized (input) {
            steps.send("GET");
            while (steps.in.available() == 0) {
                Thread.onSpinWait();
            }
            watch.awaitState(Thread.State.BLOCKED); // it has read, and is about to say so
            assertThat(input.pipelined()).isFalse();
        }
        watch.get();
        assertThat(input.pipelined()).isTrue();
    }

    @Test
    void noLimitOfBeforeHoldsForTheWatch() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Duration brief = Duration.ofMillis(10);
        steps.source.limitEachRead(brief);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        InputSteps.pass(brief.multipliedBy(10));
        steps.send("G");
        assertThat(watch.get()).isEqualTo(Http1Input.Ahead.NO_NEWS);
        assertThat(input.expired()).isFalse();
    }

    /// Whatever ends the watch's thread: the connection's waits for it.
    @Test
    void aWatchThatFailsGivesTheInputBack() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        Input broken = new Input((into, offset, length) -> {
            reads.incrementAndGet();
            throw new IllegalStateException("a fault of ours");
        }, 2048, 1 << 16);
        try (InputSteps beside = new InputSteps(Limits.DEFAULT)) {
            Http1Exchange exchange = beside.begin(GET);
            Http1Input fragile = new Http1Input(beside.server, beside.source, broken, Limits.DEFAULT);
            fragile.begin(exchange);
            assertThatThrownBy(() -> fragile.readAhead(exchange)).isInstanceOf(IllegalStateException.class);
            assertThat(fragile.finish()).isTrue();
            assertThat(fragile.awaitMessage()).as("nothing more will come").isEqualTo(Http1Input.Next.NONE);
        }
        assertThat(reads).hasValue(1);
    }

    @Test
    void theConnectionsThreadThatIsInterruptedWaitsForNoWatch() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        input.finish();
        CountDownLatch outOfTheFirst = new CountDownLatch(1);
        Step<String> owner = new Step<>(() -> {
            Http1Input.Next more = input.awaitMessage();
            boolean kept = Thread.interrupted();
            outOfTheFirst.countDown();
            input.linger(Duration.ofMinutes(10));
            return more + " " + kept + " " + Thread.interrupted();
        });
        owner.awaitState(Thread.State.WAITING);
        owner.thread.interrupt();
        outOfTheFirst.await();
        owner.thread.interrupt();
        assertThat(owner.get()).as("no message, and it is known that it was interrupted").isEqualTo("NONE true true");
        steps.client.close();
        watch.get();
    }

    // ---- a handler's reads

    @Test
    void theConnectionsThreadWaitsForAReadThatIsUnderWay() throws Exception {
        Http1Exchange exchange = steps.begin(POST);
        BodyReader body = steps.body();
        assertThat(input.take(exchange, body)).isTrue();
        Step<Boolean> owner = new Step<>(input::finish);
        owner.awaitState(Thread.State.WAITING);
        input.giveBack(0);
        assertThat(owner.get()).isTrue();
        assertThatThrownBy(() -> input.take(exchange, body)).isInstanceOf(IOException.class).hasMessage("exchange is over");
    }

    @Test
    void theConnectionsThreadThatIsInterruptedDoesNotWaitForTheRead() throws Exception {
        Http1Exchange exchange = steps.begin(POST);
        input.take(exchange, steps.body());
        Step<String> owner = new Step<>(() -> input.finish() + " " + Thread.currentThread().isInterrupted());
        owner.awaitState(Thread.State.WAITING);
        owner.thread.interrupt();
        assertThat(owner.get()).as("it may be reading still").isEqualTo("false true");
    }

    @Test
    void whoAsksBehindTheEndOfABodyTakesNothing() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        assertThat(input.take(exchange, steps.body())).isFalse();
        assertThat(input.finish()).as("there is no read to wait for").isTrue();
    }

    @Test
    void whatIsThereOfABodyIsTold() throws Exception {
        Http1Exchange exchange = steps.begin(CHUNKED + "5\r\nhel");
        assertThat(exchange.available()).isEqualTo(3);
    }

    @Test
    void aBodyThatIsMalformedCanBeReadSoThatTheReaderHearsOfIt() throws Exception {
        Http1Exchange exchange = steps.begin(CHUNKED + "x\r\n");
        assertThat(exchange.available()).isOne();
    }

    @Test
    void theRestThatIsThereIsLookedForWhileNobodyReads() throws Exception {
        Http1Exchange exchange = steps.begin(CHUNKED + "5\r\nhello\r\n0\r\n\r\n");
        BodyReader body = steps.body();
        assertThat(input.holdsRest(body)).isTrue();
        input.take(exchange, body);
        assertThat(input.holdsRest(body)).as("where it is read the buffer is another thread's").isFalse();
        input.giveBack(0);
        assertThat(input.holdsRest(body)).isTrue();
    }

    // ---- what is left of a message

    @ParameterizedTest
    @CsvSource({"0, true", "5, true", "262144, true", "262145, false", "300000, false"})
    void ofABodyThatNobodyWantedSoMuchIsReadAndNoMore(int length, boolean whole) throws Exception {
        steps.begin(GET);
        input.finish();
        steps.client.write(new byte[length + 1], 0, length + 1);
        assertThat(input.discard(new BodyReader(steps.in, length, 400))).isEqualTo(whole);
        assertThat(steps.server.unread() + steps.in.available()).as("octets left").isEqualTo(length + 1 - Math.min(length, 256 << 10));
    }

    @Test
    void aBodyThatEndsTooEarlyIsNotAll() throws Exception {
        steps.begin(POST);
        input.finish();
        steps.send("hell");
        steps.client.shutdownOutput();
        assertThat(input.discard(steps.body())).isFalse();
    }

    @Test
    void whatIsDroppedTakesNoMemory() throws Exception {
        steps.begin(GET + "x".repeat(100));
        steps.send("y".repeat(30_000));
        assertThat(steps.in.require(30_100)).isTrue();
        assertThat(steps.memory.held()).isPositive();
        input.drop();
        assertThat(steps.memory.held()).isZero();
        assertThat(input.holdsSome()).isFalse();
    }

    @Test
    void whoLingersDropsWhatComesUntilTheClientEndsItsDirection() throws Exception {
        steps.begin(GET);
        input.finish();
        steps.send("x".repeat(100_000));
        assertThat(steps.in.require(30_000)).isTrue();
        assertThat(steps.memory.held()).isPositive();
        steps.client.shutdownOutput();
        input.linger(Duration.ofMinutes(10));
        assertThat(steps.server.unread() + steps.in.available()).isZero();
        assertThat(steps.memory.held()).isZero();
    }

    @Test
    void nobodyLingersBehindTheEndThatTheWatchHasFound() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        steps.client.shutdownOutput();
        assertThat(input.readAhead(exchange)).isEqualTo(Http1Input.Ahead.CLIENT_GONE);
        input.finish();
        input.linger(Duration.ofMinutes(10));
        assertThat(steps.noted).isEmpty();
    }

    // ---- a connection that a handler takes over

    @Test
    void whoTakesTheConnectionOverGetsWhatTheWatchHasRead() throws Exception {
        Http1Exchange exchange = steps.begin(GET);
        Step<Http1Input.Ahead> watch = steps.reading(() -> input.readAhead(exchange));
        input.upgrade(exchange);
        Step<Input> taken = new Step<>(input::upgraded);
        taken.awaitState(Thread.State.WAITING);
        steps.send("hi");
        assertThat(taken.get()).isSameAs(steps.in);
        assertThat(taken.get().available()).isEqualTo(2);
        assertThat(watch.get()).isEqualTo(Http1Input.Ahead.NO_NEWS);
        assertThatThrownBy(() -> input.upgrade(exchange)).isInstanceOf(IOException.class).hasMessage("exchange is over");
    }

    @Test
    void theOneWhoseTurnItIsNotCanNotTakeItOver() throws Exception {
        Http1Exchange over = steps.begin(GET);
        input.finish();
        Http1Exchange exchange = steps.begin(POST);
        assertThatThrownBy(() -> input.upgrade(over)).isInstanceOf(IOException.class);
        steps.send("hello");
        assertThat(exchange.read(new byte[5], 0, 5)).isEqualTo(5);
    }
}
