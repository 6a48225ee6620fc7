// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import lambdadispatch.base.Bytes;
import lambdadispatch.http.hpack.HpackEncoder;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.HeaderSet;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.HttpDate;

/// Writes response heads and trailers as HPACK field blocks.
final class FieldEncoder {
    private static final HeaderSet NOT_SENT = HeaderSet.of(HeaderName.CONNECTION, HeaderName.PROXY_CONNECTION, HeaderName.KEEP_ALIVE,
            HeaderName.TRANSFER_ENCODING, HeaderName.UPGRADE, HeaderName.CONTENT_LENGTH);

    private FieldEncoder() {}

    /// @param length written as content-length; -1 for none
    static void response(HpackEncoder encoder, Bytes out, int status, Headers headers, long length) {
        encoder.status(status, out);
        fields(encoder, out, headers);
        if (length >= 0) {
            byte[] digits = new Bytes(20).appendDecimal(length).toArray();
            byte[] name = HeaderName.CONTENT_LENGTH.bytes();
            encoder.field(name, 0, name.length, digits, 0, digits.length, out);
        }
        if (status >= 200 && !headers.contains(HeaderName.DATE)) {
            byte[] date = HttpDate.now();
            byte[] name = HeaderName.DATE.bytes();
            encoder.field(name, 0, name.length, date, 0, date.length, out);
        }
    }

    /// All fields but those that RFC 9113 §8.2.2 forbids, and content-length, which the engine writes itself.
    static void fields(HpackEncoder encoder, Bytes out, Headers headers) {
        byte[] array = headers.array();
        for (int i = 0; i < headers.size(); i++) {
            if (!NOT_SENT.contains(headers, i)) {
                encoder.field(array, headers.nameStart(i), headers.nameLength(i), array, headers.valueStart(i), headers.valueLength(i),
                        out);
            }
        }
    }
}
