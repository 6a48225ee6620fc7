// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import lambdadispatch.base.Bytes;
import lambdadispatch.fuzz.Feed;
import lambdadispatch.fuzz.FuzzTrace;
import lambdadispatch.fuzz.Target;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.message.Vector;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.net.Input;

/// The extension's scan of a head: it does not depend on how the octets arrive, and of a head that the strict parser takes, written
/// again as the router writes it, it finds the same end and the same framing.
public final class ScanTarget extends Target {
    private static final List<byte[]> WORDS = octets("\r\n", "\n", "\r\n\r\n", "Content-Length: 12\r\n", "transfer-encoding: chunked\r\n",
            "Accept-Encoding: gzip;q=0\r\n",
            "accept-encoding: br, gzip\r\n", "HEAD ", "GET ", "OPTIONS ", "TRACE ", "Host: a\r\n", "999999999999999999", "content-length:");

    public ScanTarget() {
        super("request scan", Vectors.requests().stream().map(Vector::input).filter(input -> input.length < 4096).toList(), WORDS);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws Exception {
        long whole = scan(new Feed(input, input.length + 1, null));
        require(whole == scan(new Feed(input, 1 + random.nextInt(64), random)), "another result when split");
        RequestHead head = new RequestHead();
        try {
            if (!new HeadParser(8192, 64).parseRequest(new Input(new Feed(input, input.length + 1, null), 64, 8192), head)) {
                return;
            }
        } catch (BadMessage | EOFException e) {
            return;
        }
        agree(head, written(head));
    }

    private static long scan(Feed feed) throws IOException {
        Input in = new Input(feed, 64, 256 << 10);
        RequestScan scan = new RequestScan();
        FuzzTrace trace = new FuzzTrace();
        try {
            boolean any = scan.next(in);
            trace.add(any ? 1 : 0);
            if (any) {
                require(scan.headLength() <= in.available(), "the head is longer than what is there");
                require(scan.contentLength() >= -1, "framing");
                trace.add(scan.headLength()).add(scan.framing().name()).add(scan.contentLength()).add(scan.head() ? 1 : 0)
                        .add(scan.idempotent() ? 1 : 0).add(scan.acceptsGzip() ? 1 : 0);
            }
        } catch (BadMessage e) {
            trace.add(e.status());
        } catch (EOFException e) {
            trace.add(-1);
        }
        return trace.value();
    }

    private static byte[] written(RequestHead head) {
        Bytes out = new Bytes().append(head.method()).append(' ').append(head.target()).append(" HTTP/1.1\r\n");
        for (int i = 0; i < head.headers().size(); i++) {
            head.headers().writeLine(i, out);
        }
        return out.append("\r\n").toArray();
    }

    private static void agree(RequestHead head, byte[] octets) throws IOException {
        RequestScan scan = new RequestScan();
        require(scan.next(new Input(new Feed(octets, octets.length, null), 64, 256 << 10)), "nothing found");
        require(scan.headLength() == octets.length, "another end than the parser's");
        require(scan.framing() == head.framing() && scan.contentLength() == head.contentLength(),
                "another framing than the parser's: " + scan.framing() + ", " + head.framing());
        require(scan.head() == head.method().equals("HEAD"), "another method than the parser's");
    }
}
