// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import lambdadispatch.http.listener.Server;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.http.server.Limits;

/// An app that answers after 60 to 100 ms (or `UNEVEN_MILLIS`); but the first process that asks for it is a bad one: `UNEVEN_KIND` says
/// how, and `UNEVEN_MARK` names the file that the bad one makes.
final class UnevenApp {
    /// What is wrong with one of them.
    enum Kind {
        /// It is as the others are.
        NOTHING,
        /// Ten times as slow.
        SLOW,
        /// Answers with 500 at once.
        FAILS
    }

    private static final int SHORTEST_MILLIS = 60;
    private static final int LONGEST_MILLIS = 100;
    private static final int SLOWNESS = 10;

    private final Kind kind;
    private final Path mark;
    private volatile Boolean bad;

    private UnevenApp(Kind kind, Path mark) {
        this.kind = kind;
        this.mark = mark;
    }

    public static void main(String[] arguments) throws IOException {
        UnevenApp app = new UnevenApp(Kind.valueOf(System.getenv("UNEVEN_KIND")), Path.of(System.getenv("UNEVEN_MARK")));
        new Server("app", new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT"))), null,
                Limits.DEFAULT, app::answer).start();
        LockSupport.park();
    }

    private synchronized boolean bad() throws IOException {
        if (bad == null) {
            try {
                Files.createFile(mark);
                bad = kind != Kind.NOTHING;
            } catch (FileAlreadyExistsException e) {
                bad = false;
            }
        }
        return bad;
    }

    private void answer(Exchange exchange) throws IOException {
        if (exchange.request().path().equals("/health")) {
            exchange.answer(200, "text/plain", new byte[0]);
            return;
        }
        boolean odd = bad();
        if (!odd || kind == Kind.SLOW) {
            long millis = ThreadLocalRandom.current().nextInt(SHORTEST_MILLIS, LONGEST_MILLIS + 1);
            pause(odd ? SLOWNESS * millis : millis);
        }
        exchange.answer(odd && kind == Kind.FAILS ? 500 : 200, "text/plain", (odd ? "bad" : "good").getBytes(StandardCharsets.US_ASCII));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
