// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;

/// What the frame log says of a frame, and what it does not say.
class FrameLogTest {
    private static String describe(WireFrame frame) {
        byte[] wire = frame.bytes();
        return FrameLog.describe(frame.type(), frame.flags(), frame.streamId(), wire, Frames.HEADER_LENGTH, frame.payload().length);
    }

    @Test
    void eachFrameIsNamedWithItsFlagsAndItsNumbers() {
        assertThat(describe(WireFrame.settings(1, 0, 4, -1, 0x99, 7)))
                .isEqualTo("SETTINGS stream=0 length=18 HEADER_TABLE_SIZE=0,INITIAL_WINDOW_SIZE=4294967295,0x99=7");
        assertThat(describe(new WireFrame(4, 1, 0, new byte[0]))).isEqualTo("SETTINGS stream=0 length=0 ACK");
        assertThat(describe(WireFrame.reset(3, 8))).isEqualTo("RST_STREAM stream=3 length=4 CANCEL");
        assertThat(describe(WireFrame.reset(3, 0xdead))).isEqualTo("RST_STREAM stream=3 length=4 0xdead");
        assertThat(describe(WireFrame.windowUpdate(0, 77))).isEqualTo("WINDOW_UPDATE stream=0 length=4 +77");
        assertThat(describe(new WireFrame(7, 0, 0, new byte[] {0, 0, 0, 5, 0, 0, 0, 11, 'w', 'h', 'y'})))
                .isEqualTo("GOAWAY stream=0 length=11 last=5 ENHANCE_YOUR_CALM");
        assertThat(describe(new WireFrame(0, 0x9, 1, new byte[5]))).isEqualTo("DATA stream=1 length=5 END_STREAM PADDED");
        assertThat(describe(new WireFrame(1, 0x2d, 1, new byte[5])))
                .isEqualTo("HEADERS stream=1 length=5 END_STREAM END_HEADERS PADDED PRIORITY");
        assertThat(describe(new WireFrame(0xee, 0xff, 1, new byte[5]))).isEqualTo("type 0xee stream=1 length=5");
    }

    @Test
    void aFrameThatIsCutShortIsDescribedAsFarAsItGoes() {
        for (int type = 0; type < 12; type++) {
            for (int length = 0; length < 12; length++) {
                assertThat(describe(new WireFrame(type, 0xff, 1, new byte[length]))).contains("length=" + length);
            }
        }
    }

    @Test
    void whatIsInFieldsAndBodiesIsNeverSaid() {
        WireFrame head = WireFrame.headers(1, 0, "authorization: Bearer s3cret", "cookie: id=s3cret");
        assertThat(describe(head)).isEqualTo("HEADERS stream=1 length=" + head.payload().length + " END_HEADERS");
        assertThat(describe(WireFrame.data(1, 0, "token=s3cret".getBytes()))).isEqualTo("DATA stream=1 length=12");
        assertThat(describe(WireFrame.ping("s3cret!!"))).isEqualTo("PING stream=0 length=8");
    }
}
