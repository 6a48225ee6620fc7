// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.DATA;
import static lambdadispatch.support.WireFrame.END_HEADERS;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.PADDED;
import static lambdadispatch.support.WireFrame.PRIORITY_FLAG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;

/// One field section from its frames: what it takes of each, how long it may be, and what memory it holds meanwhile.
class FieldSectionTest {
    private static final int MOST = 30_000;

    private final AbuseBudget budget = new AbuseBudget(() -> 0);
    private final MemoryShare memory = new MemoryAccount(1 << 30).open("a", 0, () -> { });
    private final FieldSection section = section(memory);

    private FieldSection section(MemoryShare of) {
        return new FieldSection(new Bounds().headBytes(MOST).limits(), budget, of);
    }

    private static FrameReader frame(int type, int flags, int streamId, byte[] payload) throws IOException {
        return Unserved.received(new WireFrame(type, flags, streamId, payload));
    }

    private static byte[] octets(int length) {
        byte[] all = new byte[length];
        Arrays.fill(all, (byte) 0x82); // :method: GET, again and again
        return all;
    }

    private RequestFields decoded() throws IOException {
        RequestFields fields = new RequestFields(100);
        section.decode(fields);
        return fields;
    }

    @Test
    void itIsOpenFromItsHeadToItsDecoding() throws IOException {
        assertThat(section.open()).isFalse();
        assertThat(section.headers(frame(HEADERS, 0, 5, WireFrame.block("a: 1")))).isFalse();
        assertThat(section.open()).isTrue();
        assertThat(section.streamId()).isEqualTo(5);
        assertThat(section.endStream()).isFalse();
        assertThat(section.continuation(frame(CONTINUATION, 0, 5, new byte[0]))).isFalse();
        assertThat(section.continuation(frame(CONTINUATION, END_HEADERS, 5, WireFrame.block("b: 2")))).isTrue();
        RequestFields fields = decoded();
        assertThat(fields.headers().size()).isEqualTo(2);
        assertThat(fields.headers().get(HeaderName.of("b"))).isEqualTo("2");
        assertThat(section.open()).isFalse();
        assertThat(section.headers(frame(HEADERS, END_HEADERS | END_STREAM, 7, WireFrame.block("c: 3")))).isTrue();
        assertThat(section.endStream()).isTrue();
        assertThat(decoded().headers().size()).as("nothing of the last one is left").isEqualTo(1);
    }

    @Test
    void onlyItsOwnContinuationGoesOn() throws IOException {
        section.headers(frame(HEADERS, 0, 5, new byte[0]));
        assertThatThrownBy(() -> section.continuation(frame(CONTINUATION, 0, 7, new byte[0]))).isInstanceOf(ConnectionError.class);
        assertThatThrownBy(() -> section.continuation(frame(DATA, 0, 5, new byte[0]))).isInstanceOf(ConnectionError.class);
        assertThatThrownBy(() -> section.continuation(frame(HEADERS, 0, 5, new byte[0]))).isInstanceOf(ConnectionError.class)
                .hasMessage("PROTOCOL_ERROR: HEADERS inside a field section");
    }

    @Test
    void eachContinuationIsAChore() throws IOException {
        section.headers(frame(HEADERS, 0, 5, new byte[0]));
        FrameReader next = frame(CONTINUATION, 0, 5, new byte[0]);
        for (int i = 0; i < 1000; i++) {
            section.continuation(next);
        }
        assertThatThrownBy(() -> section.continuation(next)).isInstanceOf(ConnectionError.class).hasMessageContaining("without use");
    }

    @Test
    void paddingAndPriorityAreTakenOff() throws IOException {
        byte[] block = WireFrame.block("a: 1");
        byte[] payload = new Bytes().append(3).append(WireFrame.four(9)).append(200).append(block).append(new byte[3]).toArray();
        assertThat(section.headers(frame(HEADERS, PADDED | PRIORITY_FLAG | END_HEADERS, 7, payload))).isTrue();
        assertThat(section.selfDependent()).isFalse();
        assertThat(decoded().headers().get(HeaderName.of("a"))).isEqualTo("1");
        assertThatThrownBy(() -> section.headers(frame(HEADERS, PRIORITY_FLAG | END_HEADERS, 7, new byte[4])))
                .isInstanceOf(ConnectionError.class).hasMessage("FRAME_SIZE_ERROR: HEADERS too short for its priority");
        assertThat(section.headers(frame(HEADERS, PRIORITY_FLAG | END_HEADERS, 7, new byte[5]))).isTrue();
        assertThat(decoded().headers().size()).isZero();
    }

