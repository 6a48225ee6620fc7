// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import lambdadispatch.base.Bytes;
import lambdadispatch.fuzz.Target;

/// Huffman coded strings: the code is canonical, so what decodes encodes to the very same octets, and every string survives both ways.
public final class HuffmanTarget extends Target {
    private static final List<byte[]> TEXTS =
            octets("www.example.com", "no-cache", "Mon, 21 Oct 2013 20:13:21 GMT", "\u00ff\u0000\u0080{|}~", "0123456789");

    public HuffmanTarget() {
        super("Huffman", TEXTS.stream().map(HuffmanTarget::encode).toList(),
                octets("\u00ff", "\u00ff\u00ff\u00ff\u00ff", "\u00fe", "\u00fc\u0000", "\u001f"));
    }

    private static byte[] encode(byte[] text) {
        Bytes out = new Bytes(16);
        Huffman.encode(text, 0, text.length, out, Huffman.encodedLength(text, 0, text.length));
        return out.toArray();
    }

    @Override
    public void run(byte[] input, SplittableRandom random) throws HpackException {
        byte[] text = new byte[Huffman.longestDecoded(input.length)];
        try {
            int length = Huffman.decode(input, 0, input.length, text);
            require(Arrays.equals(encode(Arrays.copyOf(text, length)), input), "what was decoded has another code");
        } catch (HpackException e) {
            require(input.length > 0, "the empty string was refused");
        }
        byte[] code = encode(input);
        byte[] back = new byte[Huffman.longestDecoded(code.length)];
        require(Arrays.equals(Arrays.copyOf(back, Huffman.decode(code, 0, code.length, back)), input), "a string did not survive");
    }
}
