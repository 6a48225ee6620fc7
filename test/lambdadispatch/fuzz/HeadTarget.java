// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.http.message.Vector;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.net.Input;

/// Request and response heads. What is read does not depend on how it arrives, the input stops behind the head, and nothing that was let
/// through holds an octet that could end a line.
final class HeadTarget extends Target {
    private static final List<byte[]> WORDS =
            octets("\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", "Host: a\r\n", "Content-Length: 5\r\n", "Content-Length: 05\r\n",
                    "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x, chunked\r\n", "Connection: close\r\n",
                    "Connection: keep-alive, x\r\n", "Expect: 100-continue\r\n",
                    "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "http://a:80/", "*", "OPTIONS", "HTTP/1.1 204 \r\n", "100", "304", "[::1]", "%41",
                    "18446744073709551616");
    private static final Set<Integer> REFUSALS = Set.of(400, 414, 417, 431, 501, 505);
    private static final int SMALL = 256;

    private final boolean response;

    private HeadTarget(String name, List<Vector> rows, boolean response) {
        super(name, rows.stream().map(Vector::input).filter(input -> input.length < 4096).toList(), WORDS);
        this.response = response;
    }

    static HeadTarget requests() {
        return new HeadTarget("request head", Vectors.requests(), false);
    }

    static HeadTarget responses() {
        return new HeadTarget("response head", Vectors.responses(), true);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws Exception {
        boolean small = random.nextInt(8) == 0;
        int maxBytes = small ? SMALL : 8192;
        int maxFields = small ? 4 : 64;
        long whole = parse(new Feed(input, input.length + 1, null), maxBytes, maxFields);
        long split = parse(new Feed(input, 1 + random.nextInt(64), random), maxBytes, maxFields);
        require(whole == split, "another result when split");
        if (random.nextInt(4) == 0) {
            require(whole == parse(new Feed(input, 1, null), maxBytes, maxFields), "another result octet by octet");
        }
    }

    private long parse(Feed feed, int maxBytes, int maxFields) throws IOException {
        Input in = new Input(feed, 64, maxBytes);
        HeadParser parser = new HeadParser(maxBytes, maxFields);
        FuzzTrace trace = new FuzzTrace();
        try {
            boolean any = response ? response(in, parser, trace) : request(in, parser, trace);
            trace.add(any ? 1 : 0).add(feed.position() - in.available());
        } catch (BadMessage e) {
            require(response ? e.status() == 502 : REFUSALS.contains(e.status()), "status " + e.status());
            trace.add(e.status());
        } catch (EOFException e) {
            trace.add(-1);
        }
        return trace.value();
    }

    private static boolean request(Input in, HeadParser parser, FuzzTrace trace) throws IOException {
        RequestHead head = new RequestHead();
        if (!parser.parseRequest(in, head)) {
            return false;
        }
        require(head.version() == 10 || head.version() == 11, "version");
        require(printable(head.target()) && printable(head.authority()), "target or authority is not printable");
        require(head.target().startsWith("/") || head.target().equals("*"), "target is neither a path nor the asterisk");
        require(head.framing() != Framing.UNTIL_CLOSE && head.contentLength() >= -1, "framing");
        trace.add(head.method()).add(head.target()).add(head.authority()).add(head.version()).add(head.framing().name())
                .add(head.contentLength());
        trace.add(head.keepAlive() ? 1 : 0).add(head.expectContinue() ? 1 : 0).add(lines(head.headers()));
        return true;
    }

    private static boolean response(Input in, HeadParser parser, FuzzTrace trace) throws IOException {
        ResponseHead head = new ResponseHead();
        if (!parser.parseResponse(in, head)) {
            return false;
        }
        require(head.status() >= 100 && head.status() <= 999, "status code");
        trace.add(head.status()).add(head.version()).add(head.keepAlive() ? 1 : 0).add(lines(head.headers()));
        trace.add(head.frame(false).framing().name()).add(head.contentLength());
        trace.add(head.frame(true).framing().name()).add(head.contentLength());
        return true;
    }

    private static Headers lines(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            require(headers.nameLength(i) > 0, "field without a name");
            int end = headers.valueStart(i) + headers.valueLength(i);
            for (int at = headers.nameStart(i); at < end; at++) {
                byte octet = headers.array()[at];
                require(octet != '\r' && octet != '\n' && octet != 0, "a field holds an octet that ends lines");
            }
        }
        return headers;
    }

    private static boolean printable(String text) {
        return text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }
}
