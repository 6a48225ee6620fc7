// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import lambdadispatch.protocol.ExitReason;
import lambdadispatch.support.FakeService;
import lambdadispatch.support.FakeService.Manner;
import lambdadispatch.support.FakeService.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When an invocation is ending, when it is over, and for which of its reasons.
@Timeout(60)
class InvocationEndTest {
    private static final long LONG_MILLIS = 50_000;

    private final AtomicReference<Reply> answer = new AtomicReference<>(Reply.ok(""));
    private final FakeService router = new FakeService(asked -> answer.get());
    private final CompletableFuture<Boolean> servingWhenAskedToClose = new CompletableFuture<>();
    private final CompletableFuture<ExitReason> reasonWhenAskedToClose = new CompletableFuture<>();
    private final RouterLink link = LinkBed.link(router.uri().toString(), LinkBed.app(), this::closesInMillis);
    private final InvocationEnd end = new InvocationEnd(link);

    /// The link asks when it makes a request.
    private long closesInMillis() {
        servingWhenAskedToClose.complete(end.isServing());
        reasonWhenAskedToClose.complete(end.reason());
        return 1_000;
    }

    @AfterEach
    void close() {
        link.close();
        router.close();
    }

    private boolean isOver() throws InterruptedException {
        return end.awaitOver(0);
    }

    @Test
    void itServesUntilThereIsAReason() throws Exception {
        assertThat(end.isServing()).isTrue();
        assertThat(end.reason()).isNull();
        assertThat(end.hasChannels()).isFalse();
        assertThat(isOver()).isFalse();
        end.note(ExitReason.AppConnectionClosed);
        assertThat(end.isServing()).as("noted only").isTrue();
        assertThat(isOver()).isFalse();
    }

    @Test
    void theWorstReasonIsTold() {
        end.note(ExitReason.SelfLastActive);
        assertThat(end.reason()).isEqualTo(ExitReason.SelfLastActive);
        end.note(ExitReason.AppConnectionClosed);
        assertThat(end.reason()).isEqualTo(ExitReason.AppConnectionClosed);
        end.end(ExitReason.RouterGoAway);
        assertThat(end.reason()).isEqualTo(ExitReason.AppConnectionClosed);
    }

    @Test
    void endWithoutChannelsIsTheEnd() throws Exception {
        end.end(ExitReason.RouterGoAway);
        assertThat(end.isServing()).isFalse();
        end.awaitEnding();
        assertThat(isOver()).isTrue();
        assertThat(router.asked()).isEmpty();
    }

    @Test
    void whoWaitsForTheEndingIsWokenByIt() {
        CompletableFuture<Boolean> woken = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().daemon().start(() -> {
            try {
                end.awaitEnding();
                woken.complete(true);
            } catch (InterruptedException e) {
                woken.completeExceptionally(e);
            }
        });
        InvocationBed.until(() -> waiting.getState() == Thread.State.WAITING || woken.isDone());
        assertThat(woken).isNotDone();
        end.end(ExitReason.RouterGoAway);
        assertThat(woken).succeedsWithin(Duration.ofMillis(LONG_MILLIS));
    }

    @Test
    void endWaitsForTheLastChannel() throws Exception {
        end.channelBegins();
        end.channelBegins();
        end.end(ExitReason.RouterGoAway);
        assertThat(end.isServing()).isFalse();
        assertThat(end.hasChannels()).isTrue();
        end.channelOver();
        assertThat(isOver()).isFalse();
        assertThat(end.hasChannels()).isTrue();
        end.channelOver();
        assertThat(isOver()).isTrue();
        assertThat(end.hasChannels()).isFalse();
    }

    @Test
    void noneOfItsChannelsEndsAnInvocationThatServes() throws Exception {
        end.channelBegins();
        end.channelOver();
        assertThat(isOver()).isFalse();
        assertThat(end.isServing()).isTrue();
    }

