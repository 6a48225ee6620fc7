// SPDX-License-Identifier: MIT
package lambdadispatch.abuse.http2;

import static lambdadispatch.support.WireFrame.CONTINUATION;
import static lambdadispatch.support.WireFrame.END_HEADERS;
import static lambdadispatch.support.WireFrame.END_STREAM;
import static lambdadispatch.support.WireFrame.HEADERS;
import static lambdadispatch.support.WireFrame.block;
import static lambdadispatch.support.WireFrame.data;
import static lambdadispatch.support.WireFrame.get;
import static lambdadispatch.support.WireFrame.post;
import static lambdadispatch.support.WireFrame.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lambdadispatch.abuse.UnderAttack;
import lambdadispatch.base.Bytes;
import lambdadispatch.support.Http2Peer;
import lambdadispatch.support.WireFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Attacks by size: fields that are large, many, or stand for more than they take; windows that are overrun.
@Timeout(180)
class Http2SizeTest {
    private static final int FRAME = 16_384;
    private static final byte[] REQUEST = block(":method: GET", ":scheme: http", ":authority: a", ":path: /");

    @RegisterExtension
    static final UnderAttack LISTENER = new UnderAttack();

    /// A field block as HEADERS and CONTINUATION.
    private static WireFrame[] section(int streamId, byte[] block) {
        List<WireFrame> frames = new ArrayList<>();
        for (int at = 0; at < block.length; at += FRAME) {
            int end = Math.min(block.length, at + FRAME);
            frames.add(new WireFrame(at == 0 ? HEADERS : CONTINUATION, (at == 0 ? END_STREAM : 0) | (end == block.length ? END_HEADERS : 0),
                    streamId, Arrays.copyOfRange(block, at, end)));
        }
        return frames.toArray(WireFrame[]::new);
    }

    private static byte[] request(byte[] more) {
        return new Bytes().append(REQUEST).append(more).toArray();
    }

    private static void answered(Http2Peer attacker, byte[] block, int status) throws IOException {
        for (int id = 1; id < 40; id += 2) {
            assertThat(attacker.send(section(id, block)).answer(id).status()).isEqualTo(status);
        }
        assertThat(attacker.send(get(41, "/")).answer(41).status()).as("on the same connection").isEqualTo(200);
    }

    @Test
    void hpackBomb() throws Exception {
        // an entry of nearly the whole table, named by one octet 60,000 times: 240 MB in 64 KB
        byte[] entry = new byte[4000];
        Arrays.fill(entry, (byte) 'x');
        Bytes bomb = new Bytes().append(0x40).append(1).append('x').append(127).append(4000 - 127 & 127 | 128).append(4000 - 127 >> 7)
                .append(entry);
        byte[] references = new byte[60_000];
        Arrays.fill(references, (byte) (0x80 | 62));
        byte[] block = request(bomb.append(references).toArray());
        LISTENER.attack("HpackBomb", "usual", () -> answered(LISTENER.peer("usual").silent().begin(), block, 431));
    }

    @Test
    void hugeHeader() throws Exception {
        // beyond the limit when decoded only: Huffman code takes 5 bits for each of these
        byte[] coded = new byte[50_000];
        Arrays.fill(coded, (byte) 0b0001_1000); // 00011 is "a"; five octets of the pattern below are eight of them
        byte[] pattern = {(byte) 0x18, (byte) 0xc6, (byte) 0x31, (byte) 0x8c, (byte) 0x63};
        for (int i = 0; i < coded.length; i++) {
            coded[i] = pattern[i % 5];
        }
        int rest = coded.length - 127;
        Bytes field = new Bytes().append(0).append(1).append('x').append(0xff).append(rest & 127 | 128).append(rest >> 7 & 127 | 128)
                .append(rest >> 14).append(coded);
        byte[] block = request(field.toArray());
        LISTENER.attack("HugeHeader, decoded", "usual", () -> answered(LISTENER.peer("usual").silent().begin(), block, 431));
        byte[] plain = request(block("x: " + "a".repeat(100_000)));
        LISTENER.attack("HugeHeader, encoded", "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").silent().begin();
            UnderAttack.flood(attacker, 1, i -> section(1, plain));
            assertThat(attacker.awaitGoAway()).isEqualTo("ENHANCE_YOUR_CALM");
        });
    }

    @Test
    void manyHeaders() throws Exception {
        String[] fields = new String[300];
        Arrays.fill(fields, "a: b");
        byte[] some = request(block(fields));
        LISTENER.attack("ManyHeaders, 300", "usual", () -> answered(LISTENER.peer("usual").silent().begin(), some, 431));
        byte[] indexed = new byte[60_000];
        Arrays.fill(indexed, (byte) (0x80 | 16)); // accept-encoding: gzip, deflate
        byte[] many = request(indexed);
        LISTENER.attack("ManyHeaders, 60,000", "usual", () -> answered(LISTENER.peer("usual").silent().begin(), many, 431));
        String[] crumbs = new String[300];
        Arrays.fill(crumbs, "cookie: a=b");
        byte[] cookies = request(block(crumbs));
        LISTENER.attack("ManyHeaders, cookie crumbs", "usual", () -> answered(LISTENER.peer("usual").silent().begin(), cookies, 431));
    }

    @Test
    void windowOverflow() throws Exception {
        LISTENER.attack("WindowOverflow, connection", "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").begin().send(windowUpdate(0, Integer.MAX_VALUE));
            assertThat(attacker.awaitGoAway()).isEqualTo("FLOW_CONTROL_ERROR");
        });
        LISTENER.attack("WindowOverflow, stream", "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").begin().send(get(1, "/hang"), windowUpdate(1, Integer.MAX_VALUE));
            assertThat(attacker.awaitReset(1)).isEqualTo("FLOW_CONTROL_ERROR");
        });
    }

    @Test
    void moreDataThanTheWindowsAllow() throws Exception {
        LISTENER.attack("WindowOverrun, stream", "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").begin().send(post(1, "/hang"));
            UnderAttack.flood(attacker, 17, i -> new WireFrame[] {data(1, 0, new byte[FRAME])}); // the window is 256 KiB
            assertThat(attacker.awaitReset(1)).isEqualTo("FLOW_CONTROL_ERROR");
        });
        LISTENER.attack("WindowOverrun, connection", "usual", () -> {
            Http2Peer attacker = LISTENER.peer("usual").begin();
            for (int id = 1; id <= 9; id += 2) {
                attacker.send(post(id, "/hang"));
                for (int i = 0; i < 13 && id < 11; i++) {
                    attacker.send(data(id, 0, new byte[FRAME])); // 5 x 208 KiB, of 1 MiB
                }
            }
            assertThat(attacker.awaitGoAway()).isEqualTo("FLOW_CONTROL_ERROR");
        });
    }
}
