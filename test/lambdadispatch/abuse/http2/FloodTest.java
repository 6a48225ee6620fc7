// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http2;

import static lambdadispatch.support.WireFrame.ACK;
import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.DATA;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.GOAWAY;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.PADDED;
import static lambdadispatch.support.WireFrame.PING;
import static lambdadispatch.support.WireFrame.PRIORITY;
import static lambdadispatch.support.WireFrame.SETTINGS;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.headers;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.priority;
import static lambdadispatch.support.WireFrame.reset;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntFunction;
import java.util.stream.Stream;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Attacks by number: frames that cost the sender next to nothing. Each is told to calm down, and its connection ends (RFC 9113 §10.5).
@Timeout(180)
class FloodTest {
    @RegisterExtension
    static final UnderAttack LISTENER = new UnderAttack();

    /// More than the budget for resets (200 and 50/s), and for chores (1,000 and 100/s), allows however slowly they are sent here.
    private static final int RESETS = 600;
    private static final int CHORES = 2_500;
    private static final byte[] NOTHING = {};

    /// @param first what is sent before the flood
    private static void endsInEnhanceYourCalm(String name, int times, WireFrame[] first, IntFunction<WireFrame[]> frames) throws Exception {
        LISTENER.attack(name, "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").silent().begin().send(first);
            UnderAttack.flood(attacker, times, frames);
            assertThat(attacker.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
            attacker.awaitEnd();
        });
    }

    private static WireFrame[] of(WireFrame... frames) {
        return frames;
    }

    @Test
    void rapidReset() throws Exception { // CVE-2023-44487
        endsInEnhanceYourCalm("RapidReset", RESETS, of(), i -> of(get(2 * i + 1, "/hang"), reset(2 * i + 1, 8)));
    }

    /// CVE-2025-8671: the server is made to reset streams whose handlers go on.
    static Stream<Arguments> provocations() {
        return Stream.of(
                provocation("a window update of 0", id -> of(get(id, "/hang"), windowUpdate(id, 0))),
                provocation("a window that overflows", id -> of(get(id, "/hang"), windowUpdate(id, Integer.MAX_VALUE))),
                provocation("data after the end", id -> of(get(id, "/hang"), data(id, 0, NOTHING))),
                provocation("fields after the end", id -> of(get(id, "/hang"), headers(id, END_STREAM, "a: b"))),
                provocation("a dependency on itself", id -> of(get(id, "/hang"), priority(id, id))),
                provocation("a priority of 4 octets", id -> of(get(id, "/hang"), new WireFrame(PRIORITY, 0, id, new byte[4]))),
                provocation("a body of another length", id -> of(post(id, "/hang", "content-length: 1"), data(id, END_STREAM, NOTHING))),
                provocation("a malformed request", id -> of(headers(id, END_STREAM, ":method: GET"))));
    }

    private static Arguments provocation(String name, IntFunction<WireFrame[]> frames) {
        return Arguments.of(name, frames);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("provocations")
    void madeYouReset(String name, IntFunction<WireFrame[]> frames) throws Exception {
        endsInEnhanceYourCalm("MadeYouReset: " + name, RESETS, of(), i -> frames.apply(2 * i + 1));
    }

    @Test
    void continuationFlood() throws Exception { // CVE-2024-27316
        endsInEnhanceYourCalm("ContinuationFlood", 20, of(new WireFrame(HEADERS, 0, 1, NOTHING)),
                i -> of(new WireFrame(CONTINUATION, 0, 1, new byte[10_000])));
    }

    @Test
    void continuationFloodOfEmptyFrames() throws Exception {
        endsInEnhanceYourCalm("ContinuationFlood, empty", CHORES, of(new WireFrame(HEADERS, 0, 1, NOTHING)),
                i -> of(new WireFrame(CONTINUATION, 0, 1, NOTHING)));
    }

    @Test
    void settingsFlood() throws Exception { // CVE-2019-9515
        endsInEnhanceYourCalm("SettingsFlood", CHORES, of(), i -> of(WireFrame.settings(4, i)));
        endsInEnhanceYourCalm("SettingsFlood, acks", CHORES, of(), i -> of(new WireFrame(SETTINGS, ACK, 0, NOTHING)));
    }

    @Test
    void pingFlood() throws Exception { // CVE-2019-9512
        endsInEnhanceYourCalm("PingFlood", CHORES, of(), i -> of(WireFrame.ping("12345678")));
        endsInEnhanceYourCalm("PingFlood, acks", CHORES, of(), i -> of(new WireFrame(PING, ACK, 0, new byte[8])));
    }

    @Test
    void emptyFrames() throws Exception { // CVE-2019-9518
        endsInEnhanceYourCalm("EmptyFrames", CHORES, of(post(1, "/count")), i -> of(new WireFrame(DATA, 0, 1, NOTHING)));
        endsInEnhanceYourCalm("EmptyFrames, padded", CHORES, of(post(1, "/count")), i -> of(new WireFrame(DATA, PADDED, 1, new byte[1])));
    }

    @Test
    void priorityFlood() throws Exception { // CVE-2019-9513
        endsInEnhanceYourCalm("PriorityFlood", CHORES, of(), i -> of(priority(2 * i + 1, 0)));
    }

    @Test
    void windowUpdateFlood() throws Exception {
        endsInEnhanceYourCalm("WindowUpdateFlood", CHORES, of(), i -> of(windowUpdate(0, 1)));
    }

    @Test
    void floodOfFramesThatSayNothing() throws Exception {
        endsInEnhanceYourCalm("UnknownFrames", CHORES, of(), i -> of(new WireFrame(0xee, 0, 0, new byte[100])));
        endsInEnhanceYourCalm("GoAwayFlood", CHORES, of(), i -> of(new WireFrame(GOAWAY, 0, 0, new byte[8])));
        endsInEnhanceYourCalm("ResetsOfClosedStreams", CHORES, of(get(1, "/")), i -> of(reset(1, 8)));
    }

    /// Some may have been under way when the stream was reset; many were not.
    @Test
    void framesOnStreamsThatWereReset() throws Exception {
        WireFrame[] broken = of(post(1, "/hang"), windowUpdate(1, 0));
        endsInEnhanceYourCalm("HeadersOnResetStreams", CHORES, broken, i -> of(headers(1, END_STREAM, "a: b")));
        endsInEnhanceYourCalm("DataOnResetStreams", 2 * CHORES, broken, i -> of(data(1, 0, new byte[1])));
        endsInEnhanceYourCalm("DataOnRefusedStreams", 2 * CHORES, of(headers(1, 0, ":method: GET")), i -> of(data(1, 0, new byte[1])));
    }

    @Test
    void streamsBeyondTheLimit() throws Exception {
        endsInEnhanceYourCalm("StreamFlood", 900, of(), i -> of(get(2 * i + 1, "/hang")));
    }

    @Test
    void aPeerThatWasTrustedIsJudgedByWiderBudgets() throws Exception {
        LISTENER.attack("RapidReset, trusted", "usual", () -> {
            Http2Peer trusted = LISTENER.peer("usual").begin().send(get(1, "/trust"));
            assertThat(trusted.answer(1).text()).isEqualTo("trusted");
            for (int round = 0; round < 20; round++) { // ten times what others may do
                for (int i = 0; i < 100; i++) {
                    int id = 3 + 2 * (round * 100 + i);
                    trusted.send(get(id, "/hang"), reset(id, 8));
                }
                trusted.roundTrip(String.format("%08d", round));
            }
            assertThat(trusted.send(get(9001, "/")).answer(9001).status()).isEqualTo(200);
        });
    }
}