    @Test
    void aStreamThatDependsOnItselfIsNotedForItsOwnSectionOnly() throws IOException {
        byte[] payload = new Bytes().append(WireFrame.four(0x8000_0007)).append(15).toArray(); // exclusive
        section.headers(frame(HEADERS, PRIORITY_FLAG | END_HEADERS, 7, payload));
        assertThat(section.selfDependent()).isTrue();
        decoded();
        section.headers(frame(HEADERS, END_HEADERS, 9, new byte[0]));
        assertThat(section.selfDependent()).isFalse();
    }

    @Test
    void itMayBeSoLongAndNoLongerInAllItsFrames() throws IOException {
        section.headers(frame(HEADERS, 0, 1, octets(16_000)));
        assertThat(section.continuation(frame(CONTINUATION, 0, 1, octets(14_000)))).isFalse();
        assertThatThrownBy(() -> section.continuation(frame(CONTINUATION, 0, 1, octets(1)))).isInstanceOf(ConnectionError.class)
                .hasMessage("ENHANCE_YOUR_CALM: field section longer than 30000 bytes");
    }

    @Test
    void whatDoesNotDecodeIsAnErrorOfTheConnectionAndCloses() throws IOException {
        section.headers(frame(HEADERS, END_HEADERS, 1, new byte[] {(byte) 0x80}));
        assertThatThrownBy(this::decoded).isInstanceOf(ConnectionError.class).hasMessageStartingWith("COMPRESSION_ERROR");
        assertThat(section.open()).isFalse();
    }

    @Test
    void itTellsWhatDoesNotFit() throws IOException {
        section.headers(frame(HEADERS, END_HEADERS, 1, WireFrame.block("a: 1", "b: 2")));
        assertThat(section.decode(new RequestFields(1))).as("too many fields").isFalse();
        section.headers(frame(HEADERS, END_HEADERS, 1, WireFrame.block("a: 1", "b: 2")));
        assertThat(section.decode(new RequestFields(2))).isTrue();
        section.headers(frame(HEADERS, END_HEADERS, 1, octets(1000))); // 42 octets each in the list (RFC 7541 §4.1)
        assertThat(section.decode(new RequestFields(2000))).as("too long a list").isFalse();
    }

    @Test
    void aLongBlockIsChargedUntilItIsDecoded() throws IOException {
        section.headers(frame(HEADERS, 0, 1, octets(4096)));
        assertThat(memory.held()).as("what is kept is the connection's own cost").isZero();
        section.continuation(frame(CONTINUATION, END_HEADERS, 1, octets(1)));
        assertThat(memory.held()).isEqualTo(8192 - 4096);
        decoded();
        assertThat(memory.held()).isZero();
        section.headers(frame(HEADERS, END_HEADERS, 1, octets(16_000)));
        assertThat(memory.held()).as("from the beginning again").isEqualTo(16_000 - 4096);
        assertThat(section.decode(new RequestFields(100))).isFalse();
        assertThat(memory.held()).isZero();
    }

    @Test
    void whereThereIsNoMemoryForItTheConnectionEndsAndAllIsGivenBack() throws IOException {
        MemoryShare little = new MemoryAccount(1000).open("a", 0, () -> { }); // eight KiB for nothing, and no more
        FieldSection other = section(little);
        other.headers(frame(HEADERS, 0, 1, octets(12_000)));
        assertThat(little.held()).isEqualTo(12_000 - 4096);
        assertThatThrownBy(() -> other.continuation(frame(CONTINUATION, 0, 1, octets(12_000)))).isInstanceOf(ConnectionError.class)
                .hasMessage("ENHANCE_YOUR_CALM: no memory for a field section");
        assertThat(little.held()).isZero();
    }
}
