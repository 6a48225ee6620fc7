// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.io.IOException;
import java.net.InetSocketAddress;
import lambdadispatch.net.Transport;

/// A transport that brings nothing, takes everything and has no ends: a test says only what is different about its own.
public abstract class StubTransport implements Transport {
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return -1;
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {}

    @Override
    public void shutdownOutput() throws IOException {}

    @Override
    public void close() {}

    @Override
    public InetSocketAddress remoteAddress() {
        return null;
    }

    @Override
    public InetSocketAddress localAddress() {
        return null;
    }
}
