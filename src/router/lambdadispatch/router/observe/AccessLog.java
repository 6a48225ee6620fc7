// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.base.log.LogLine;

/// One line per request, made without a formatter, in its place in the log's buffer: it is written as often as requests come.
///
/// `time INFO  access method=GET path=/a status=200 bytes=4 ms=1.234 waitMs=0.000 client=10.0.0.9 instance=a1b2c3 id=...`, then `tries=2`,
/// and `fault="..." by=app` where there is something to say: what went wrong, and whose fault it was. A query, a field or a body never
/// shows up, so neither does a secret in one.
final class AccessLog {
    /// Octets of what strangers wrote. A line stays below 8 KiB: container engines cut those that are longer than 16 KiB, and the second
    /// piece would begin with text of the client's choice.
    private static final int LONGEST_METHOD = 64;
    private static final int LONGEST_PATH = 4096;
    private static final int LONGEST_ID = 256;
    private static final int LONGEST_FAULT = 1024;
    private static final int LONGEST_LINE = 8 << 10;

    private AccessLog() {}

    static void write(RequestRecord record, long nanos) {
        LogLine.Format format = Log.format();
        Log.line(out -> line(record, nanos, format, out), LONGEST_LINE);
    }

    static void line(RequestRecord record, long nanos, LogLine.Format format, Bytes out) {
        LogLine line = new LogLine(format, out).begin(System.currentTimeMillis(), "access");
        line.text("method", record.request.method(), LONGEST_METHOD).text("path", record.request.path(), LONGEST_PATH)
                .number("status", record.status).number("bytes", record.bytes);
        line.millis("ms", nanos).millis("waitMs", record.waitNanos).millis("firstMs", record.firstNanos);
        line.word("client", record.client).word("instance", record.instance).text("id", record.requestId, LONGEST_ID);
        if (record.tries > 1) {
            line.number("tries", record.tries);
        }
        if (record.fault != null) {
            line.text("fault", record.fault, LONGEST_FAULT).word("by", record.by.toString());
        }
        line.end(null);
    }
}
