// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Set;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.router.trace.RequestTrace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestWriterTest {
    private static final Peer STRANGER = new Peer("203.0.113.9", false, 5001, "https", "stranger");
    private static final Peer BALANCER = new Peer("10.0.0.7", true, 5001, "http", "balancer");

    private static String write(Request request, Peer peer) {
        return write(request, peer, false);
    }

    private static String write(Request request, Peer peer, boolean via) {
        Bytes out = new Bytes();
        new RequestWriter(via ? Set.of(ProxyHandler.Option.VIA) : Set.of()).head(request, peer, null, out);
        return out.toString();
    }

    private static Request get(String... fields) {
        return new Request("GET", "/a?b=c", "https", "example.org:8443", Headers.of(fields), 0, 11);
    }

    @Test
    void headIsWhatTheClientSentPlusForwardingFields() {
        String head = write(get("X-A", "1", "x-a", "2", "X-B", "", "X-A", "\u00fc"), STRANGER);
        assertThat(head).matches("(?s)GET /a\\?b=c HTTP/1\\.1\r\nhost: example\\.org:8443\r\nX-A: 1\r\nx-a: 2\r\nX-B: \r\nX-A: \u00fc\r\n"
                + "x-forwarded-for: 203\\.0\\.113\\.9\r\nx-forwarded-proto: https\r\nx-forwarded-host: example\\.org:8443\r\nx-forwarded-port: 5001\r\n"
                + "x-request-id: [0-9a-f]{16}\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "//a/../b", "/a%00b", "*", "/?", "/a?b?c"})
    void targetStaysAsItIs(String target) {
        Request request = new Request("OPTIONS", target, "http", "h", new Headers(), 0, 11);
        assertThat(write(request, STRANGER)).startsWith("OPTIONS " + target + " HTTP/1.1\r\n");
    }

    @Test
    void hopByHopFieldsAndThoseThatConnectionNamesStayHere() {
        String head = write(get("Connection", "keep-alive, X-Mine", "connection", "x-other", "Keep-Alive", "5", "X-Mine", "1", "X-Other",
                "2", "TE", "trailers",
                "Upgrade", "h2c", "HTTP2-Settings", "x", "Proxy-Connection", "x", "Proxy-Authorization", "secret", "Expect", "100-continue",
                "Transfer-Encoding", "chunked",
                "X-Lambda-Name", "other", "X-Yours", "3"), STRANGER);
        assertThat(head).contains("X-Yours: 3").doesNotContainIgnoringCase("x-mine").doesNotContainIgnoringCase("x-other")
                .doesNotContainIgnoringCase("connection:")
                .doesNotContainIgnoringCase("keep-alive").doesNotContain("trailers", "h2c", "secret", "100-continue", "chunked")
                .doesNotContainIgnoringCase("x-lambda-name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", " , ,", "\t,"})
    void connectionThatNamesNothingTakesNothingAway(String nothing) {
        assertThat(write(get("Connection", nothing, "X-Yours", "2"), STRANGER)).contains("X-Yours: 2")
                .doesNotContainIgnoringCase("connection:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "keep-alive"})
    void furtherConnectionFieldsNameFieldsToo(String first) {
        assertThat(write(get("Connection", first, "Connection", "X-Mine", "X-Mine", "1", "X-Yours", "2"), STRANGER)).contains("X-Yours")
                .doesNotContain("X-Mine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-forwarded-for", "host, x-request-id, x-forwarded-proto", "close, content-length"})
    void connectionCanNotRemoveWhatTheRouterAdds(String named) {
        assertThat(write(get("Connection", named), STRANGER))
                .contains("\r\nhost: example.org:8443\r\n", "\r\nx-forwarded-for: 203.0.113.9\r\n", "\r\nx-forwarded-proto: https\r\n",
                        "\r\nx-request-id: ");
    }

    @ParameterizedTest
    @CsvSource({"POST,20,true", "PUT,20,true", "PATCH,20,true", "POST,11,true", "POST,10,true", "GET,20,false", "DELETE,20,false",
            "HEAD,11,false", "post,11,false"})
    void methodsThatDefineABodyAreSentWithALengthEvenIfThereIsNone(String method, int version, boolean told) {
        String head = write(new Request(method, "/a", "https", "h", new Headers(), 0, version), STRANGER);
        assertThat(head.contains("content-length: 0\r\n")).isEqualTo(told);
        assertThat(head).doesNotContain("transfer-encoding");
    }

    @ParameterizedTest
    @CsvSource({"-1,true,transfer-encoding: chunked", "0,false,content-length: 0", "0,true,content-length: 0", "12,true,content-length: 12",
            "5000000000,true,content-length: 5000000000"})
    void framingIsExact(long length, boolean said, String expected) {
        Headers headers = said ? Headers.of("content-length", "12") : new Headers();
        String head = write(new Request("POST", "/", "http", "h", headers, length, 11), STRANGER);
        assertThat(head).containsOnlyOnce(expected);
        assertThat(head.contains("content-length") && head.contains("transfer-encoding")).isFalse();
    }

    @Test
    void strangersForwardingFieldsAreReplaced() {
        String head = write(get("X-Forwarded-For", "1.2.3.4", "X-Forwarded-Proto", "http", "X-Forwarded-Host", "evil", "X-Forwarded-Port",
                "1", "X-Request-Id", "mine",
                "Forwarded", "for=1.2.3.4"), STRANGER);
        assertThat(head).doesNotContain("1.2.3.4", "evil", "mine", "orwarded-Port: 1\r", "proto: http\r")
                .contains("x-forwarded-for: 203.0.113.9\r\n", "x-forwarded-proto: https\r\n", "x-forwarded-host: example.org:8443\r\n",
                        "x-forwarded-port: 5001\r\n");
    }

    @Test
    void schemeThatAStrangerClaimsIsNotBelieved() {
        Request request = new Request("GET", "/", "https", "h", new Headers(), 0, 20);
        assertThat(write(request, new Peer("203.0.113.9", false, 5001, "http", "stranger"))).contains("x-forwarded-proto: http\r\n");
        assertThat(write(request, BALANCER)).contains("x-forwarded-proto: https\r\n");
    }

    @Test
    void trustedPeersForwardingFieldsAreKeptAndAppendedTo() {
        Request request = new Request("GET", "/", "http", "example.org",
                Headers.of("X-Forwarded-For", "1.2.3.4, 5.6.7.8", "X-Forwarded-For", "9.9.9.9", "X-Forwarded-Proto", "https",
                "X-Forwarded-Host", "www.example.org", "X-Forwarded-Port", "443", "X-Request-Id", "theirs"), 0, 11);
        assertThat(write(request, BALANCER))
                .contains("x-forwarded-for: 1.2.3.4, 5.6.7.8, 9.9.9.9, 10.0.0.7\r\n", "X-Forwarded-Proto: https\r\n",
                        "x-forwarded-host: example.org\r\n", "X-Forwarded-Port: 443\r\n", "x-request-id: theirs\r\n")
                .doesNotContain("x-forwarded-port: 5001");
    }

    @Test
    void trustedPeersForwardedHostIsBelievedOnlyWhereThatIsAskedFor() {
        Request request = get("X-Forwarded-Host", "www.example.org");
        Bytes out = new Bytes();
        new RequestWriter(Set.of(ProxyHandler.Option.FORWARDED_HOST)).head(request, BALANCER, null, out);
        assertThat(out.toString()).contains("X-Forwarded-Host: www.example.org\r\n").doesNotContain("x-forwarded-host: example.org:8443");
        Bytes stranger = new Bytes();
        new RequestWriter(Set.of(ProxyHandler.Option.FORWARDED_HOST)).head(request, STRANGER, null, stranger);
        assertThat(stranger.toString()).contains("x-forwarded-host: example.org:8443\r\n").doesNotContain("www.example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X_Forwarded_For", "x-forwarded_for", "X.Forwarded.For", "X~Forwarded'Proto", "x_forwarded_host",
            "X_Request_Id", "Content_Length", "transfer_encoding",
            "Connection", "hOST", "Keep_Alive", "Proxy", "pRoxy", "Proxy_Authorization", "X_Lambda_Name", "X-Lambda-Fault",
            "x-lambda-anything", "X_LAMBDA_WAIT_UNTIL",
            "Forwarded", "HTTP2_Settings", "X_Real_IP", "X_Forwarded_User", "X_Amzn_Oidc_Identity", "X_Amzn_Trace_Id"})
    void whatAnAppMayTakeForAFieldOfOursReachesItFromNobody(String name) {
        for (Peer peer : new Peer[] {STRANGER, BALANCER}) {
            assertThat(write(get(name, "spoof", "X-Yours", "kept"), peer)).doesNotContain("spoof").contains("X-Yours: kept\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Client-Cert", "X-Forwarded-Prefix", "X-Forwarded-Ssl",
            "X-Forwarded", "Forwarded-For", "X-Real-IP",
            "True-Client-IP", "CF-Connecting-IP", "X-Original-URL", "X-Rewrite-URL", "Front-End-Https", "X-Amzn-Oidc-Identity",
            "x-amzn-tls-version"})
    void claimsAboutAClientReachTheAppFromTrustedPeersOnly(String name) {
        assertThat(write(get(name, "claim"), STRANGER)).doesNotContain("claim");
        assertThat(write(get(name, "claim"), BALANCER)).contains("\r\n" + name + ": claim\r\n");
        assertThat(write(get("Connection", name + ", x-mine", name, "claim", "X-Mine", "1"), BALANCER)).as("no client takes it away")
                .contains(name + ": claim\r\n").doesNotContain("X-Mine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X_Custom", "X-Amz-Date", "X-Amzn-Trace-Id", "Forward", "X-Forward", "my_forwarded_for",
            "X-HTTP-Method-Override", "Proxy-Status", "X.Y"})
    void otherFieldsOfStrangersPass(String name) {
        assertThat(write(get(name, "theirs"), STRANGER)).contains("\r\n" + name + ": theirs\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a\tb", "caf\u00e9", "\u0085\u0085"})
    void requestIdThatIsNoPlainWordIsReplaced(String id) {
        assertThat(write(get("X-Request-Id", id), BALANCER)).containsPattern("\r\nx-request-id: [0-9a-f]{16}\r\n");
    }

    @Test
    void requestIdIsKeptUpTo128Characters() {
        assertThat(write(get("X-Request-Id", "i".repeat(128)), BALANCER)).contains("x-request-id: " + "i".repeat(128) + "\r\n");
        assertThat(write(get("X-Request-Id", "i".repeat(129)), BALANCER)).containsPattern("\r\nx-request-id: [0-9a-f]{16}\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "content_length", "Transfer-Encoding", "Host", "Connection", "TE", "Trailer", "Authorization",
            "Cookie", "Set_Cookie", "Cache-Control",
            "Content-Type", "X-Forwarded-For", "x_forwarded_user", "X-Request-Id", "X-Real-IP", "X-Lambda-Fault", "X-Amzn-Oidc-Data",
            "Forwarded", "Location", "Proxy", "traceparent"})
    void trailersThatFrameRouteOrVouchDoNotGoOn(String name) {
        Headers trailers = FieldRules.trailers(Headers.of("grpc-status", "0", name, "spoof", "X-Checksum", "1"));
        assertThat(trailers.toString()).isEqualTo("grpc-status: 0\nX-Checksum: 1\n");
    }

    @Test
    void trailersOfAllOtherKindsAreTheSameObject() {
        Headers trailers =
                Headers.of("grpc-status", "0", "Server-Timing", "a", "ETag", "b", "X-Custom-Bin", "c", "Digest", "d", "Content-MD5", "e");
        assertThat(FieldRules.trailers(trailers)).isSameAs(trailers);
    }

    @Test
    void requestIdIsReturnedForTheLog() {
        assertThat(new RequestWriter(Set.of()).head(get("X-Request-Id", "theirs"), BALANCER, null, new Bytes())).isEqualTo("theirs");
        assertThat(new RequestWriter(Set.of()).head(get("X-Request-Id", "theirs"), STRANGER, null, new Bytes())).matches("[0-9a-f]{16}");
    }

    @ParameterizedTest
    @CsvSource({"10,1.0", "11,1.1", "20,2"})
    void viaNamesTheRouterOnlyWhenSwitchedOn(int version, String said) {
        Request request = new Request("GET", "/", "http", "h", Headers.of("Via", "1.1 cdn", "via", "2 lb"), 0, version);
        assertThat(write(request, STRANGER, true)).contains("via: 1.1 cdn, 2 lb, " + said + " lambda-dispatch\r\n");
        assertThat(write(request, STRANGER, false)).contains("via: 1.1 cdn, 2 lb\r\n").doesNotContain("lambda-dispatch");
        assertThat(write(get(), STRANGER, false)).doesNotContain("via");
    }

    @Test
    void whereTracesAreMadeTheAppIsToldItsOwnPlaceAndAStrangersFieldsAreGone() {
        Request request = get("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate", "a=b",
                "X-Amzn-Trace-Id", "Root=1-1-1");
        Bytes trusted = new Bytes();
        new RequestWriter(Set.of()).head(request, BALANCER, RequestTrace.begin(request.headers(), true, 0), trusted);
        assertThat(trusted.toString()).containsOnlyOnce("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-")
                .doesNotContain("00f067aa0ba902b7")
                .contains("tracestate: a=b\r\n")
                .containsOnlyOnce("Trace-Id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736".toLowerCase(Locale.ROOT).replace("root", "Root"));
        Bytes stranger = new Bytes();
        new RequestWriter(Set.of()).head(request, STRANGER, RequestTrace.begin(request.headers(), false, 0), stranger);
        assertThat(stranger.toString()).containsOnlyOnce("traceparent: 00-").doesNotContain("4bf92f3577b34da6a3ce929d0e0e4736",
                "tracestate");
        Bytes untraced = new Bytes();
        new RequestWriter(Set.of()).head(request, STRANGER, null, untraced);
        assertThat(untraced.toString()).contains("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
                "tracestate: a=b");
    }

    @Test
    void ofAVeryLongForwardedForTheEndGoesOn() {
        String head =
                write(get("X-Forwarded-For", "6.6.6.6, ".repeat(5_000) + "198.51.100.1", "X-Forwarded-For", "198.51.100.7"), BALANCER);
        assertThat(head).contains(", 198.51.100.1, 198.51.100.7, 10.0.0.7\r\n").containsPattern("x-forwarded-for: 6\\.6\\.6\\.6, ");
        assertThat(head.length()).isLessThan(1_400);
        assertThat(write(get("X-Forwarded-For", "x".repeat(5_000)), BALANCER)).contains("x-forwarded-for: 10.0.0.7\r\n");
    }

    @Test
    void forwardedGoesOnFromNobodyHoweverOftenItIsThere() {
        String head = write(get("Forwarded", "for=6.6.6.6", "forwarded", "for=6.6.6.7;proto=https", "X-Yours", "1"), BALANCER);
        assertThat(head).contains("X-Yours: 1").doesNotContain("6.6.6.");
    }
}
