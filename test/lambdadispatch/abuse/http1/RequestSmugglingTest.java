// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.http.message.Vector;
import lambdadispatch.http.message.Vectors;
import lambdadispatch.support.Http1Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The tables' requests that two parsers may see differently, against a real listener: each gets the answers that its row tells and no
/// other, so nothing inside a body or behind a refused head is ever taken for a request.
@Timeout(180)
class RequestSmugglingTest {
    @RegisterExtension
    static final UnderAttack LISTENER = UnderAttack.besideHttp1();

    private static List<Vector> rows(Predicate<String> names) {
        return Vectors.requests().stream().filter(
                row -> !row.source().startsWith("llhttp") && row.input().length < 2048 && names.test(row.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static void attack(String name, int fewest, Predicate<String> names) throws Exception {
        List<Vector> rows = rows(names);
        assertThat(rows).hasSizeGreaterThanOrEqualTo(fewest);
        LISTENER.attack("RequestSmuggling, " + name, "usual", () -> {
            for (Vector row : rows) {
                send(row);
            }
        });
    }

    private static void send(Vector row) throws Exception {
        // The listener reads a body only there; what decides is the framing, not the target.
        String input = new String(row.input(), StandardCharsets.ISO_8859_1).replace("POST / ", "POST /count ");
        try (Http1Peer peer = new Http1Peer(LISTENER.connect("usual"))) {
            peer.send(input).transport().shutdownOutput();
            List<Integer> answers = peer.answersToTheEnd().stream().map(Http1Peer.Answer::status).toList();
            assertThat(answers).as("%s (%s)", row, row.source()).isEqualTo(expected(row));
        }
    }

    private static List<Integer> expected(Vector row) {
        List<Integer> statuses = new ArrayList<>();
        for (String line : row.verdict()) {
            if (line.startsWith("request: ")) {
                statuses.add(200);
            } else if (line.startsWith("status: ")) {
                statuses.set(statuses.size() - 1, Integer.parseInt(line.substring(8)));
            } else if (line.startsWith("refused: ")) {
                statuses.add(Integer.parseInt(line.substring(9)));
            }
        }
        return statuses;
    }

    @Test
    void clTe() throws Exception {
        attack("CL.TE", 4,
                name -> name.startsWith("cl.te") || name.contains("length and chunked") || name.contains("length beside chunked"));
    }

    @Test
    void teCl() throws Exception {
        attack("TE.CL", 2, name -> name.startsWith("te.cl") || name.contains("chunked and a length"));
    }

    @Test
    void teTe() throws Exception {
        attack("TE.TE", 60, name -> name.startsWith("te.te") || name.contains("a transfer coding of") || name.contains("in two fields"));
    }

    @Test
    void cl0() throws Exception {
        attack("CL.0 and 0.CL", 5, name -> name.startsWith("cl.0") || name.startsWith("0.cl"));
    }

    @Test
    void clCl() throws Exception {
        attack("CL.CL", 30, name -> name.contains("lengths") || name.startsWith("a length of"));
    }

    @Test
    void chunkSizesAndTerminators() throws Exception {
        attack("chunks", 50, name -> name.startsWith("a chunk size with") || name.startsWith("chunked with") || name.contains("term")
                || name.contains("spill"));
    }

    @Test
    void lineEndsAndBlanks() throws Exception {
        attack("line ends", 20,
                name -> name.contains("lf") || name.contains("cr ") || name.contains("fold") || name.contains("before the colon"));
    }

    @Test
    void hosts() throws Exception {
        attack("hosts", 30, name -> name.startsWith("host ") || name.contains("host fields") || name.startsWith("absolute target"));
    }

    @Test
    void secondRequests() throws Exception {
        attack("second requests", 4, name -> name.startsWith("a second request"));
    }
}
