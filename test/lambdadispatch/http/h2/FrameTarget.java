// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.EOFException;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import lambdadispatch.fuzz.Feed;
import lambdadispatch.fuzz.FuzzTrace;
import lambdadispatch.fuzz.Target;
import lambdadispatch.net.Input;

/// Frames and their padding: the same frames however they arrive, each within the octets that came.
public final class FrameTarget extends Target {
    private static final int MOST = 64; // SETTINGS_MAX_FRAME_SIZE here: small, so that it is met

    public FrameTarget() {
        super("HTTP/2 frames",
                hex("000000040000000000" + "000004080000000000" + "00000001", "000008000900000001" + "0268656c6c6f0000",
                        "00000501250000000102" + "80000000" + "000005090400000001" + "0102030405",
                        "000008060100000000" + "0102030405060708"),
                hex("000000", "000040", "000041", "ffffff", "00000004", "08", "0800", "80000001"));
    }

    private static List<byte[]> hex(String... texts) {
        return Stream.of(texts).map(HexFormat.of()::parseHex).toList();
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws IOException {
        long whole = read(input, new Feed(input, input.length + 1, null));
        require(whole == read(input, new Feed(input, 1 + random.nextInt(16), random)), "another result when split");
        require(whole == read(input, new Feed(input, 1, null)), "another result octet by octet");
    }

    private static long read(byte[] input, Feed feed) throws IOException {
        Input in = new Input(feed, 16, 2 * (MOST + Frames.HEADER_LENGTH));
        FrameReader reader = new FrameReader(in, MOST);
        FuzzTrace trace = new FuzzTrace();
        try {
            while (reader.next()) {
                int end = reader.offset + reader.length;
                trace.add(reader.type).add(reader.flags).add(reader.streamId).add(reader.length);
                reader.unpad();
                require(reader.length >= 0 && reader.offset + reader.length <= end && end <= reader.payload.length,
                        "a payload outside its frame");
                require(reader.length <= input.length, "more payload than input");
                trace.add(reader.payload, reader.offset, reader.length).add(reader.length);
            }
        } catch (ConnectionError e) {
            trace.add(e.code());
        } catch (EOFException e) {
            trace.add(-1);
        }
        return trace.value();
    }
}
