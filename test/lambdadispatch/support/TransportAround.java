// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.net.InetSocketAddress;
import lambdadispatch.net.Transport;

/// A transport around another one, which does what is asked of it: a test overrides what it wants to see or to break.
public interface TransportAround extends Transport {
    Transport inner();

    @Override
    default int read(byte[] into, int offset, int length) throws IOException {
        return inner().read(into, offset, length);
    }

    @Override
    default void write(byte[] from, int offset, int length) throws IOException {
        inner().write(from, offset, length);
    }

    @Override
    default void shutdownOutput() throws IOException {
        inner().shutdownOutput();
    }

    @Override
    default void shutdownInput() {
        inner().shutdownInput();
    }

    @Override
    default void reset() {
        inner().reset();
    }

    @Override
    default void close() {
        inner().close();
    }

    @Override
    default InetSocketAddress remoteAddress() {
        return inner().remoteAddress();
    }

    @Override
    default InetSocketAddress localAddress() {
        return inner().localAddress();
    }
}
