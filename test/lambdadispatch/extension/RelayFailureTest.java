// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an app that fails becomes: 502 as long as nothing of its answer has left, a broken channel after that.
@Timeout(30)
class RelayFailureTest {
    private static final String GET = "GET /a HTTP/1.1\r\nhost: h\r\n\r\n";
    private static final String POST = "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nx";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// Serves one good request, so that the connection is kept, and returns it.
    private static RelayBed.AppSide kept(RelayBed bed) throws Exception {
        bed.request(POST);
        RelayBed.AppSide app = bed.app();
        app.readHead();
        app.read(1);
        app.send(OK);
        bed.up.awaitEnd("ok");
        return app;
    }

    /// After whatever happened the channel still carries requests.
    private static void stillServes(RelayBed bed) throws Exception {
        bed.request(GET);
        try (RelayBed.AppSide next = bed.appThatIsAsked()) {
            assertThat(next.readHead()).isEqualTo(GET);
            next.send(OK);
            bed.up.awaitEnd("ok");
            bed.goAway();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {POST, GET})
    void appThatIsDownCostsTheChannelSoThatTheRouterMayTryAnother(String request) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.appIsDown();
            bed.request(request);
            assertThat(bed.failure()).isInstanceOf(AppGone.class);
        }
    }

    @Test
    void appThatEndsInARequestThatMayBeSentAgainCostsTheChannel() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            RelayBed.AppSide app = bed.app();
            app.readHead();
            bed.appIsDown();
            app.close();
            assertThat(bed.failure()).isInstanceOf(AppGone.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "HTTP/1.1 200",
        "this is not HTTP\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-A: \u0001\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\njunk"})
    void unusableAnswerIs502AndTheChannelLivesOn(String answer) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send(answer);
            }
            assertThat(bed.up.await(text -> text.contains("could not answer"))).contains("HTTP/1.1 502 ", "\r\nx-lambda-fault: app\r\n")
                    .doesNotContain("200");
            stillServes(bed);
        }
    }

    @Test
    void protocolThatNobodyAskedForIsNotSwitchedTo() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
                assertThat(bed.up.await(text -> text.contains("could not answer"))).startsWith("HTTP/1.1 502 ").doesNotContain(" 101 ");
            }
            stillServes(bed);
        }
    }

    @Test
    void answerOfTheExtensionsOwnToAHeadHasNoBody() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("HEAD /a HTTP/1.1\r\nhost: h\r\n\r\n");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("this is not HTTP\r\n\r\n");
            }
            assertThat(bed.up.await(text -> text.contains("\r\n\r\n"))).startsWith("HTTP/1.1 502 ").endsWith("\r\n\r\n")
                    .doesNotContain("could not answer");
            stillServes(bed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf|\r\nZZ\r\n"})
    void appThatBreaksOffInsideItsAnswerBreaksTheChannel(String answer) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                String[] parts = answer.split("\\|");
                app.send(parts[0]);
                bed.up.await(text -> text.contains("half"));
                app.send(parts.length > 1 ? parts[1] : "");
            }
            assertThat(bed.failure()).isInstanceOf(AppFailure.class);
        }
    }

    @Test
    void answerThatTurnsOutToBeGarbledBeforeAnyOfItHasLeftIs502AndTheChannelLivesOn() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n");
            }
            assertThat(bed.up.await(text -> text.contains("could not answer"))).startsWith("HTTP/1.1 502 ").doesNotContain("200");
            stillServes(bed);
        }
    }

    @Test
    void garbledAnswerBehindAnInterimOneIs502AndTheChannelLivesOn() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n");
            }
            assertThat(bed.up.await(text -> text.contains("could not answer"))).startsWith("HTTP/1.1 103 ").contains("HTTP/1.1 502 ")
                    .doesNotContain("200");
            stillServes(bed);
        }
    }

    @Test
    void whatAnAppSaysInTheRoutersOwnFieldIsNotPassedOn() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 502 Bad Gateway\r\nX-Lambda-Fault: environment\r\nContent-Length: 2\r\n\r\nno");
            }
            assertThat(bed.up.awaitEnd("no")).doesNotContainIgnoringCase("x-lambda-fault");
        }
    }

    @Test
    void trailersThatGrewWhenTheRouterWroteThemAreTaken() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n");
            String trailer = "a: " + "b".repeat(251) + "\r\n"; // 255 octets as a client may write it, and one more
            bed.request(trailer.repeat(256) + "\r\n");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.read(6 + 3 + 256 * 256 + 2);
                app.send(OK);
                bed.up.awaitEnd("ok");
            }
        }
    }

    @Test
    void getOnAConnectionThatTheAppClosesNowIsSentAgain() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            RelayBed.AppSide app = kept(bed);
            bed.request(GET);
            app.readHead();
            app.close();
            try (RelayBed.AppSide fresh = bed.app()) {
                assertThat(fresh.readHead()).isEqualTo(GET);
                fresh.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
                bed.up.awaitEnd("again");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"})
    void requestThatWasReadJustBeforeItsChannelBrokeReachesNoApp(String request) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.channelBreaks();
            bed.request(request);
            assertThat(bed.app().ended()).isTrue();
        }
    }

    @Test
    void getIsSentAgainOnlyOnce() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            RelayBed.AppSide app = kept(bed);
            bed.request(GET);
            app.readHead();
            app.close();
            bed.app().close();
            bed.up.await(text -> text.contains("HTTP/1.1 502 "));
            stillServes(bed);
        }
    }

    @Test
    void postThatTheAppMayHaveSeenIsNotSentAgain() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            RelayBed.AppSide app = kept(bed);
            bed.request(POST);
            app.readHead();
            app.close();
            bed.up.await(text -> text.contains("HTTP/1.1 502 "));
            stillServes(bed);
        }
    }

    @Test
    void getThatWasPartlyAnsweredIsNotSentAgain() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            RelayBed.AppSide app = kept(bed);
            bed.request(GET);
            app.readHead();
            app.send("HTTP/1.1 2").close();
            bed.up.await(text -> text.contains("HTTP/1.1 502 "));
            stillServes(bed);
        }
    }

    @Test
    void failureIsToldBeforeTheRestOfALargeBodyHasCome() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\nbegin");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
            }
            bed.up.await(text -> text.contains("HTTP/1.1 502 "));
            bed.request("x".repeat(100_000 - 5));
            stillServes(bed);
        }
    }

    @Test
    void earlyAnswerGoesOutAndTheRestOfTheBodyIsDropped() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            }
            bed.up.awaitEnd("big");
            for (int i = 0; i < 50; i++) {
                bed.request("3e8\r\n" + "x".repeat(1000) + "\r\n");
            }
            bed.request("0\r\n\r\n");
            stillServes(bed);
        }
    }

    @Test
    void requestThatBreaksOffReachesTheAppAsBrokenOff() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\nbegin");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                assertThat(app.read(5)).isEqualTo("begin");
                bed.breakOff();
                assertThat(app.closed()).isTrue();
            }
            assertThat(bed.failure()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void theExtensionsOwnAnswerIsFramedAndSaysWhy() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 101 Switching Protocols\r\n\r\n");
                String text = "the app could not answer: the app switches protocols unasked\n";
                bed.up.awaitEnd(text);
                assertThat(bed.up.text()).isEqualTo("HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/plain; charset=utf-8\r\n"
                        + "content-length: " + text.length() + "\r\nx-lambda-fault: app\r\n\r\n" + text);
            }
            stillServes(bed);
        }
    }

    @Test
    void channelThatBreaksBehindTheHeadOfAnAnswerIsNotTheAppsFault() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                bed.up.awaitEnd("half");
                bed.channelBreaks();
                assertThat(bed.failure()).isInstanceOf(IOException.class).isNotInstanceOf(AppFailure.class).hasMessage("channel broke");
                assertThat(app.closed()).isTrue();
            }
        }
    }

    @Test
    void channelThatBreaksInsideABodyIsNotTheAppsFault() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\nbegin");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.read(5);
                bed.routerIsLost();
                assertThat(app.closed()).as("the rest will never come").isTrue();
                assertThat(bed.failure()).isInstanceOf(IOException.class).isNotInstanceOf(AppGone.class).hasMessage("channel broke");
                assertThat(bed.up.text()).isEmpty();
            }
        }
    }

    @Test
    void appThatBreaksOffInsideItsAnswerIsAtFault() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                bed.up.awaitEnd("half");
            }
            assertThat(bed.failure()).isInstanceOf(AppFailure.class);
            assertThat(bed.up.text()).endsWith("half");
        }
    }

    @Test
    void streamedRequestThatFindsNoAppCostsTheChannel() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.appIsDown();
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\nbegin");
            assertThat(bed.failure()).isInstanceOf(AppGone.class);
            assertThat(bed.up.text()).isEmpty();
        }
    }
}