    @Test
    void endAtOnceWaitsForNoChannel() throws Exception {
        end.channelBegins();
        end.endAtOnce(ExitReason.RouterConnectionError);
        assertThat(end.isServing()).isFalse();
        assertThat(isOver()).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.RouterConnectionError);
    }

    @Test
    void whoWaitsIsWokenWhenTheAnswerIsDue() throws Exception {
        end.channelBegins();
        CompletableFuture<Boolean> woken = LinkBed.inVirtualThread(() -> end.awaitOver(LONG_MILLIS));
        end.isOver();
        assertThat(woken.get(LONG_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(end.isServing()).as("nobody gave a reason").isTrue();
    }

    @Test
    void whoDrainsIsEndingBeforeTheRouterHearsOfIt() throws Exception {
        end.channelBegins();
        end.drain(ExitReason.SelfLastActive);
        assertThat(servingWhenAskedToClose.get()).isFalse();
        assertThat(reasonWhenAskedToClose.get()).as("or channels that end at once would leave it without a reason")
                .isEqualTo(ExitReason.SelfLastActive);
        assertThat(end.reason()).isEqualTo(ExitReason.SelfLastActive);
    }

    @Test
    void drainingIsOverWithTheChannelsThatTheRouterEnds() throws Exception {
        end.channelBegins();
        end.drain(ExitReason.SelfLastActive);
        InvocationBed.until(() -> router.asked().size() == 1);
        assertThat(router.asked().getFirst()).hasToString("POST /v1/instances/" + LinkBed.ID + "/close");
        link.ping(0, 0).get(); // so that the answer to the first has had its time
        assertThat(isOver()).isFalse();
        end.channelOver();
        assertThat(isOver()).isTrue();
    }

    @Test
    void drainingWithoutChannelsWaitsForNoAnswer() throws Exception {
        answer.set(Reply.ok("").in(Manner.SILENT));
        end.drain(ExitReason.SelfDeadline);
        assertThat(isOver()).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.SelfDeadline);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 409, 500})
    void routerThatDoesNotDrainIsNotWaitedFor(int status) throws Exception {
        answer.set(Reply.of(status, ""));
        end.channelBegins();
        end.drain(ExitReason.SelfLastActive);
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.SelfLastActive);
    }

    @Test
    void norIsOneThatCanNotBeAsked() throws Exception {
        router.close();
        end.channelBegins();
        end.drain(ExitReason.SelfLastActive);
        assertThat(end.awaitOver(LONG_MILLIS)).isTrue();
        assertThat(end.reason()).isEqualTo(ExitReason.RouterConnectionError);
    }

    @Test
    void anAnswerThatComesWhenItIsOverSaysNothingMore() throws Exception {
        answer.set(Reply.ok("").in(Manner.SILENT));
        end.drain(ExitReason.SelfLastActive);
        assertThat(isOver()).isTrue();
        CompletableFuture<Integer> behind = link.ping(0, 0);
        link.close(); // fails both, the first one first
        assertThat(behind).failsWithin(Duration.ofMillis(LONG_MILLIS));
        assertThat(end.reason()).isEqualTo(ExitReason.SelfLastActive);
    }

    @ParameterizedTest
    @CsvSource({"409, false, SelfStaleRequest", "409, true, RouterStatus4xx", "400, false, RouterStatus4xx", "499, false, RouterStatus4xx",
            "401, true, RouterStatus4xx", "500, false, RouterStatus5xx", "599, true, RouterStatus5xx", "399, false, RouterStatusOther",
            "600, false, RouterStatusOther", "302, true, RouterStatusOther"})
    void refusalMeansWhatItsStatusSays(int status, boolean welcome, ExitReason expected) {
        if (welcome) {
            end.welcomed();
        }
        assertThat(end.refused(status)).isEqualTo(expected);
        assertThat(end.reason()).as("it is the caller's to say so").isNull();
    }
}
