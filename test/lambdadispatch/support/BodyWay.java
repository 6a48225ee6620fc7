// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.net.Input;

/// The ways in which a body is read.
public enum BodyWay {
    /// Into an array of the reader's own.
    READ,
    /// Where it lies in the input.
    READY,
    /// With its framing.
    RAW;

    /// All of it.
    /// @param in what the body is read from
    public byte[] all(BodyReader body, Input in) throws IOException {
        Bytes content = new Bytes();
        byte[] buffer = new byte[100];
        int count;
        switch (this) {
            case READ -> {
                while ((count = body.read(buffer, 0, buffer.length)) >= 0) {
                    content.append(buffer, 0, count);
                }
            }
            case READY -> {
                while ((count = body.ready()) >= 0) {
                    content.append(in.array(), in.position(), count);
                    body.take(count);
                }
            }
            case RAW -> {
                while ((count = body.readRaw(buffer, 0, buffer.length)) >= 0) {
                    content.append(buffer, 0, count);
                }
            }
        }
        return content.toArray();
    }
}
