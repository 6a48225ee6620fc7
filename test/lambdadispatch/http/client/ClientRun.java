// SPDX-License-Identifier: MIT
package lambdadispatch.http.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import lambdadispatch.http.h1.ServerRun;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.Framing;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.ResponseHead;
import lambdadispatch.http.message.Vector;
import lambdadispatch.net.Input;
import lambdadispatch.support.BodyWay;
import lambdadispatch.support.MemoryTransport;

/// Gives octets to the client's side and writes down what it made of them, in the words of the tables: `parsed` as the extension reads an
/// app and the router a channel, `exchanged` through a real [ClientConnection].
final class ClientRun {
    private static final int MAX_HEAD = 64 << 10;

    private ClientRun() {}

    static List<String> parsed(Vector row, int bytesPerRead, long splitAt, BodyWay way) throws IOException {
        MemoryTransport server = sent(row, bytesPerRead, splitAt);
        Input in = new Input(server::read, 64, MAX_HEAD);
        HeadParser parser = new HeadParser(MAX_HEAD, 256);
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
            ServerRun.addFields("field: ", head.headers(), seen);
            seen.addAll(interim);
            BodyReader body = BodyReader.of(in, head.frame(row.method().equals("HEAD")));
            addBody(way.all(body, in), seen);
            ServerRun.addFields("trailer: ", body.trailers(), seen);
            boolean clean = in.available() == 0 && server.unread() == 0;
            seen.add(head.keepAlive() && head.framing() != Framing.UNTIL_CLOSE && clean ? "then: reusable" : "then: closed");
        } catch (BadMessage e) {
            seen.add(e.status() == 502 ? "then: bad" : "then: bad with status " + e.status());
        } catch (EOFException e) {
            seen.add("then: cut");
        }
        return seen;
    }

    /// The octets of the body as they are on the wire, framing included.
    static byte[] raw(Vector row, int bytesPerRead) throws IOException {
        Input in = new Input(sent(row, bytesPerRead, Long.MAX_VALUE)::read, 64, MAX_HEAD);
        ResponseHead head = new ResponseHead();
        do {
            if (!new HeadParser(MAX_HEAD, 256).parseResponse(in, head)) {
                throw new EOFException();
            }
        } while (head.status() < 200);
        return BodyWay.RAW.all(BodyReader.of(in, head.frame(row.method().equals("HEAD"))), in);
    }

    static List<String> exchanged(Vector row, int bytesPerRead, long splitAt) throws IOException {
        MemoryTransport server = sent(row, bytesPerRead, splitAt);
        URI uri = URI.create("http://a/");
        Origin origin = Origin.of(uri);
        List<String> seen = new ArrayList<>();
        try (ClientPool pool = new ClientPool(Http1Client.Options.DEFAULT,
                new ClientConnector(Http1Client.Options.DEFAULT, ClientConnector.Names.SYSTEM))) {
            ClientConnection connection = new ClientConnection(pool, origin, server, Duration.ZERO);
            try (Http1Client.Response response = connection.exchange(row.method(), uri, new Headers(), null, Duration.ZERO)) {
                seen.add("status: " + response.status());
                ServerRun.addFields("field: ", response.headers(), seen);
                addBody(response.body().readAllBytes(), seen);
                boolean reusable = pool.takeIdle(origin) == connection;
                seen.add(reusable && server.unread() == 0 ? "then: reusable" : "then: closed");
            } finally {
                connection.close();
            }
        } catch (BadMessage e) {
            seen.add("then: bad");
        } catch (EOFException | ClientConnection.Stale e) {
            seen.add("then: cut");
        }
        return seen;
    }

    /// The client's end of a connection on which the server has sent the row and ended.
    private static MemoryTransport sent(Vector row, int bytesPerRead, long splitAt) throws IOException {
        MemoryTransport[] ends = MemoryTransport.pair(row.input().length + 4096);
        ends[0].write(row.input(), 0, row.input().length);
        ends[0].shutdownOutput();
        return ends[1].limitReads(bytesPerRead).splitReadsAt(splitAt);
    }

    private static void addBody(byte[] body, List<String> to) {
        if (body.length > 0) {
            to.add("body: " + new String(body, StandardCharsets.ISO_8859_1));
        }
    }

    /// A run reduced to what the row speaks of. Of a response that is refused, or cut short, no more counts than that.
    static List<String> comparable(List<String> actual, List<String> expected) {
        if (actual.getLast().equals("then: bad") || actual.getLast().equals("then: cut")) {
            return List.of(actual.getLast());
        }
        List<String> kept = new ArrayList<>(actual);
        for (String key : List.of("field: ", "version: ")) {
            if (expected.stream().noneMatch(line -> line.startsWith(key))) {
                kept.removeIf(line -> line.startsWith(key));
            }
        }
        return kept;
    }
}
