// SPDX-License-Identifier: MIT
package lambdadispatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lambdadispatch.e2e.Wire.Body;
import lambdadispatch.e2e.Wire.Version;
import lambdadispatch.emulator.environment.Environment;
import lambdadispatch.emulator.process.Signal;
import lambdadispatch.support.Stack;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The failure table ("What a client gets when something breaks"), row by row, on real processes that are really killed.
@Timeout(90)
class WhatClientsGetTest {
    private static final Pattern SEEN = Pattern.compile("waiting=(\\d+) gone=(\\d+) pid=(\\d+)");

    @RegisterExtension
    static final Stack STACK = new Stack().app(OddApp.command()).instances(3)
            .router("LAMBDA_DISPATCH_MaxConcurrentCount", "8").router("LAMBDA_DISPATCH_ChannelCount", "8")
            .router("LAMBDA_DISPATCH_MaxInstanceCount", "1");

    private record Seen(int waiting, int gone, long pid) {}

    /// What the app of the one environment has seen.
    private static Seen seen() throws Exception {
        Answer answer = Wire.get(Version.HTTP_1, STACK, "/seen");
        Matcher seen = SEEN.matcher(answer.text());
        assertThat(seen.matches()).as(answer.toString()).isTrue();
        return new Seen(Integer.parseInt(seen.group(1)), Integer.parseInt(seen.group(2)), Long.parseLong(seen.group(3)));
    }

    private static void until(BooleanSupplier reached) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static void untilSeen(java.util.function.Predicate<Seen> wanted) {
        until(() -> {
            try {
                return wanted.test(seen());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /// The environment whose app that is.
    private static Environment environment(long appPid) {
        return STACK.environments().stream().filter(each -> each.pid(Environment.Part.APP) == appPid).findFirst().orElseThrow();
    }

    private static void works() throws Exception {
        assertThat(Wire.get(Version.HTTP_1, STACK, "/").text()).isEqualTo("ok");
    }

    // --- instance or channel lost ---

    /// Rows two and three of the table at once, over both versions: what is in flight when an instance dies.
    @ParameterizedTest
    @EnumSource(Environment.Part.class)
    void whatIsInFlightWhenAnInstanceIsKilled(Environment.Part killed) throws Exception {
        Seen before = seen();
        List<Wire> gets = new ArrayList<>();
        List<Wire> posts = new ArrayList<>();
        List<Wire> halfAnswered = new ArrayList<>();
        for (Version version : Version.values()) {
            gets.add(sent(version, "GET", "/silent"));
            posts.add(sent(version, "POST", "/silent"));
            halfAnswered.add(sent(version, "GET", "/hold"));
            halfAnswered.getLast().answer.await(answer -> answer.status() == 200);
        }
        untilSeen(seen -> seen.waiting() == before.waiting() + 6);
        environment(before.pid()).signal(killed, Signal.KILL);
        for (Wire post : posts) {
            assertThat(post.answer.awaitEnd().status()).as("may have been done: not sent twice").isEqualTo(502);
        }
        for (Wire half : halfAnswered) {
            assertThat(half.answer.awaitEnd().end()).as("broken off, never ended as if it were whole").isEqualTo(Answer.End.BROKEN);
            assertThat(half.answer.length()).isZero();
        }
        // tried on the next instance, where it is silent, too
        untilSeen(seen -> seen.pid() != before.pid() && seen.waiting() == gets.size());
        for (Wire get : gets) {
            assertThat(get.answer.end()).isEqualTo(Answer.End.OPEN);
            get.leave();
        }
        for (List<Wire> wires : List.of(gets, posts, halfAnswered)) {
            for (Wire wire : wires) {
                wire.close();
            }
        }
        works();
    }

    private static Wire sent(Version version, String method, String target) throws IOException {
        Wire wire = Wire.open(version, STACK);
        wire.request(method, target, method.equals("GET") ? Body.NONE : Body.FOLLOWS,
                method.equals("GET") ? new String[0] : new String[] {"content-length", "2"});
        if (method.equals("POST")) {
            wire.body("hi");
            wire.endBody();
        }
        return wire;
    }

    // --- app answers garbage, or closes early ---

    @ParameterizedTest
    @CsvSource({"HTTP_1,/junk", "HTTP_2,/junk", "HTTP_1,/close", "HTTP_2,/close"})
    void unusableAnswerIs502(Version version, String target) throws Exception {
        Answer get = Wire.get(version, STACK, target);
        assertThat(get.status()).isEqualTo(502);
        assertThat(get.end()).isEqualTo(Answer.End.WHOLE);
        assertThat(Wire.post(version, STACK, target, "hi").status()).isEqualTo(502);
        works();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1,/half", "HTTP_2,/half", "HTTP_1,/half-chunked", "HTTP_2,/half-chunked", "HTTP_1,/bad-chunk", "HTTP_2,/bad-chunk"})
    void answerThatBreaksOffIsBrokenOffAndNeverEnded(Version version, String target) throws Exception {
        Answer answer = Wire.post(version, STACK, target, "hi");
        // What breaks before its head has left is 502, after that it is broken off: which one is a matter of how the octets come.
        assertThat(
                answer.end() == Answer.End.BROKEN && answer.status() == 200 || answer.end() == Answer.End.WHOLE && answer.status() == 502)
                .as(answer.toString()).isTrue();
        works();
    }

    // --- client goes away ---

    @ParameterizedTest
    @EnumSource(Version.class)
    void clientThatGoesAwayIsGoneUpToTheAppsSocketAndItsSlotIsFree(Version version) throws Exception {
        Seen before = seen();
        for (int round = 1; round <= 2; round++) { // more than there are slots
            Wire[] wires = new Wire[6];
            for (int i = 0; i < wires.length; i++) {
                wires[i] = Wire.open(version, STACK);
                wires[i].request("GET", "/silent", Body.NONE);
            }
            int expected = round * wires.length;
            untilSeen(seen -> seen.waiting() == before.waiting() + expected);
            for (Wire wire : wires) {
                wire.leave();
            }
            untilSeen(seen -> seen.gone() == before.gone() + expected);
            for (Wire wire : wires) {
                wire.close();
            }
        }
        assertThat(seen().pid()).as("no instance was lost for it").isEqualTo(before.pid());
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void clientThatGoesAwayInsideItsUploadIsGoneUpToTheApp(Version version) throws Exception {
        Seen before = seen();
        try (Wire wire = Wire.open(version, STACK)) {
            wire.request("POST", "/sink", Body.FOLLOWS);
            wire.body("x".repeat(40_000));
            untilSeen(seen -> seen.waiting() == before.waiting() + 1);
            wire.leave();
            untilSeen(seen -> seen.gone() == before.gone() + 1);
        }
        assertThat(seen().pid()).isEqualTo(before.pid());
    }
}
