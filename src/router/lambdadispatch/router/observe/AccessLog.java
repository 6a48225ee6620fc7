// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import lambdadispatch.io.Bytes;
import lambdadispatch.log.LineFormat;
import lambdadispatch.log.Log;

/// One line per request, made without a formatter: it is written as often as requests come.
///
/// `time access method=GET target=/a status=200 bytes=4 ms=1.234 waitMs=0.000 client=10.0.0.9 instance=a1b2c3 id=...`
final class AccessLog {
    private AccessLog() {}

    static void write(Record record, long nanos) {
        Bytes line = new Bytes(256);
        LineFormat.time(line, System.currentTimeMillis());
        line.append(" INFO  access");
        LineFormat.pair(line, "method", record.request.method());
        // Without its query, which may hold what is nobody's business.
        LineFormat.pair(line, "path", record.request.path());
        line.append(" status=").appendDecimal(record.status);
        line.append(" bytes=").appendDecimal(record.bytes);
        millis(line, " ms=", nanos);
        millis(line, " waitMs=", record.waitNanos);
        line.append(" client=").append(record.client);
        line.append(" instance=").append(record.instance);
        LineFormat.pair(line, "id", record.requestId);
        if (record.tries > 1) {
            line.append(" tries=").appendDecimal(record.tries);
        }
        if (record.fault != null) {
            LineFormat.pair(line, "fault", record.fault);
        }
        Log.line(line.append('\n'));
    }

    private static void millis(Bytes line, String key, long nanos) {
        long micros = Math.max(0, nanos / 1000);
        line.append(key).appendDecimal(micros / 1000).append('.');
        int rest = (int) (micros % 1000);
        line.append('0' + rest / 100).append('0' + rest / 10 % 10).append('0' + rest % 10);
    }
}
