// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the relay passes on, both ways, when all goes well.
@Timeout(30)
class RelayTest {
    private static final String GET = "GET /a HTTP/1.1\r\nhost: h\r\n\r\n";

    @Test
    void requestReachesTheAppOctetByOctet() throws Exception {
        String request =
                "POST //a/../b?\u00e9 HTTP/1.1\r\nhost: h\r\nX-A: 1\r\nx-a: \u00fc\u00ff\r\nX-B: \r\nX-A: 2\r\ncontent-length: 4\r\n\r\nbody";
        try (RelayBed bed = new RelayBed()) {
            bed.request(request);
            try (RelayBed.AppSide app = bed.app()) {
                assertThat(app.read(request.length())).isEqualTo(request);
                app.send("HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nok");
                assertThat(bed.up.awaitEnd("ok")).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        }
    }

    @Test
    void fieldsKeepOrderDuplicatesCaseAndOctets() throws Exception {
        String fields = "X-B: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=\u00ff\u00e9\r\nX-A: \r\nSet-Cookie: c\r\nX-B: 2\r\n";
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.send("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 0\r\n\r\n");
                assertThat(bed.up.awaitEnd("\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 0\r\n\r\n");
            }
        }
    }

    @Test
    void aWishToBeKeptAfterTheAnswerIsHeardAndStaysHere() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.send("HTTP/1.1 200 OK\r\nX-Lambda-Wait-Until: 20\r\nContent-Length: 0\r\n\r\n");
                assertThat(bed.up.awaitEnd("\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                assertThat(bed.hold.leftMillis(System.nanoTime())).isPositive();
            }
        }
    }

    @Test
    void hopByHopFieldsOfTheAppStayHere() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.send(
                        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: X-Mine\r\nKeep-Alive: timeout=5\r\nX-Mine: 1\r\nUpgrade: h2c\r\nProxy-Connection: x\r\nX-Yours: 2\r\n"
                        + "Content-Length: 0\r\n\r\n");
                assertThat(bed.up.awaitEnd("\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK\r\nX-Yours: 2\r\nContent-Length: 0\r\n\r\n");
            }
        }
    }

    @Test
    void headLeavesBeforeTheBodyIsThere() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                bed.up.awaitEnd("\r\n\r\n");
                app.send("he");
                bed.up.awaitEnd("\r\n\r\nhe");
                app.send("llo");
                bed.up.awaitEnd("hello");
            }
        }
    }

    @Test
    void interimResponsesPassBut100StaysHere() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                assertThat(bed.up.awaitEnd("\r\n\r\n")).isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                app.send("HTTP/1.1 204 No Content\r\n\r\n");
                assertThat(bed.up.await(text -> text.contains("204"))).endsWith("HTTP/1.1 204 No Content\r\n\r\n");
            }
        }
    }

    @Test
    void chunksAndTrailersPassAsTheyAre() throws Exception {
        String body = "5;x=y\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n";
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n" + body);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                assertThat(app.read(body.length())).isEqualTo(body);
                app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
                assertThat(bed.up.awaitEnd("2\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + body);
            }
        }
    }

    @Test
    void bodyThatOnlyTheAppsCloseEndsBecomesChunked() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            RelayBed.AppSide app = bed.app();
            app.send("HTTP/1.0 200 OK\r\n\r\nold");
            bed.up.awaitEnd("3\r\nold\r\n");
            app.close();
            assertThat(bed.up.awaitEnd("0\r\n\r\n")).startsWith("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            bed.request(GET);
            bed.app().send("HTTP/1.1 204 No Content\r\n\r\n").close();
            bed.up.await(text -> text.contains("204"));
        }
    }

    @ParameterizedTest
    @CsvSource({"HEAD,200,X-A: 1", "HEAD,200,Content-Length: 0", "GET,304,ETag: a", "GET,204,X-A: 1"})
    void noBodyIsWaitedForWhereThereIsNone(String method, int status, String field) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            for (int round = 0; round < 2; round++) {
                bed.request(method + " /a HTTP/1.1\r\nhost: h\r\n\r\n");
            }
            try (RelayBed.AppSide app = bed.app()) { // one connection for both: nothing was left over on it
                for (int round = 0; round < 2; round++) {
                    assertThat(app.readHead()).startsWith(method);
                    app.send("HTTP/1.1 " + status + " X\r\n" + field + "\r\n\r\n");
                }
                bed.up.await(text -> text.split("HTTP/1.1 " + status, -1).length == 3);
                bed.goAway();
                assertThat(bed.up.text()).doesNotContain("0\r\n\r\n0");
            }
        }
    }

    @Test
    void connectionToTheAppIsKeptFromRequestToRequest() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(app.readHead()).isEqualTo(GET);
                    app.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + i);
                    bed.up.awaitEnd("\r\n\r\n" + i);
                    bed.request(GET);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Connection: close", "connection: Close\r\nX-A: 1"})
    void connectionThatTheAppGivesUpIsNotUsedAgain(String field) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\nx");
            try (RelayBed.AppSide first = bed.app()) {
                first.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + field + "\r\n\r\n1");
                bed.up.awaitEnd("1");
                bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\n\r\ny");
                try (RelayBed.AppSide second = bed.app()) {
                    assertThat(second.readHead()).startsWith("POST");
                    second.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
                    bed.up.awaitEnd("2");
                }
            }
        }
    }

    @Test
    void requestAndResponseBodiesOverlap() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\n");
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                bed.up.awaitEnd("\r\n\r\n");
                String piece = "p".repeat(1_000);
                for (int i = 1; i <= 100; i++) {
                    bed.request(piece);
                    app.send(app.read(1_000));
                    int length = i * 1_000;
                    bed.up.await(text -> text.endsWith("p") && text.length() - text.indexOf("\r\n\r\n") - 4 == length);
                }
                bed.goAway();
            }
        }
    }

    @Test
    void bodiesLargerThanAnyBufferStayWhole() throws Exception {
        byte[] body = new byte[3_000_000];
        new Random(11).nextBytes(body);
        try (RelayBed bed = new RelayBed()) {
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    bed.request("POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: " + body.length + "\r\n\r\n");
                    bed.request(body);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                assertThat(app.in().readNBytes(body.length)).isEqualTo(body);
                sender.join();
                app.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                app.send(body);
                int whole = bed.up.await(text -> text.length() > body.length).length();
                byte[] got = bed.up.bytes();
                assertThat(java.util.Arrays.copyOfRange(got, whole - body.length, whole)).isEqualTo(body);
            }
        }
    }

    @Test
    void breakingOffClosesTheAppsConnectionWhileItIsSilent() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                bed.breakOff();
                assertThat(app.closed()).isTrue();
                assertThat(bed.failure()).isInstanceOf(java.io.IOException.class).isNotInstanceOf(AppFailure.class);
                assertThat(bed.up.text()).isEmpty();
            }
        }
    }

    @Test
    void endBetweenExchangesMeansGoAway() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.goAway();
            assertThat(bed.failure()).isNull();
            assertThat(bed.up.text().getBytes(StandardCharsets.ISO_8859_1)).isEmpty();
        }
    }

    private static String answered(RelayBed.AppSide app, String body) throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        app.send(answer);
        return answer;
    }

    @ParameterizedTest
    @CsvSource({"32768, true", "32769, false"})
    void aRequestOf32KiBIsWaitedForAndTakesTheKeptConnection(int whole, boolean kept) throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                answered(app, "1");
                bed.up.awaitEnd("\r\n\r\n1");
                String head = "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: ?????\r\n\r\n";
                int length = whole - head.length();
                String request = head.replace("?????", Integer.toString(length)) + "b".repeat(length);
                bed.request(request);
                try (RelayBed.AppSide second = kept ? app : bed.app()) {
                    assertThat(second.read(request.length())).isEqualTo(request);
                    answered(second, "2");
                    bed.up.awaitEnd("\r\n\r\n2");
                }
            }
        }
    }

    @Test
    void aRequestThatStreamsByLeavesItsConnectionToTheNext() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            String head = "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\n";
            bed.request(head + "x".repeat(10));
            try (RelayBed.AppSide app = bed.app()) {
                app.read(head.length() + 10);
                bed.request("x".repeat(99_990));
                app.read(99_990);
                answered(app, "1");
                bed.up.awaitEnd("\r\n\r\n1");
                bed.request(GET);
                assertThat(app.readHead()).isEqualTo(GET);
                answered(app, "2");
                bed.up.awaitEnd("\r\n\r\n2");
            }
        }
    }

    @Test
    void requestsThatComeTogetherAreServedOneAfterAnother() throws Exception {
        String post = "POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc";
        String chunked = "POST /c HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        try (RelayBed bed = new RelayBed()) {
            bed.request(post + chunked + GET);
            try (RelayBed.AppSide app = bed.app()) {
                assertThat(app.read(post.length())).isEqualTo(post);
                answered(app, "1");
                try (RelayBed.AppSide second = bed.app()) { // what streams by takes a fresh one
                    assertThat(second.read(chunked.length())).isEqualTo(chunked);
                    answered(second, "2");
                    assertThat(second.readHead()).isEqualTo(GET);
                    answered(second, "3");
                    bed.up.awaitEnd("\r\n\r\n3");
                    bed.goAway();
                }
            }
        }
    }

    @Test
    void anEventLeavesByItselfHoweverTheBodyIsFramed() throws Exception {
        for (String framing : new String[] {"Transfer-Encoding: chunked\r\n", ""}) {
            try (RelayBed bed = new RelayBed()) {
                bed.request(GET);
                try (RelayBed.AppSide app = bed.app()) {
                    app.readHead();
                    app.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n");
                    bed.up.awaitEnd("transfer-encoding: chunked\r\n\r\n");
                    for (String event : new String[] {"one", "three", "eleven"}) {
                        String chunk = Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
                        app.send(framing.isEmpty() ? event : chunk);
                        bed.up.awaitEnd(chunk);
                    }
                    if (framing.isEmpty()) {
                        app.close();
                    } else {
                        app.send("0\r\n\r\n");
                    }
                    bed.up.awaitEnd("0\r\n\r\n");
                    bed.goAway();
                }
            }
        }
    }

    @Test
    void aHeadAndAShortBodyLeaveAsOnePiece() throws Exception {
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                answered(app, "short");
                bed.up.awaitEnd("short");
                assertThat(bed.up.pieces()).isEqualTo(1);
            }
        }
    }

    @Test
    void noPieceOfALongBodyIsLongerThan32KiB() throws Exception {
        byte[] body = new byte[300_000];
        try (RelayBed bed = new RelayBed()) {
            bed.request(GET);
            try (RelayBed.AppSide app = bed.app()) {
                app.readHead();
                app.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                app.send(body);
                bed.up.await(text -> text.length() > body.length);
                assertThat(bed.up.longestPiece()).isLessThanOrEqualTo(32 << 10);
                bed.goAway();
            }
        }
    }
}
