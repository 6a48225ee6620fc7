// SPDX-License-Identifier: MIT
package lambdadispatch.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import lambdadispatch.http.h2.Http2Connection;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.LeastRate;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.MemoryTransport;

/// Whole HTTP/2 connections: they end, whatever the client sends, and no handler sees a request that could not be written as HTTP/1.1.
final class Http2Target extends Target {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String SETTINGS = "000000040000000000";
    private static final String GET = "000005010500000001" + "828684" + "4100";
    private static final String POST = "000005010400000003" + "838684" + "4100" + "000005000100000003" + "68656c6c6f";
    private static final Limits LIMITS =
            Limits.DEFAULT.with().headBytes(4096).headFields(32).bodyBytes(4096).everyTimeout(Duration.ofSeconds(5))
            .leastRate(LeastRate.NONE).maxStreams(8).streamWindow(64 << 10).connectionWindow(64 << 10).maxConnections(100).limits();
    private static final int ROOM = 256 << 10;

    private final AtomicReference<String> wrong = new AtomicReference<>();

    Http2Target() {
        super("HTTP/2 connection",
                List.of(hex(SETTINGS + GET), hex(SETTINGS + POST + GET.replace("00000001", "00000005")),
                        hex(SETTINGS + "000008060000000000" + "0102030405060708" + GET)),
                List.of(hex(SETTINGS), hex("000000040100000000"), hex(GET), hex(POST), hex("000004030000000001" + "00000008"),
                        hex("000004080000000000" + "7fffffff"), hex("000003090400000001" + "828684"), hex("000003010100000007" + "828684"),
                        hex("000005020000000001" + "0000000010"), hex("000008070000000000" + "0000000000000000"),
                        hex("000006040000000000" + "000400000000"), hex("0000"), hex("ff")));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws Exception {
        MemoryTransport[] ends = MemoryTransport.pair(ROOM);
        MemoryTransport client = ends[0];
        MemoryTransport server = ends[1].limitReads(1 + random.nextInt(64));
        client.write(PREFACE, 0, PREFACE.length);
        client.write(input, 0, input.length);
        client.shutdownOutput();
        TimedSource source = new TimedSource(server);
        new Http2Connection(server, source, new Input(source, 256, Http2Connection.MAX_FRAME_BUFFER), LIMITS, this::handle).run();
        client.close();
        String found = wrong.getAndSet(null);
        require(found == null, "a handler saw " + found);
    }

    private void handle(Exchange exchange) throws IOException {
        Request request = exchange.request();
        check(request.method(), "method");
        check(request.target(), "target");
        check(request.authority(), "authority");
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            check(headers.name(i), "field name");
            if (headers.value(i).chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
                wrong.set("a value that ends lines, of " + headers.name(i));
            }
        }
        byte[] buffer = new byte[256];
        while (exchange.read(buffer, 0, buffer.length) >= 0) {
            continue;
        }
        exchange.answer(200, "text/plain", buffer);
    }

    private void check(String text, String what) {
        if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            wrong.set(what + " \"" + text + "\"");
        }
    }
}
