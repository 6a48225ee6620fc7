// SPDX-License-Identifier: MIT
package lambdadispatch.http.hpack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import lambdadispatch.base.json.Json;
import lambdadispatch.base.json.JsonException;

/// A sequence of field blocks that share one compression context, as http2jp/hpack-test-case writes it down.
///
/// @param name folder and file
/// @param cases in order
record Story(String name, List<Case> cases) {
    private static final Path SELECTION = Path.of("test/vectors/hpack/stories.zip");
    /// The whole collection, of which the selection is a part: read where it lies beside the checkout, or where this variable says.
    private static final String WHOLE_VARIABLE = "LAMBDA_DISPATCH_TEST_HPACK_STORIES";
    private static final Path WHOLE_BESIDE = Path.of("../shared/vectors/hpack");
    private static final List<Story> ALL = readAll();

    /// @param tableSize SETTINGS_HEADER_TABLE_SIZE that holds from this block on, -1 if it did not change
    /// @param wire null in raw stories
    /// @param fields `name: value`
    record Case(int tableSize, byte[] wire, List<String> fields) {}

    boolean encoded() {
        return cases.getFirst().wire() != null;
    }

    /// `nghttp2` of `nghttp2/story_00.json`.
    String folder() {
        return Path.of(name).getParent().toString();
    }

    /// What the same story says in another folder; null if it is not there.
    Story in(String otherFolder) {
        String other = Path.of(otherFolder, Path.of(name).getFileName().toString()).toString();
        return ALL.stream().filter(story -> story.name.equals(other)).findFirst().orElse(null);
    }

    static List<Story> all() {
        return ALL;
    }

    private static List<Story> readAll() {
        try {
            List<Story> all = new ArrayList<>();
            Path whole = Path.of(System.getenv().getOrDefault(WHOLE_VARIABLE, WHOLE_BESIDE.toString()));
            if (Files.isDirectory(whole)) {
                try (Stream<Path> files = Files.walk(whole)) {
                    for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                        all.add(parse(whole.relativize(file).toString(), Files.readAllBytes(file)));
                    }
                }
                return List.copyOf(all);
            }
            try (ZipFile zip = new ZipFile(SELECTION.toFile())) {
                for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                    all.add(parse(entry.getName(), zip.getInputStream(entry).readAllBytes()));
                }
            }
            return List.copyOf(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Story parse(String name, byte[] json) {
        try {
            List<Case> cases = new ArrayList<>();
            for (Json item : ((Json.JsonObject) Json.parse(json)).items("cases")) {
                Json.JsonObject block = (Json.JsonObject) item;
                if (block.number("seqno").orElse(cases.size()) != cases.size()) {
                    throw new IllegalStateException(name + ": block out of order");
                }
                List<String> fields = new ArrayList<>();
                for (Json field : block.items("headers")) {
                    for (Map.Entry<String, Json> member : ((Json.JsonObject) field).members().entrySet()) {
                        fields.add(member.getKey() + ": " + ((Json.JsonString) member.getValue()).value());
                    }
                }
                byte[] wire = block.text("wire").map(HexFormat.of()::parseHex).orElse(null);
                cases.add(new Case((int) block.number("header_table_size").orElse(-1), wire, fields));
            }
            return new Story(name, cases);
        } catch (JsonException e) {
            throw new UncheckedIOException(name, new IOException(e));
        }
    }

    /// What a decoder says of a block, in the form of [Case#fields].
    static List<String> decode(HpackDecoder decoder, byte[] block) throws IOException {
        List<String> fields = new ArrayList<>();
        decoder.decode(block, 0, block.length, (name, nameAt, nameLength, value, valueAt, valueLength, never) -> fields.add(
                new String(name, nameAt, nameLength, StandardCharsets.UTF_8) + ": "
                        + new String(value, valueAt, valueLength, StandardCharsets.UTF_8)));
        return fields;
    }
}
