// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Input;
import lambdadispatch.support.Bounds;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;

/// Frames octet by octet: what is put on the wire, and what is read off it (RFC 9113 §4, §6).
class FrameOctetsTest {
    private static String hex(Consumer<Bytes> writer) {
        Bytes out = new Bytes(1);
        writer.accept(out);
        return HexFormat.of().formatHex(out.toArray());
    }

    // ---- written

    @Test
    void eachFrameIsOnTheWireAsTheRfcDrawsIt() {
        assertThat(hex(out -> Frames.header(out, 0x123456, 0x78, 0x9a, 0x7bcdef01))).isEqualTo("123456" + "78" + "9a" + "7bcdef01");
        assertThat(hex(out -> Frames.resetStream(out, 0x01020304, 0xdeadbeef))).isEqualTo("000004" + "03" + "00" + "01020304" + "deadbeef");
        assertThat(hex(out -> Frames.windowUpdate(out, 5, 0x7fffffff))).isEqualTo("000004" + "08" + "00" + "00000005" + "7fffffff");
        assertThat(hex(Frames::settingsAck)).isEqualTo("000000" + "04" + "01" + "00000000");
        assertThat(hex(out -> Frames.ping(out, 1, new byte[] {9, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 1)))
                .isEqualTo("000008" + "06" + "01" + "00000000" + "0102030405060708");
        assertThat(hex(out -> Frames.goAway(out, 3, 11, "why")))
                .isEqualTo("00000b" + "07" + "00" + "00000000" + "00000003" + "0000000b" + "776879");
    }

    @Test
    void aFieldBlockIsCutAtThePeersFrameSizeAndItsFlagsStandAtItsEnds() {
        assertThat(block(0, false)).isEqualTo("000000" + "01" + "04" + "00000001");
        assertThat(block(4, true)).isEqualTo("000004" + "01" + "05" + "00000001" + "00010203");
        assertThat(block(5, true)).isEqualTo("000004" + "01" + "01" + "00000001" + "00010203" + "000001" + "09" + "04" + "00000001" + "04");
        assertThat(block(8, false))
                .isEqualTo("000004" + "01" + "00" + "00000001" + "00010203" + "000004" + "09" + "04" + "00000001" + "04050607");
        assertThat(block(9, false))
                .isEqualTo("000004" + "01" + "00" + "00000001" + "00010203" + "000004" + "09" + "00" + "00000001" + "04050607"
                        + "000001" + "09" + "04" + "00000001" + "08");
    }

    private static String block(int length, boolean endStream) {
        Bytes block = new Bytes();
        for (int i = 0; i < length; i++) {
            block.append(i);
        }
        return hex(out -> Frames.fieldBlock(out, 1, block, 4, endStream));
    }

    @Test
    void ourSettingsSayOurLimitsAndTheWindowThatNoSettingCanSay() {
        Limits limits = new Bounds().maxStreams(0x1234).windows(0x56789, 1 << 20).headBytes(0xabcd).limits();
        String settings = "000018" + "04" + "00" + "00000000" + "0003" + "00001234" + "0004" + "00056789" 
                + "0005" + "00004000" + "0006" + "0000abcd";
        assertThat(hex(out -> Http2Settings.write(limits, 16_384, 65_535, out))).isEqualTo(settings);
        assertThat(hex(out -> Http2Settings.write(limits, 16_384, 65_536, out)))
                .isEqualTo(settings + "000004" + "08" + "00" + "00000000" + "00000001");
    }

    @Test
    void numbersHaveTheirNames() {
        assertThat(Frames.name(0)).isEqualTo("DATA");
        assertThat(Frames.name(9)).isEqualTo("CONTINUATION");
        assertThat(Frames.name(10)).isEqualTo("type 0xa");
        assertThat(ErrorCode.name(0)).isEqualTo("NO_ERROR");
        assertThat(ErrorCode.name(13)).isEqualTo("HTTP_1_1_REQUIRED");
        assertThat(ErrorCode.name(14)).isEqualTo("0xe");
        assertThat(ErrorCode.name(-1)).isEqualTo("0xffffffff");
        assertThat(Http2Settings.name(0)).isEqualTo("0x0");
        assertThat(Http2Settings.name(1)).isEqualTo("HEADER_TABLE_SIZE");
        assertThat(Http2Settings.name(6)).isEqualTo("MAX_HEADER_LIST_SIZE");
        assertThat(Http2Settings.name(7)).isEqualTo("0x7");
    }

    @Test
    void anErrorSaysItsCodeAndWhy() {
        assertThat(new ConnectionError(ErrorCode.CANCEL, "so")).hasMessage("CANCEL: so").extracting(ConnectionError::code).isEqualTo(8);
        StreamError error = new StreamError(7, ErrorCode.STREAM_CLOSED, "so");
        assertThat(error).hasMessage("STREAM_CLOSED: so");
        assertThat(error.streamId()).isEqualTo(7);
        assertThat(error.code()).isEqualTo(5);
    }

    // ---- settings of the peer

    private static Http2Settings applied(int... identifiersAndValues) throws ConnectionError {
        byte[] payload = WireFrame.settings(identifiersAndValues).payload();
        byte[] around = new byte[payload.length + 5];
        Arrays.fill(around, (byte) 0x55);
        System.arraycopy(payload, 0, around, 3, payload.length);
        Http2Settings settings = new Http2Settings();
        settings.apply(around, 3, payload.length);
        return settings;
    }

    @Test
    void thePeersSettingsAreTakenUpToTheirBounds() throws ConnectionError {
        Http2Settings none = applied();
        assertThat(none).extracting(s -> s.headerTableSize, s -> s.initialWindowSize, s -> s.maxFrameSize)
                .containsExactly(4096, 65_535, 16_384);
        Http2Settings low = applied(1, 0, 2, 0, 4, 0, 5, 16_384);
        assertThat(low).extracting(s -> s.headerTableSize, s -> s.initialWindowSize, s -> s.maxFrameSize).containsExactly(0, 0, 16_384);
        Http2Settings high = applied(1, -1, 2, 1, 3, 0, 4, Integer.MAX_VALUE, 5, 0xff_ffff, 6, 0, 0x104, 7);
        assertThat(high).extracting(s -> s.headerTableSize, s -> s.initialWindowSize, s -> s.maxFrameSize)
                .containsExactly(Integer.MAX_VALUE, Integer.MAX_VALUE, 0xff_ffff);
        assertThat(applied(1, 100, 1, 200).headerTableSize).as("the last holds").isEqualTo(200);
    }

    @Test
    void beyondItsBoundsASettingIsAnErrorOfTheConnection() {
        settingsFail(ErrorCode.PROTOCOL_ERROR, 2, 2);
        settingsFail(ErrorCode.PROTOCOL_ERROR, 2, -1);
        settingsFail(ErrorCode.FLOW_CONTROL_ERROR, 4, Integer.MIN_VALUE);
        settingsFail(ErrorCode.PROTOCOL_ERROR, 5, 16_383);
        settingsFail(ErrorCode.PROTOCOL_ERROR, 5, 0x100_0000);
        settingsFail(ErrorCode.PROTOCOL_ERROR, 5, -1);
        assertThatThrownBy(() -> new Http2Settings().apply(new byte[11], 0, 11)).isInstanceOf(ConnectionError.class)
                .hasMessageStartingWith("FRAME_SIZE_ERROR");
    }

    private static void settingsFail(int code, int id, int value) {
        assertThatThrownBy(() -> applied(id, value)).isInstanceOf(ConnectionError.class).extracting(e -> ((ConnectionError) e).code())
                .isEqualTo(code);
    }

    // ---- read

    private static Input input(byte[] octets) {
        int[] at = {0};
        return new Input((into, offset, length) -> {
            int count = Math.min(length, octets.length - at[0]);
            System.arraycopy(octets, at[0], into, offset, count);
            at[0] += count;
            return count == 0 ? -1 : count;
        }, 16, 1 << 16);
    }

    private static FrameReader reader(String hex, int maxFrameSize) {
        return new FrameReader(input(HexFormat.of().parseHex(hex)), maxFrameSize);
    }

    @Test
    void aFrameIsReadWithoutItsReservedBit() throws IOException {
        FrameReader reader = reader("000002" + "fe" + "fd" + "ffffffff" + "abcd"
                + "000100" + "00" + "00" + "80000001" + "00".repeat(256), 256);
        assertThat(reader.next()).isTrue();
        assertThat(reader.type).isEqualTo(0xfe);
        assertThat(reader.flags).isEqualTo(0xfd);
        assertThat(reader.streamId).isEqualTo(0x7fffffff);
        assertThat(Arrays.copyOfRange(reader.payload, reader.offset, reader.offset + reader.length)).containsExactly(0xab, 0xcd);
        assertThat(reader).hasToString("type 0xfe stream=2147483647 flags=0xfd length=2");
        assertThat(reader.has(2)).isFalse();
        assertThat(reader.has(0x84)).isTrue();
        assertThat(reader.next()).as("a frame of the largest size").isTrue();
        assertThat(reader.length).isEqualTo(256);
        assertThat(reader.streamId).isEqualTo(1);
        assertThat(reader.next()).isFalse();
    }

    @Test
    void aFrameAboveTheLargestSizeIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> reader("000101" + "00" + "00" + "00000001", 256).next()).isInstanceOf(ConnectionError.class)
                .hasMessage("FRAME_SIZE_ERROR: DATA of 257 bytes");
        assertThatThrownBy(() -> reader("010000" + "00" + "00" + "00000001", 256).next()).isInstanceOf(ConnectionError.class)
                .hasMessage("FRAME_SIZE_ERROR: DATA of 65536 bytes");
    }

    @Test
    void anEndInsideAFrameIsNoCleanEnd() {
        assertThatThrownBy(() -> reader("00", 256).next()).isInstanceOf(EOFException.class).hasMessage("input ended inside a frame header");
        assertThatThrownBy(() -> reader("000001" + "00" + "00" + "00000001", 256).next()).isInstanceOf(EOFException.class)
                .hasMessage("input ended inside a frame");
    }

    @Test
    void paddingIsTakenOffUpToTheWholePayload() throws IOException {
        assertThat(unpadded("000003" + "00" + "00" + "00000001" + "02aabb")).as("no flag, no padding").isEqualTo("02aabb");
        assertThat(unpadded("000003" + "00" + "08" + "00000001" + "00aabb")).isEqualTo("aabb");
        assertThat(unpadded("000003" + "00" + "08" + "00000001" + "01aabb")).isEqualTo("aa");
        assertThat(unpadded("000003" + "00" + "08" + "00000001" + "02aabb")).isEmpty();
        assertThat(unpadded("000001" + "00" + "08" + "00000001" + "00")).isEmpty();
        assertThatThrownBy(() -> unpadded("000003" + "00" + "08" + "00000001" + "03aabb")).isInstanceOf(ConnectionError.class)
                .hasMessageStartingWith("PROTOCOL_ERROR");
        assertThatThrownBy(() -> unpadded("000003" + "00" + "08" + "00000001" + "ffaabb")).isInstanceOf(ConnectionError.class)
                .hasMessageStartingWith("PROTOCOL_ERROR");
        assertThatThrownBy(() -> unpadded("000000" + "00" + "08" + "00000001")).isInstanceOf(ConnectionError.class)
                .hasMessageStartingWith("FRAME_SIZE_ERROR");
    }

    private static String unpadded(String hex) throws IOException {
        FrameReader reader = reader(hex, 256);
        reader.next();
        reader.unpad();
        return HexFormat.of().formatHex(reader.payload, reader.offset, reader.offset + reader.length);
    }

    @Test
    void theMemoryOfALongFrameIsGivenBackUnlessMoreIsThere() throws IOException {
        byte[] frame = new WireFrame(0, 0, 1, new byte[200]).bytes();
        Input alone = input(frame);
        FrameReader reader = new FrameReader(alone, 256);
        reader.next();
        assertThat(alone.grown()).isTrue();
        reader.release();
        assertThat(alone.grown()).isFalse();
        assertThat(reader.payload).isNull();
        Input followed = input(new Bytes().append(frame).append(frame).toArray());
        reader = new FrameReader(followed, 256);
        reader.next();
        followed.require(1);
        reader.release();
        assertThat(followed.grown()).isTrue();
        assertThat(reader.payload).isNotNull();
        assertThat(reader.next()).as("it is still there").isTrue();
        assertThat(reader.length).isEqualTo(200);
    }
}
