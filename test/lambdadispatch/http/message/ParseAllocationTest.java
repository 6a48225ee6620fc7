// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import lambdadispatch.http.h1.Http1Connection;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.MemoryTransport;
import org.junit.jupiter.api.Test;

/// What one message costs in memory on a connection that has seen others: the two strings of a request's head, and nothing per field, per
/// line, per chunk or per octet. So there is no copy of the input either, except of fields into the one array that they are kept in.
class ParseAllocationTest {
    private static final int WARM_UP = 2_000;
    private static final int MEASURED = 10_000;
    /// Less than any object: what was allocated now and then, a new second's date above all.
    private static final int NOISE = 7;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final String FIELDS =
            "Host: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
            + "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
            + "Accept-Encoding: gzip, deflate, br, zstd\r\nCookie: session=0123456789abcdef; theme=dark\r\nConnection: keep-alive\r\n";

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /// Octets that one run of the step allocates, once it has settled.
    private static long perRun(String what, Step step) throws IOException {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MEASURED; i++) {
            step.run();
        }
        long each = (THREADS.getCurrentThreadAllocatedBytes() - before) / MEASURED;
        System.out.println("allocated per " + what + ": " + each + " bytes");
        return each;
    }

    /// An input that brings the same message again and again, one a read.
    private static Input endless(String message) {
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        int[] at = {0};
        return new Input((into, offset, length) -> {
            int count = Math.min(length, octets.length - at[0]);
            System.arraycopy(octets, at[0], into, offset, count);
            at[0] = (at[0] + count) % octets.length;
            return count;
        }, 2048, 64 << 10);
    }

    @Test
    void aRequestHeadCostsItsTargetAndItsAuthority() throws IOException {
        Input in = endless("GET /products/4711?sort=price&page=2 HTTP/1.1\r\n" + FIELDS + "\r\n");
        HeadParser parser = new HeadParser(64 << 10, 256);
        RequestHead head = new RequestHead();
        long each = perRun("request head of 7 fields", () -> assertRead(parser.parseRequest(in, head)));
        holds(each, 128);
    }

    @Test
    void moreFieldsCostNoMore() throws IOException {
        Input in =
                endless("GET /products/4711?sort=price&page=2 HTTP/1.1\r\n" + FIELDS + "X-Field: of some length\r\n".repeat(50) + "\r\n");
        HeadParser parser = new HeadParser(64 << 10, 256);
        RequestHead head = new RequestHead();
        long each = perRun("request head of 57 fields", () -> assertRead(parser.parseRequest(in, head)));
        holds(each, 128);
    }

    @Test
    void aResponseHeadCostsNothing() throws IOException {
        Input in = endless(
                "HTTP/1.1 200 OK\r\nDate: Mon, 27 Jul 2009 12:28:53 GMT\r\nContent-Type: text/html\r\nContent-Length: 0\r\nVary: Accept-Encoding\r\n\r\n");
        HeadParser parser = new HeadParser(64 << 10, 256);
        ResponseHead head = new ResponseHead();
        long each = perRun("response head of 4 fields", () -> {
            assertRead(parser.parseResponse(in, head));
            assertRead(head.frame(false).framing() == Framing.NONE);
        });
        holds(each, 0);
    }

    @Test
    void aBodyCostsItsReaderHoweverManyChunksItHas() throws IOException {
        byte[] buffer = new byte[8192];
        long few = chunked("5\r\nhello\r\n0\r\n\r\n", buffer, "chunked body of 1 chunk");
        long many = chunked("5\r\nhello\r\n".repeat(150) + "0\r\n\r\n", buffer, "chunked body of 150 chunks");
        holds(few, 200);
        holds(many, 200);
    }

    private static long chunked(String body, byte[] buffer, String what) throws IOException {
        Input in = endless(body);
        return perRun(what, () -> {
            BodyReader reader = new BodyReader(in, Framing.CHUNKED, 400);
            while (reader.read(buffer, 0, buffer.length) >= 0) {
                continue;
            }
        });
    }

    /// The whole exchange: head, request, exchange, response head with its date, response.
    @Test
    void anExchangeCostsAFewSmallObjects() throws IOException {
        String request = "GET /products/4711?sort=price&page=2 HTTP/1.1\r\n" + FIELDS + "\r\n";
        int total = WARM_UP + MEASURED;
        MemoryTransport[] ends = MemoryTransport.pair(Math.max(total * request.length(), total * 200));
        byte[] all = request.repeat(total).getBytes(StandardCharsets.US_ASCII);
        ends[0].write(all, 0, all.length);
        ends[0].shutdownOutput();
        byte[] answer = {'o', 'k'};
        lambdadispatch.http.message.Headers headers = lambdadispatch.http.message.Headers.of("content-type", "text/plain");
        long[] allocated = {0, 0};
        int[] served = {0};
        TimedSource source = new TimedSource(ends[1]);
        new Http1Connection(ends[1], source, new Input(source, 2048, 64 << 10), Limits.DEFAULT, exchange -> {
            int number = ++served[0];
            if (number == WARM_UP || number == total) {
                allocated[number == total ? 1 : 0] = THREADS.getCurrentThreadAllocatedBytes();
            }
            exchange.respond(200, headers, answer.length);
            exchange.write(answer, 0, answer.length);
            exchange.end();
        }).run();
        long each = (allocated[1] - allocated[0]) / MEASURED;
        System.out.println("allocated per exchange: " + each + " bytes " + Arrays.toString(served));
        assertThat(served[0]).isEqualTo(total);
        holds(each, 264);
    }

    /// The figures are those of docs/http.md, and the same whatever compiles the code: there are no objects in it that a compiler could do
    /// away with.
    private static void holds(long each, long documented) {
        assertThat(each).isBetween(documented, documented + NOISE);
    }

    private static void assertRead(boolean holds) {
        if (!holds) {
            throw new AssertionError("nothing was read");
        }
    }
}
