// SPDX-License-Identifier: MIT
package lambdadispatch.router;

import java.io.IOException;
import java.time.Duration;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.net.tls.KeyFiles;

/// Has the certificate of the incoming TLS port renewed when its files change.
///
/// The control port keeps the one of the start: extensions know that by its hash, and ask neither who signed it nor for how long.
final class Certificate {
    private static final Log LOG = Log.of("router");
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(10).toNanos();

    private final KeyFiles files;
    private final Clock clock;
    private long nextNanos;
    private String lastFault = "";

    Certificate(KeyFiles files, Clock clock) {
        this.files = files;
        this.clock = clock;
        this.nextNanos = clock.nanoTime() + LOOK_AGAIN_NANOS;
    }

    /// Nanoseconds until it wants to be called again.
    long tick() {
        long now = clock.nanoTime();
        if (now - nextNanos >= 0) {
            nextNanos = now + LOOK_AGAIN_NANOS;
            look();
        }
        return nextNanos - now;
    }

    private void look() {
        try {
            if (files.look()) {
                LOG.info("certificate renewed", "until", files.current().chain().getFirst().getNotAfter().toInstant());
            }
            lastFault = "";
        } catch (IOException e) {
            if (!e.toString().equals(lastFault)) { // a file that is gone would be told every time
                LOG.warn("certificate not renewed, the old one stays", "why", e.getMessage());
                lastFault = e.toString();
            }
        }
    }
}
