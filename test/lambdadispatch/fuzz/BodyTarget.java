// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Framing;
import lambdadispatch.net.Input;

/// Chunked bodies, by all three ways of reading them: they agree on the content, on the trailers and on where the body ends, however it
/// arrives.
final class BodyTarget extends Target {
    private static final List<byte[]> SEEDS =
            octets("5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n6\r\n world\r\n000\r\nA: b\r\nC: d\r\n\r\nGET / HTTP/1.1\r\n",
                    "a;x=y\r\n0123456789\r\n1f ; q=\"a\\\"b\"\r\n0123456789012345678901234567890\r\n0\r\nTrailer: 1\r\n\r\n", "0\r\n\r\n",
                    "FFFFFFFFFFFFFFF\r\nx", "1\r\nx\r\n1\r\ny\r\n0;e\r\n\r\n");
    private static final List<byte[]> WORDS = octets("\r\n", "\n", "\r", "0\r\n", "0\r\n\r\n", ";", "; a=b", "ffffffffffffffff", "0x", "-1",
            "+1", " ", "\t", "A: b\r\n", "\"", "\\", "00000000");
    private static final Set<Integer> REFUSALS = Set.of(400, 431);

    private enum Way { READ, READY, RAW }

    BodyTarget() {
        super("chunked body", SEEDS, WORDS);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws Exception {
        long whole = take(input, new Feed(input, input.length + 1, null), Way.READ);
        require(whole == take(input, new Feed(input, 1 + random.nextInt(16), random), Way.READ), "another result when split");
        require(whole == take(input, new Feed(input, 1 + random.nextInt(16), random), Way.READY), "another result in place");
        if (random.nextInt(4) == 0) {
            require(whole == take(input, new Feed(input, 1, null), Way.READ), "another result octet by octet");
        }
        long raw = take(input, new Feed(input, input.length + 1, null), Way.RAW);
        require(raw == take(input, new Feed(input, 1 + random.nextInt(16), random), Way.RAW), "another result raw and split");
    }

    private static long take(byte[] input, Feed feed, Way way) throws IOException {
        Input in = new Input(feed, 64, 1024);
        BodyReader body = new BodyReader(in, Framing.CHUNKED, 400);
        FuzzTrace content = new FuzzTrace();
        byte[] buffer = new byte[48];
        long result;
        try {
            int count;
            int at = 0;
            while ((count = next(body, in, buffer, way, content)) >= 0) {
                require(count > 0, "a read of nothing");
                if (way == Way.RAW) {
                    require(java.util.Arrays.equals(input, at, at + count, buffer, 0, count), "raw octets are not those of the input");
                    at += count;
                }
            }
            require(body.ended(), "not ended at the end");
            result = content.add(body.trailers()).add(feed.position() - in.available()).value();
        } catch (BadMessage e) {
            require(REFUSALS.contains(e.status()), "status " + e.status());
            result = e.status(); // how much of the content was given before may differ
        } catch (EOFException e) {
            result = -1;
        }
        return result;
    }

    private static int next(BodyReader body, Input in, byte[] buffer, Way way, FuzzTrace content) throws IOException {
        switch (way) {
            case READ -> {
                int count = body.read(buffer, 0, buffer.length);
                content.add(buffer, 0, Math.max(0, count));
                return count;
            }
            case READY -> {
                int count = body.ready();
                if (count > 0) {
                    content.add(in.array(), in.position(), count);
                    body.take(count);
                }
                return count;
            }
            case RAW -> {
                return body.readRaw(buffer, 0, buffer.length);
            }
        }
        throw new AssertionError(way);
    }
}
