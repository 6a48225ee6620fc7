// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import lambdadispatch.io.Bytes;
import lambdadispatch.log.LineFormat;
import lambdadispatch.log.Log;

/// One line per request, made without a formatter: it is written as often as requests come.
///
/// `time INFO  access method=GET path=/a status=200 bytes=4 ms=1.234 waitMs=0.000 client=10.0.0.9 instance=a1b2c3 id=...`, then `tries=2`, and
/// `fault="..." by=app` where there is something to say: what went wrong, and whose fault it was. A query, a field or a body never shows up, so neither does a secret in one.
final class AccessLog {
    private AccessLog() {}

    static void write(Record record, long nanos) {
        Log.line(line(record, nanos));
    }

    static Bytes line(Record record, long nanos) {
        Bytes line = new Bytes(256);
        LineFormat.time(line, System.currentTimeMillis());
        line.append(" INFO  access");
        LineFormat.pair(line, "method", record.request.method());
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
            line.append(" by=").append(record.by.toString());
        }
        return line.append('\n');
    }

    private static void millis(Bytes line, String key, long nanos) {
        long micros = Math.max(0, nanos / 1000);
        line.append(key).appendDecimal(micros / 1000).append('.');
        int rest = (int) (micros % 1000);
        line.append('0' + rest / 100).append('0' + rest / 10 % 10).append('0' + rest % 10);
    }
}
