// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import lambdadispatch.http.message.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which connections to the app carry another request, and what becomes of octets on them that nobody asked for.
@Timeout(60)
class KeptAppConnectionTest {
    private static final String GET = "GET /a HTTP/1.1\r\nhost: h\r\n\r\n";
    private static final String HEAD = "HEAD /a HTTP/1.1\r\nhost: h\r\n\r\n";
    private static final String POST = "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nx";
    private static final String MINE = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine";
    private static final String UNASKED = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked";
    private static final int FAST_IDLE_MILLIS = 1;

    private static RelayBed.AppSide served(RelayBed bed, String request, String answer) throws Exception {
        bed.request(request);
        return answered(bed, bed.app(), request, answer);
    }

    private static RelayBed.AppSide answered(RelayBed bed, RelayBed.AppSide app, String request, String answer) throws Exception {
        assertThat(app.read(request.length())).isEqualTo(request);
        int before = bed.up.text().length();
        app.send(answer);
        String end = request.startsWith("HEAD") || answer.startsWith("HTTP/1.1 304") ? "\r\n\r\n" : answer.substring(answer.length() - 2);
        bed.up.await(text -> text.length() > before && text.endsWith(end));
        return app;
    }

    /// The next request comes on a connection of its own and gets the answer to it.
    private static void nextIsFresh(RelayBed bed, String request) throws Exception {
        try (RelayBed.AppSide fresh = served(bed, request, MINE)) {
            assertThat(bed.up.text()).endsWith(request.startsWith("HEAD") ? "\r\n\r\n" : "mine").doesNotContain("unasked", "502");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {UNASKED, "\r\n", "0\r\n\r\n", "</html>", "HTTP/1.1 103 Early Hints\r\n\r\n",
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"})
    void whatComesBehindAnAnswerIsNobodysAnswer(String late) throws Exception {
        try (RelayBed bed = new RelayBed(); RelayBed.AppSide app = served(bed, POST, MINE)) {
            app.send(late);
            nextIsFresh(bed, POST);
            assertThat(app.closed()).isTrue();
        }
    }

    @Test
    void surplusIsFoundWhereverTheReadsHappenToEnd() throws Exception {
        for (int length = (48 << 10) - 60; length < (48 << 10) - 20; length++) { // 16 KiB with the head, then 32 KiB at once
            try (RelayBed bed = new RelayBed()) {
                String head = "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n";
                try (RelayBed.AppSide app = bed(bed, head + "y".repeat(length) + UNASKED, head.length() + length)) {
                    nextIsFresh(bed, GET);
                }
            }
        }
    }

    private static RelayBed.AppSide bed(RelayBed bed, String sent, int passed) throws Exception {
        bed.request(GET);
        RelayBed.AppSide app = bed.app();
        app.readHead();
        app.send(sent);
        bed.up.await(text -> text.length() == passed);
        return app;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HEAD | 200 OK | Content-Length: 4", "HEAD | 200 OK | Transfer-Encoding: chunked", "GET | 304 Not Modified | Content-Length: 4",
            "GET | 304 Not Modified | Transfer-Encoding: chunked", "GET | 200 OK | Content-Length: 0 & Connection: close",
            "GET | 200 OK | Content-Length: 0 & Keep-Alive: timeout=0",
        "GET | 200 OK | Content-Length: 0 & Connection: x, close"})
    void connectionIsNotKeptBehindAHeadThatSpeaksAgainstIt(String method, String status, String fields) throws Exception {
        String request = method.equals("HEAD") ? HEAD : GET;
        String answer = "HTTP/1.1 " + status + "\r\n" + fields.replace(" & ", "\r\n") + "\r\n\r\n";
        try (RelayBed bed = new RelayBed(); RelayBed.AppSide app = served(bed, request, answer)) {
            assertThat(app.closed()).isTrue();
            nextIsFresh(bed, POST);
        }
    }

    @Test
    void connectionOfAnHttp10AppIsKeptOnlyIfItSaysSo() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            try (RelayBed.AppSide app = served(bed, GET, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
                assertThat(app.closed()).isTrue();
            }
            try (RelayBed.AppSide app = served(bed, GET, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")) {
                bed.request(GET);
                answered(bed, app, GET, MINE);
            }
        }
    }

    @Test
    void anAppThatWasCaughtOnceIsNotKeptByAnyChannelAgain() throws Exception {
        AppHabits habits = new AppHabits(true, System::nanoTime);
        try (RelayBed bed = new RelayBed(false, habits); RelayBed.AppSide app = served(bed, GET, MINE)) {
            app.send(UNASKED);
            nextIsFresh(bed, GET);
        }
        try (RelayBed other = new RelayBed(false, habits); RelayBed.AppSide app = served(other, GET, MINE)) {
            assertThat(app.closed()).isTrue();
            nextIsFresh(other, GET);
        }
    }

    @Test
    void surplusThatCameWithTheAnswerIsRememberedToo() throws Exception {
        AppHabits habits = new AppHabits(true, System::nanoTime);
        try (RelayBed bed = new RelayBed(false, habits); RelayBed.AppSide app = bed(bed, MINE + UNASKED, MINE.length())) {
            assertThat(app.closed()).isTrue();
            nextIsFresh(bed, GET);
            assertThat(habits.keeps()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {POST, GET})
    void connectionThatTheAppHasClosedUnannouncedIsReplaced(String request) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            served(bed, POST, MINE).close();
            nextIsFresh(bed, request);
        }
    }

    @Test
    void noConnectionIsKeptWhereThatIsTurnedOff() throws Exception {
        try (RelayBed bed = new RelayBed(false, new AppHabits(false, System::nanoTime)); RelayBed.AppSide app = served(bed, GET, MINE)) {
            assertThat(app.closed()).isTrue();
            nextIsFresh(bed, GET);
        }
    }

    @Test
    void appThatAnswersBeforeItHasTheBodyMayTakeTheRestForARequest() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\nbegin");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send(MINE);
                bed.up.awaitEnd("mine");
                bed.request("x".repeat(100_000 - 5));
                assertThat(app.in().readAllBytes()).hasSize(100_000);
                nextIsFresh(bed, GET);
            }
        }
    }

    @Test
    void whatCanNotBeSentTwiceTakesNoConnectionThatWasIdleForLong() {
        AppHabits habits = new AppHabits(true, System::nanoTime);
        long second = TimeUnit.SECONDS.toNanos(1);
        assertThat(habits.trusts(second / 2, false)).isTrue();
        assertThat(habits.trusts(2 * second, false)).isFalse();
        assertThat(habits.trusts(2 * second, true)).isTrue();
        assertThat(habits.trusts(second, false)).as("a second, to the nanosecond").isTrue();
        assertThat(habits.trusts(second + 1, false)).isFalse();
    }

    @Test
    void whatCanNotBeSentTwiceTakesNoConnectionOfAnAppThatClosesEarlyForAMinute() {
        closesEarly(TimeUnit.MILLISECONDS.toNanos(FAST_IDLE_MILLIS), 0);
        closesEarly(TimeUnit.SECONDS.toNanos(1), TimeUnit.DAYS.toNanos(1));
        AppHabits habits = new AppHabits(true, () -> 0);
        habits.closed(TimeUnit.SECONDS.toNanos(1) + 1);
        assertThat(habits.trusts(0, false)).as("that is not early").isTrue();
    }

    private static void closesEarly(long idle, long now) {
        AtomicLong clock = new AtomicLong(now);
        AppHabits habits = new AppHabits(true, clock::get);
        habits.closed(TimeUnit.SECONDS.toNanos(5));
        assertThat(habits.trusts(idle, false)).isTrue(); // it closes after seconds, as most do
        habits.closed(idle);
        assertThat(habits.trusts(idle, false)).isFalse();
        assertThat(habits.trusts(idle, true)).isTrue();
        clock.addAndGet(AppHabits.CAUTION.toNanos());
        assertThat(habits.trusts(idle, false)).isFalse();
        clock.incrementAndGet();
        assertThat(habits.trusts(idle, false)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "timeout=5 | 4000", "Timeout=5, max=100 | 4000", "max=3, timeout=2 | 1000", "timeout=1 | 500", "timeout=0 | 0",
            "timeout=72 | 71000",
        "timeout=10000005 | 999999000", "timeout= | -1", "timeout=x | -1", "max=5 | -1", "'' | -1", "timeout=99999999999999999999 | 9999998000"})
    void keepAliveFieldTellsHowLongAConnectionIsGood(String value, long millis) {
        long nanos = AppConnection.idleLimitNanos(Headers.of("Keep-Alive", value));
        assertThat(nanos == Long.MAX_VALUE ? -1 : nanos / 1_000_000).isEqualTo(millis);
    }
}
