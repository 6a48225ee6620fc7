// SPDX-License-Identifier: MIT
package lambdadispatch.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.server.Exchange;

/// The static image: a 256 x 256 colour field, encoded once (PNG, ISO/IEC 15948).
final class Picture {
    private static final HeaderName IF_NONE_MATCH = HeaderName.of("if-none-match");
    private static final int SIDE = 256;
    private static final byte[] PNG = encode();
    private static final String ETAG = "\"" + Integer.toHexString(java.util.Arrays.hashCode(PNG)) + "\"";

    private Picture() {}

    static void serve(Exchange exchange) throws IOException {
        Headers headers = Headers.of("content-type", "image/png", "etag", ETAG, "cache-control", "public, max-age=3600");
        if (ETAG.equals(exchange.request().headers().get(IF_NONE_MATCH))) {
            exchange.respond(304, headers, -1);
        } else {
            exchange.respond(200, headers, PNG.length);
            if (!exchange.request().isHead()) {
                exchange.write(PNG, 0, PNG.length);
            }
        }
        exchange.end();
    }

    private static byte[] encode() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        byte[] header = ByteBuffer.allocate(13).putInt(SIDE).putInt(SIDE).put((byte) 8).put((byte) 2).array(); // 8 bits, RGB
        chunk(png, "IHDR", header);
        chunk(png, "IDAT", pixels());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static byte[] pixels() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed, new Deflater(9))) {
            for (int y = 0; y < SIDE; y++) {
                deflater.write(0); // filter: none
                for (int x = 0; x < SIDE; x++) {
                    deflater.write(x);
                    deflater.write(y);
                    deflater.write(x ^ y);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e); // memory does not fail
        }
        return packed.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        byte[] typed = ByteBuffer.allocate(4 + data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data).array();
        CRC32 check = new CRC32();
        check.update(typed);
        png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        png.writeBytes(typed);
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) check.getValue()).array());
    }
}
