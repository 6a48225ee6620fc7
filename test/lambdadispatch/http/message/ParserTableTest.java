// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.net.Input;
import lambdadispatch.support.BodyWay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Both tables of messages through the parsers alone, whole and in small reads: what a head says, where a body ends, what is refused. The
/// connections around them have the same tables, split at every octet.
class ParserTableTest {
    private static final int HEAD = 64 << 10;
    private static final int FIELDS = 256;

    private static Input input(byte[] octets, int octetsPerRead) {
        int[] at = {0};
        return new Input((into, offset, length) -> {
            int count = Math.min(Math.min(length, octetsPerRead), octets.length - at[0]);
            System.arraycopy(octets, at[0], into, offset, count);
            at[0] += count;
            return count == 0 ? -1 : count;
        }, 64, HEAD);
    }

    private static void addFields(String key, Headers headers, List<String> to) {
        for (int i = 0; i < headers.size(); i++) {
            to.add(key + headers.name(i) + ": " + headers.value(i));
        }
    }

    private static void addBody(byte[] body, List<String> to) {
        if (body.length > 0) {
            to.add("body: " + new String(body, StandardCharsets.ISO_8859_1));
        }
    }

    /// The rows whose verdict the parsers do not share, with what they say instead.
    private static List<String> wrong(List<Vector> rows, int octetsPerRead, BodyWay way, boolean requests) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Vector row : rows) {
            Input in = input(row.input(), octetsPerRead);
            List<String> seen = requests ? requests(in, way) : response(row.method(), in, way);
            List<String> spoken = spokenOf(seen, row.verdict());
            if (!spoken.equals(row.verdict())) {
                wrong.add(row.name() + ": " + spoken + " instead of " + row.verdict());
            }
        }
        return wrong;
    }

    /// Without what the row says nothing about. Of a response that is refused, or cut short, no more counts than that.
    private static List<String> spokenOf(List<String> seen, List<String> verdict) {
        if (seen.getLast().equals("then: bad") || seen.getLast().equals("then: cut")) {
            return List.of(seen.getLast());
        }
        List<String> kept = new ArrayList<>();
        int from = 0; // where the verdict speaks of the message under way
        for (String line : seen) {
            String key = line.substring(0, line.indexOf(' ') + 1);
            if (key.equals("request: ")) {
                from = verdict.subList(from, verdict.size()).contains(line) ? verdict.subList(from, verdict.size()).indexOf(line) + from + 1
                        : from;
            }
            boolean optional = List.of("field: ", "authority: ", "scheme: ", "version: ").contains(key);
            if (!optional || speaks(verdict, from, key)) {
                kept.add(line);
            }
        }
        return kept;
    }

    private static boolean speaks(List<String> verdict, int from, String key) {
        for (int i = from; i < verdict.size() && !verdict.get(i).startsWith("request: "); i++) {
            if (verdict.get(i).startsWith(key)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> requests(Input in, BodyWay way) throws IOException {
        HeadParser parser = new HeadParser(HEAD, FIELDS);
        RequestHead head = new RequestHead();
        List<String> seen = new ArrayList<>();
        String then = null;
        while (then == null) {
            try {
                then = parser.parseRequest(in, head) ? null : "then: open";
            } catch (BadMessage e) {
                seen.add("refused: " + e.status());
                then = "then: closed";
            } catch (EOFException e) {
                then = "then: partial";
            }
            if (then == null) {
                then = request(in, head, way, seen) && head.keepAlive() ? null : "then: closed";
            }
        }
        seen.add(then);
        return seen;
    }

    private static boolean request(Input in, RequestHead head, BodyWay way, List<String> seen) throws IOException {
        seen.add("request: " + head.method() + " " + head.target() + " " + head.version() / 10 + "." + head.version() % 10);
        seen.add("authority: " + head.authority());
        seen.add("scheme: " + (head.scheme() == null ? "http" : head.scheme()));
        addFields("field: ", head.headers(), seen);
        BodyReader body = BodyReader.of(in, head);
        try {
            addBody(way.all(body, in), seen);
        } catch (BadMessage e) {
            seen.add("status: " + e.status());
            return false;
        } catch (EOFException e) {
            seen.add("status: 400");
            return false;
        }
        addFields("trailer: ", body.trailers(), seen);
        return true;
    }

    private static List<String> response(String method, Input in, BodyWay way) throws IOException {
        HeadParser parser = new HeadParser(HEAD, FIELDS);
        ResponseHead head = new ResponseHead();
        List<String> seen = new ArrayList<>();
        List<String> interim = new ArrayList<>();
        try {
            do {
                if (!parser.parseResponse(in, head)) {
                    throw new EOFException();
                }
                if (head.status() < 200) {
                    interim.add("interim: " + head.status());
                }
            } while (head.status() < 200 && head.status() != 101);
            if (head.status() == 101) {
                throw new BadMessage(502, "unasked");
            }
            seen.add("status: " + head.status());
            seen.add("version: " + head.version() / 10 + "." + head.version() % 10);
            addFields("field: ", head.headers(), seen);
            seen.addAll(interim);
            BodyReader body = BodyReader.of(in, head.frame(method.equals("HEAD")));
            addBody(way.all(body, in), seen);
            addFields("trailer: ", body.trailers(), seen);
            boolean clean = in.available() == 0 && !in.fill();
            seen.add(head.keepAlive() && head.framing() != Framing.UNTIL_CLOSE && clean ? "then: reusable" : "then: closed");
        } catch (BadMessage e) {
            seen.add(e.status() == 502 ? "then: bad" : "then: bad with status " + e.status());
        } catch (EOFException e) {
            seen.add("then: cut");
        }
        return seen;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, Integer.MAX_VALUE})
    void requestsAreWhatTheTableSays(int octetsPerRead) throws IOException {
        // what a handler does with its connection is no affair of the parsers
        List<Vector> rows = Vectors.requests().stream().filter(row -> !row.verdict().contains("then: upgraded")).toList();
        assertThat(rows).hasSizeGreaterThan(700);
        for (BodyWay way : List.of(BodyWay.READ, BodyWay.READY)) {
            assertThat(wrong(rows, octetsPerRead, way, true)).as("%s", way).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, Integer.MAX_VALUE})
    void responsesAreWhatTheTableSays(int octetsPerRead) throws IOException {
        List<Vector> rows = Vectors.responses();
        assertThat(rows).hasSizeGreaterThan(250);
        for (BodyWay way : List.of(BodyWay.READ, BodyWay.READY)) {
            assertThat(wrong(rows, octetsPerRead, way, false)).as("%s", way).isEmpty();
        }
    }

    @Test
    void whatIsPassedOnRawHasTheSameEndAndTheSameTrailers() throws IOException {
        List<Vector> rows = Vectors.responses();
        for (Vector row : rows) {
            List<String> expected = row.verdict().stream().filter(line -> !line.startsWith("body: ")).toList();
            for (int octetsPerRead : new int[] {1, Integer.MAX_VALUE}) {
                List<String> seen = response(row.method(), input(row.input(), octetsPerRead), BodyWay.RAW);
                List<String> spoken = spokenOf(seen, row.verdict()).stream().filter(line -> !line.startsWith("body: ")).toList();
                assertThat(spoken).as(row.name()).isEqualTo(expected);
            }
        }
    }
}
