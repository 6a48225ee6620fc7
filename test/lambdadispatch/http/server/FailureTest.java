// SPDX-License-Identifier: MIT
package lambdadispatch.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.net.NoRoom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a client is told of each kind of failure.
class FailureTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new BadMessage(417, "unknown expectation"), 417, "unknown expectation"),
                Arguments.of(Failure.bodyTooLong(5), 413, "body longer than 5 bytes"),
                Arguments.of(new NoRoom("a queue"), 503, "no memory for more requests"),
                Arguments.of(new SocketTimeoutException("of whatever"), 408, "request not received in time"),
                Arguments.of(new EOFException("of whatever"), 500, "internal error"),
                Arguments.of(new IOException("with a secret"), 500, "internal error"),
                Arguments.of(new IllegalStateException("with a secret"), 500, "internal error"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void eachKindHasItsStatusAndTellsNothingOfUs(Exception thrown, int status, String why) {
        assertThat(Failure.of(thrown)).isEqualTo(new Failure(status, why));
    }

    @Test
    void bodyThatWasCutExcusesOnlyWhatIsNotKnownBetter() {
        assertThat(Failure.of(new EOFException(), true).status()).isEqualTo(400);
        assertThat(Failure.of(new IOException("of what came of it"), true).status()).isEqualTo(400);
        assertThat(Failure.of(new IOException(), false).status()).isEqualTo(500);
        assertThat(Failure.of(new BadMessage(413, "too long"), true).status()).isEqualTo(413);
        assertThat(Failure.of(new SocketTimeoutException(), true).status()).isEqualTo(408);
    }

    @Test
    void onlyWhatMayFitLaterIsToBeTriedAgain() {
        assertThat(Failure.NO_ROOM.headers().get("retry-after")).isEqualTo("1");
        assertThat(Failure.of(new IOException()).headers().get("retry-after")).isNull();
        assertThat(new String(Failure.NO_ROOM.body(), StandardCharsets.UTF_8)).isEqualTo("no memory for more requests\n");
    }
}
