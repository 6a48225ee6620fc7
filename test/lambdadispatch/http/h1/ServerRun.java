// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.h2.H2cUpgrade;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.net.TimedSource;
import lambdadispatch.support.MemoryTransport;

/// Gives octets to a real [Http1Connection] and writes down what its handler saw and what its client got, in the words of the tables.
///
/// The client sends all of it and then ends its output, so the connection runs to its end on the calling thread.
public final class ServerRun {
    /// What a client gets that asked for it, unless its body was there already.
    public static final String CONTINUE = "interim: 100";
    private static final int ROOM_FOR_ANSWERS = 8 << 10;

    private final Limits limits;
    private final List<List<String>> requests = new ArrayList<>();
    private final List<String> methods = new ArrayList<>();
    private boolean upgraded;

    public ServerRun(Limits limits) {
        this.limits = limits;
    }

    /// @param bytesPerRead most octets that one read brings
    /// @param splitAt offset that no read goes across
    public List<List<String>> of(byte[] input, int bytesPerRead, long splitAt) throws IOException {
        MemoryTransport[] ends = MemoryTransport.pair(input.length + ROOM_FOR_ANSWERS);
        MemoryTransport client = ends[0];
        MemoryTransport server = ends[1].limitReads(bytesPerRead).splitReadsAt(splitAt);
        client.write(input, 0, input.length);
        client.shutdownOutput();
        TimedSource source = new TimedSource(server);
        Input in = new Input(source, 2048, Math.max(limits.headBytes(), 32 << 10));
        new Http1Connection(server, source, in, limits, new H2cUpgrade(this::handle, (tunnel, request, settings) -> {
            see(request).add("upgrade: " + settings);
            upgraded = true;
        })).run();
        return verdict(answers(client), in.available() > 0);
    }

    private List<String> see(Request request) {
        List<String> seen = new ArrayList<>();
        seen.add("request: " + request.method() + " " + request.target() + " " + request.version() / 10 + "." + request.version() % 10);
        seen.add("authority: " + request.authority());
        seen.add("scheme: " + request.scheme());
        addFields("field: ", request.headers(), seen);
        requests.add(seen);
        methods.add(request.method());
        return seen;
    }

    private void handle(Exchange exchange) throws IOException {
        List<String> seen = see(exchange.request());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[512];
        int count;
        while ((count = exchange.read(buffer, 0, buffer.length)) >= 0) {
            body.write(buffer, 0, count);
        }
        if (body.size() > 0) {
            seen.add("body: " + body.toString(StandardCharsets.ISO_8859_1));
        }
        addFields("trailer: ", exchange.trailers(), seen);
        exchange.answer(200, "text/plain", new byte[] {'o', 'k'});
    }

    public static void addFields(String key, Headers headers, List<String> to) {
        for (int i = 0; i < headers.size(); i++) {
            to.add(key + headers.name(i) + ": " + headers.value(i));
        }
    }

    private record Answer(int status, boolean close) {}

    /// Reads what the client got, with a reader of its own that knows only what the engine may write.
    private List<Answer> answers(MemoryTransport client) throws IOException {
        byte[] all = new byte[client.unread()];
        for (int at = 0; at < all.length; ) {
            at += client.read(all, at, all.length - at);
        }
        String text = new String(all, StandardCharsets.ISO_8859_1);
        List<Answer> answers = new ArrayList<>();
        int finals = 0;
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf("\r\n\r\n", at);
            if (end < 0 || !text.startsWith("HTTP/1.1 ", at)) {
                throw new IllegalStateException("not a response at " + at + ": " + text);
            }
            String head = text.substring(at, end + 2);
            int status = Integer.parseInt(head, 9, 12, 10);
            answers.add(new Answer(status, head.contains("\r\nconnection: close\r\n")));
            boolean bodiless = status < 200 || finals < methods.size() && methods.get(finals).equals("HEAD");
            finals += status < 200 ? 0 : 1;
            int length = head.indexOf("\r\ncontent-length: ");
            at = end + 4 + (bodiless ? 0 : Integer.parseInt(head, length + 18, head.indexOf('\r', length + 18), 10));
        }
        return answers;
    }

    private List<List<String>> verdict(List<Answer> answers, boolean leftOver) {
        List<List<String>> blocks = new ArrayList<>(requests);
        int finals = 0;
        for (Answer answer : answers) {
            if (finals == blocks.size()) {
                blocks.add(new ArrayList<>(List.of("refused: " + answer.status)));
            } else if (answer.status != 200) {
                blocks.get(finals).add((answer.status < 200 ? "interim: " : "status: ") + answer.status);
            }
            finals += answer.status < 200 ? 0 : 1;
        }
        for (; finals < blocks.size() && !upgraded; finals++) {
            blocks.get(finals).add("status: none");
        }
        boolean closed = !answers.isEmpty() && answers.getLast().close;
        blocks.add(new ArrayList<>(List.of("then: " + (upgraded ? "upgraded" : closed ? "closed" : leftOver ? "partial" : "open"))));
        return blocks;
    }

    /// The blocks of a row, and of a run reduced to what the row speaks of: fields, authority and scheme count only where it lists any.
    public static List<List<String>> comparable(List<List<String>> actual, List<List<String>> expected) {
        List<List<String>> reduced = new ArrayList<>();
        for (int i = 0; i < actual.size(); i++) {
            List<String> spoken = i < expected.size() ? expected.get(i) : List.of();
            List<String> kept = new ArrayList<>(actual.get(i));
            for (String key : List.of("field: ", "authority: ", "scheme: ", "version: ")) {
                if (spoken.stream().noneMatch(line -> line.startsWith(key))) {
                    kept.removeIf(line -> line.startsWith(key));
                }
            }
            kept.remove(CONTINUE); // depends on when the body comes: Http1ConnectionTest tells
            reduced.add(kept);
        }
        return reduced;
    }

    /// Splits a row's verdict where a new message begins.
    public static List<List<String>> blocks(List<String> verdict) {
        List<List<String>> blocks = new ArrayList<>();
        for (String line : verdict) {
            if (line.startsWith("request: ") || line.startsWith("refused: ") || line.startsWith("then: ") || blocks.isEmpty()) {
                blocks.add(new ArrayList<>());
            }
            blocks.getLast().add(line);
        }
        return blocks;
    }
}
