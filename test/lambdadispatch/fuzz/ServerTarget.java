// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import lambdadispatch.http.h1.ServerRun;
import lambdadispatch.http.message.Vector;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;

/// Whole HTTP/1.1 connections: requests, bodies and answers are the same however the octets arrive (but for 100, which is due only if they
/// come late).
final class ServerTarget extends Target {
    private static final List<byte[]> WORDS = octets("\r\n", "\n", "\r\n\r\n", "0\r\n\r\n", "5\r\nhello\r\n", "Host: a\r\n",
            "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
            "Connection: close\r\n", "Expect: 100-continue\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\n",
            "POST / HTTP/1.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final Limits LIMITS =
            Limits.DEFAULT.with().headBytes(1024).headFields(16).bodyBytes(2048).everyTimeout(Duration.ofSeconds(30))
            .leastRate(LeastRate.NONE).streamWindow(64 << 10).connectionWindow(64 << 10).maxConnections(100).limits();

    ServerTarget() {
        super("HTTP/1.1 connection", Vectors.requests().stream().map(Vector::input).filter(input -> input.length < 2048).toList(), WORDS);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws Exception {
        List<List<String>> whole = new ServerRun(LIMITS).of(input, Integer.MAX_VALUE, Long.MAX_VALUE);
        int bytesPerRead = 1 + random.nextInt(32);
        List<List<String>> split = new ServerRun(LIMITS).of(input, bytesPerRead, random.nextInt(input.length + 1));
        whole.forEach(lines -> lines.remove(ServerRun.CONTINUE));
        split.forEach(lines -> lines.remove(ServerRun.CONTINUE));
        require(whole.equals(split), "another result in reads of " + bytesPerRead + ":\n" + whole + "\n" + split);
    }
}
