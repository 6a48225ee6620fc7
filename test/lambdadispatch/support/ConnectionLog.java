// SPDX-License-Identifier: MIT
package lambdadispatch.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Owns the peers of one test: closes them at its end, and prints their frames if it fails.
public final class ConnectionLog implements AfterTestExecutionCallback, AfterEachCallback {
    private final List<Http2Peer> peers = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> others = new CopyOnWriteArrayList<>();

    public Http2Peer add(Http2Peer peer) {
        peers.add(peer);
        return peer;
    }

    /// Closes this too, after the peers.
    public <T extends AutoCloseable> T owns(T other) {
        others.add(other);
        return other;
    }

    /// Forgets the peers there are: what they said is of no interest any more.
    public void closePeers() {
        peers.forEach(Http2Peer::close);
        peers.clear();
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        context.getExecutionException().ifPresent(failure -> peers.forEach(
                peer -> System.out.println("--- frames, for " + context.getDisplayName() + " ---\n" + peer.log() + "\n---")));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        closePeers();
        for (AutoCloseable other : others) {
            other.close();
        }
        others.clear();
    }
}
