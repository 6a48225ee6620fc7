// SPDX-License-Identifier: MIT
package lambdadispatch.http.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.NoRoom;
import lambdadispatch.support.BodyWay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a body's reader says of what is left, where it stops, and what its trailers cost.
class BodyReaderTest {
    private static final int SMALL = 2048;

    private final MemoryAccount account = new MemoryAccount(1 << 20);
    private final MemoryShare memory = account.open("a", 0, () -> { });

    private Input input(String text, int octetsPerRead) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        int[] at = {0};
        return new Input((into, offset, length) -> {
            int count = Math.min(Math.min(length, octetsPerRead), octets.length - at[0]);
            System.arraycopy(octets, at[0], into, offset, count);
            at[0] += count;
            return count == 0 ? -1 : count;
        }, SMALL, 128 << 10, memory);
    }

    private Input input(String text) {
        return input(text, Integer.MAX_VALUE);
    }

    private static String text(Input in, int count) {
        return new String(in.array(), in.position(), count, StandardCharsets.ISO_8859_1);
    }

    private static int skim(BodyReader body, BodyWay way) throws IOException {
        byte[] bin = new byte[1000];
        int sum = 0;
        while (true) {
            int count = switch (way) {
                case READ -> body.read(bin, 0, bin.length);
                case READY -> body.ready();
                case RAW -> body.readRaw(bin, 0, bin.length);
            };
            if (count < 0) {
                return sum;
            }
            if (way == BodyWay.READY) {
                body.take(count);
            }
            sum += count;
        }
    }

    // ---- where it stops

    @ParameterizedTest
    @EnumSource(BodyWay.class)
    void aBodyIsReadToItsLastOctetAndNoFurther(BodyWay way) throws IOException {
        Input in = input("hellonext");
        BodyReader body = new BodyReader(in, 5, 400);
        assertThat(skim(body, way)).isEqualTo(5);
        assertThat(body.ended()).isTrue();
        assertThat(body.remaining()).isZero();
        assertThat(text(in, in.available())).isEqualTo("next");

        String wire = "3\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n";
        Input chunkedIn = input(wire + "next");
        BodyReader chunked = new BodyReader(chunkedIn, Framing.CHUNKED, 400);
        assertThat(skim(chunked, way)).isEqualTo(way == BodyWay.RAW ? wire.length() : 5);
        assertThat(chunked.ended()).isTrue();
        assertThat(text(chunkedIn, chunkedIn.available())).isEqualTo("next");

        assertThat(skim(new BodyReader(input("all of it"), Framing.UNTIL_CLOSE, 502), way)).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource(BodyWay.class)
    void aBodyThatEndsTooEarlyFails(BodyWay way) {
        assertThatThrownBy(() -> skim(new BodyReader(input("hell"), 5, 400), way)).isInstanceOf(EOFException.class);
        for (String wire : new String[] {"", "5", "5\r\nhell", "5\r\nhello", "5\r\nhello\r\n0\r\n", "5\r\nhello\r\n0\r\n\r"}) {
            assertThatThrownBy(() -> skim(new BodyReader(input(wire), Framing.CHUNKED, 400), way)).as(wire)
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void noMoreIsReadThanIsAskedFor() throws IOException {
        byte[] into = "..........".getBytes(StandardCharsets.US_ASCII);
        BodyReader length = new BodyReader(input("hello"), 5, 400);
        assertThat(length.read(into, 2, 3)).isEqualTo(3);
        assertThat(new String(into, StandardCharsets.US_ASCII)).isEqualTo("..hel.....");
        assertThat(length.remaining()).isEqualTo(2);
        BodyReader chunked = new BodyReader(input("5\r\nhello\r\n0\r\n\r\n"), Framing.CHUNKED, 400);
        assertThat(chunked.read(into, 5, 2)).isEqualTo(2);
        assertThat(chunked.available()).isEqualTo(3);
        assertThat(chunked.read(into, 7, 3)).isEqualTo(3);
        assertThat(new String(into, StandardCharsets.US_ASCII)).isEqualTo("..helhello");
        assertThat(chunked.ended()).isTrue();
        BodyReader untilClose = new BodyReader(input("hello"), Framing.UNTIL_CLOSE, 502);
        assertThat(untilClose.read(into, 0, 2)).isEqualTo(2);
        assertThat(untilClose.read(into, 2, 8)).isEqualTo(3);
        assertThat(untilClose.read(into, 0, 8)).isEqualTo(-1);
        assertThat(untilClose.ended()).isTrue();
        assertThat(untilClose.read(into, 0, 8)).isEqualTo(-1);
    }

    @Test
    void whatIsReadyIsTakenInParts() throws IOException {
        Input in = input("5\r\nhello\r\n0\r\n\r\n");
        BodyReader body = new BodyReader(in, Framing.CHUNKED, 400);
        assertThat(body.ready()).isEqualTo(5);
        assertThat(text(in, 5)).isEqualTo("hello");
        body.take(2);
        assertThat(body.ready()).isEqualTo(3);
        assertThat(body.ended()).isFalse();
        body.take(3);
        assertThat(body.ended()).isTrue();
        assertThat(body.ready()).isEqualTo(-1);
        BodyReader length = new BodyReader(input("hello"), 5, 400);
        assertThat(length.ready()).isEqualTo(5);
        length.take(4);
        assertThat(length.remaining()).isOne();
        assertThat(length.ended()).isFalse();
        length.take(1);
        assertThat(length.ended()).isTrue();
    }

    // ---- what it says of what is left

    @Test
    void whatIsThereIsOfTheBodyAlone() throws IOException {
        Input in = input("hellonext");
        BodyReader length = new BodyReader(in, 5, 400);
        assertThat(length.available()).isZero();
        in.fill();
        assertThat(length.available()).isEqualTo(5);
        skim(length, BodyWay.READ);
        assertThat(length.available()).isZero();
        Input open = input("hello");
        BodyReader untilClose = new BodyReader(open, Framing.UNTIL_CLOSE, 502);
        open.fill();
        assertThat(untilClose.available()).isEqualTo(5);
        skim(untilClose, BodyWay.READ);
        assertThat(untilClose.available()).isZero();
        Input chunkedIn = input("5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n");
        BodyReader chunked = new BodyReader(chunkedIn, Framing.CHUNKED, 400);
        chunkedIn.fill();
        assertThat(chunked.available()).as("of the chunk under way").isEqualTo(5);
    }

    @Test
    void framingThatIsThereIsConsumedSoThatTheEndIsKnown() throws IOException {
        Input in = input("0\r\n\r\nnext");
        BodyReader body = new BodyReader(in, Framing.CHUNKED, 400);
        in.fill();
        assertThat(body.ended()).isFalse();
        body.advance();
        assertThat(body.ended()).isTrue();
        body.advance();
        assertThat(in.available()).isEqualTo(4);
        assertThat(body.available()).isZero();
    }

    @Test
    void whetherTheEndIsNearIsKnownOfALengthAndOfWhatIsThere() throws IOException {
        BodyReader length = new BodyReader(input("hello"), 5, 400);
        assertThat(length.endsWithin(5)).isTrue();
        assertThat(length.endsWithin(4)).isFalse();
        length.read(new byte[1], 0, 1);
        assertThat(length.endsWithin(4)).isTrue();
        assertThat(new BodyReader(input(""), 0, 400).endsWithin(0)).isTrue();
        BodyReader untilClose = new BodyReader(input("x"), Framing.UNTIL_CLOSE, 502);
        assertThat(untilClose.endsWithin(Long.MAX_VALUE)).isFalse();
        skim(untilClose, BodyWay.READ);
        assertThat(untilClose.endsWithin(0)).isTrue();
        Input in = input("1\r\nx\r\n0\r\n\r\n");
        BodyReader chunked = new BodyReader(in, Framing.CHUNKED, 400);
        assertThat(chunked.endsWithin(1000)).as("nothing is there").isFalse();
        in.fill();
        assertThat(chunked.endsWithin(0)).isTrue();
        assertThat(chunked.ended()).isFalse();
        assertThat(skim(chunked, BodyWay.READ)).isOne();
        assertThat(chunked.endsWithin(0)).isTrue();
        Input part = input("1\r\nx\r\n0\r\n\r\n", 10);
        BodyReader cut = new BodyReader(part, Framing.CHUNKED, 400);
        part.fill();
        assertThat(cut.endsWithin(1000)).isFalse();
    }

    @Test
    void withoutTrailersThereAreNone() throws IOException {
        assertThat(new BodyReader(input("x"), 1, 400).trailers()).isSameAs(Headers.EMPTY);
        BodyReader chunked = new BodyReader(input("0\r\n\r\n"), Framing.CHUNKED, 400);
        assertThat(chunked.trailers()).isSameAs(Headers.EMPTY);
        skim(chunked, BodyWay.READ);
        assertThat(chunked.trailers()).isSameAs(Headers.EMPTY);
    }

    // ---- what its trailers cost

    @ParameterizedTest
    @EnumSource(BodyWay.class)
    void trailersAreCountedUntilNobodyWantsThem(BodyWay way) throws IOException {
        BodyReader body = new BodyReader(input("1\r\nx\r\n0\r\nA: b\r\n\r\n"), Framing.CHUNKED, 400);
        skim(body, way);
        assertThat(memory.held()).as("with the line that they were read in").isEqualTo(body.trailers().footprint() + 64);
        body.release();
        assertThat(memory.held()).isZero();
        body.release();
        assertThat(memory.held()).isZero();
        assertThat(body.trailers().get("a")).isEqualTo("b");
    }

    @Test
    void aBodyWithoutTrailersCostsNothingUntilItsLastLineAndNothingAtAllWithALength() throws IOException {
        Input in = input("1\r\nx\r\n0\r\n\r\n");
        BodyReader body = new BodyReader(in, Framing.CHUNKED, 400);
        assertThat(body.ready()).isOne();
        assertThat(memory.held()).isZero();
        body.take(1);
        assertThat(memory.held()).isEqualTo(64);
        body.release();
        assertThat(memory.held()).isZero();
        BodyReader length = new BodyReader(input("x"), 1, 400);
        skim(length, BodyWay.READ);
        length.release();
        assertThat(memory.held()).isZero();
    }

    @ParameterizedTest
    @EnumSource(BodyWay.class)
    void trailersThatThereIsNoRoomForAreNobodysFault(BodyWay way) {
        assertThat(account.open("b", 0, () -> { }).take(1 << 20)).isTrue();
        String long20 = ("X-T: " + "t".repeat(1000) + "\r\n").repeat(20);
        assertThatThrownBy(() -> skim(new BodyReader(input("0\r\n" + long20 + "\r\n", 500), Framing.CHUNKED, 400), way))
                .isInstanceOf(NoRoom.class).hasMessageContaining("trailers");
    }

    /// Each field that went another hop may have grown by an octet.
    @ParameterizedTest
    @ValueSource(ints = {65_536, 65_537, 69_632, 69_633})
    void aBodyThatWasWrittenAgainMayHaveLongerTrailers(int octets) throws IOException {
        String wire = "0\r\nA: " + "b".repeat(octets - 7) + "\r\n\r\n";
        assertThat(fits(new BodyReader(input(wire), Framing.CHUNKED, 502))).isEqualTo(octets <= BodyReader.MAX_TRAILER_BYTES);
        assertThat(fits(BodyReader.rewritten(input(wire), Framing.CHUNKED, 0, 502))).isEqualTo(octets <= 69_632);
    }

    private static boolean fits(BodyReader body) throws IOException {
        try {
            skim(body, BodyWay.READ);
            return true;
        } catch (BadMessage e) {
            assertThat(e.status()).isEqualTo(502);
            return false;
        } finally {
            body.release();
        }
    }

    @Test
    void aBodyThatWasWrittenAgainHasTheLengthThatItHad() throws IOException {
        BodyReader body = BodyReader.rewritten(input("hellonext"), Framing.LENGTH, 5, 400);
        assertThat(body.remaining()).isEqualTo(5);
        assertThat(skim(body, BodyWay.READ)).isEqualTo(5);
        assertThat(BodyReader.rewritten(input("next"), Framing.NONE, 7, 400).ended()).isTrue();
    }

    @Test
    void faultsHaveTheStatusOfTheSideThatTheyComeFrom() {
        assertThatThrownBy(() -> skim(BodyReader.rewritten(input("x"), Framing.CHUNKED, 0, 502), BodyWay.READ))
                .isInstanceOfSatisfying(BadMessage.class, e -> assertThat(e.status()).isEqualTo(502));
        assertThatThrownBy(() -> skim(new BodyReader(input("x"), Framing.CHUNKED, 400), BodyWay.READ))
                .isInstanceOfSatisfying(BadMessage.class, e -> assertThat(e.status()).isEqualTo(400));
    }
}
