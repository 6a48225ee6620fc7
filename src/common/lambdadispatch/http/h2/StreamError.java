// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

import java.io.IOException;
import lambdadispatch.net.NoRoom;

/// The peer broke one stream's rules: it ends with RST_STREAM, the connection lives on (RFC 9113 §5.4.2).
final class StreamError extends IOException {
    private static final long serialVersionUID = 1L;
    private final int streamId;
    private final int code;

    StreamError(int streamId, int code, String why) {
        super(ErrorCode.name(code) + ": " + why);
        this.streamId = streamId;
        this.code = code;
    }

    /// What those hear who wait for something of the stream.
    IOException why() {
        return code == ErrorCode.ENHANCE_YOUR_CALM ? new NoRoom("what came on a stream") : this;
    }

    int streamId() {
        return streamId;
    }

    int code() {
        return code;
    }
}
