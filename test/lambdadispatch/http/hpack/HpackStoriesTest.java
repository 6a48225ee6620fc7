// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.base.Bytes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The public collection of field blocks, both ways.
class HpackStoriesTest {
    private static final int LIST_LIMIT = 1 << 20;
    /// Decodes lines of hexadecimal blocks, `=` and a table size, or `-` for a new connection, with Python's hpack.
    private static final String PEER = """
            import sys, hpack
            d = None
            for line in sys.stdin:
                line = line.strip()
                if line == '-':
                    d = hpack.Decoder()
                elif line.startswith('='):
                    d.max_allowed_table_size = int(line[1:])
                else:
                    for h in d.decode(bytes.fromhex(line), raw=True):
                        sys.stdout.buffer.write(h[0] + b': ' + h[1] + b'\\n')
            """;

    @TestFactory
    Stream<DynamicTest> eachStoryDecodesToTheLetter() {
        Map<String, List<Story>> folders = Story.all().stream().filter(Story::encoded)
                .collect(Collectors.groupingBy(Story::folder, TreeMap::new, Collectors.toList()));
        assertThat(folders).isNotEmpty();
        return folders.entrySet().stream().map(folder -> {
            int blocks = folder.getValue().stream().mapToInt(story -> story.cases().size()).sum();
            String title = folder.getKey() + ": " + folder.getValue().size() + " stories, " + blocks + " blocks";
            System.out.println("hpack stories decoded, " + title);
            return DynamicTest.dynamicTest(title, () -> {
                for (Story story : folder.getValue()) {
                    decodesToTheLetter(story);
                }
            });
        });
    }

    private static void decodesToTheLetter(Story story) throws IOException {
        HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
        List<List<String>> decoded = new ArrayList<>();
        for (Story.Case block : story.cases()) {
            if (block.tableSize() >= 0) {
                decoder.maxTableSize(block.tableSize());
            }
            decoded.add(Story.decode(decoder, block.wire()));
            assertThat(decoded.getLast()).as(story.name()).isEqualTo(block.fields());
        }
        // What each encoder was given is told by the collection once more, apart from what it made of it.
        Story raw = story.in("raw-data");
        if (raw != null) {
            assertThat(decoded).as(story.name()).isEqualTo(raw.cases().stream().map(Story.Case::fields).toList());
        }
    }

    @Test
    void whatOurEncoderWritesOurDecoderReads() throws IOException {
        long plain = 0;
        long coded = 0;
        for (Story story : Story.all()) {
            HpackEncoder encoder = new HpackEncoder();
            HpackDecoder decoder = new HpackDecoder(4096, LIST_LIMIT);
            for (Story.Case block : story.cases()) {
                byte[] wire = encode(encoder, block.fields());
                assertThat(Story.decode(decoder, wire)).as(story.name()).isEqualTo(block.fields());
                plain += block.fields().stream().mapToInt(f -> f.length() + 2).sum();
                coded += wire.length;
            }
        }
        assertThat((double) coded / plain).as("bytes on the wire per byte of HTTP/1.1").isLessThan(0.55);
    }

    @Test
    void anotherImplementationReadsWhatOurEncoderWritesWhileTheTableSizeChanges() throws Exception {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python) && run(python, "import hpack", "").status() == 0, "needs python3-hpack");
        StringBuilder script = new StringBuilder();
        List<String> expected = new ArrayList<>();
        int[] sizes = {4096, 100, 0, 2048, 4096, 64};
        int at = 0;
        for (Story story : Story.all().stream().filter(s -> !s.encoded()).toList()) {
            HpackEncoder encoder = new HpackEncoder();
            script.append("-\n");
            for (Story.Case block : story.cases()) {
                if (at++ % 7 == 3) {
                    int size = sizes[at / 7 % sizes.length];
                    encoder.peerTableSize(size);
                    script.append('=').append(size).append('\n');
                }
                script.append(HexFormat.of().formatHex(encode(encoder, block.fields()))).append('\n');
                expected.addAll(block.fields());
            }
        }
        Answer answer = run(python, PEER, script.toString());
        assertThat(answer.status()).as(answer.output()).isZero();
        assertThat(answer.output().split("\n")).containsExactlyElementsOf(expected);
    }

    private static byte[] encode(HpackEncoder encoder, List<String> fields) {
        Bytes out = new Bytes();
        encoder.beginBlock(out);
        for (String field : fields) {
            int colon = field.indexOf(": ", 1);
            byte[] name = field.substring(0, colon).getBytes(StandardCharsets.UTF_8);
            byte[] value = field.substring(colon + 2).getBytes(StandardCharsets.UTF_8);
            encoder.field(name, 0, name.length, value, 0, value.length, out);
        }
        return out.toArray();
    }

    private record Answer(int status, String output) {}

    private static Answer run(Path python, String program, String input) throws IOException, InterruptedException {
        Path answer = Files.createTempFile("hpack", ".out");
        try {
            Process process =
                    new ProcessBuilder(python.toString(), "-c", program).redirectErrorStream(true).redirectOutput(answer.toFile()).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.US_ASCII));
            }
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            return new Answer(process.waitFor(), Files.readString(answer));
        } finally {
            Files.delete(answer);
        }
    }
}
