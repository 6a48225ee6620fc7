// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.environment;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import lambdadispatch.base.Clock;

/// Passes a text on unless the same was said within the last minute; numbers do not make it another. Environments are started again and
/// again.
public final class OnceAMinute implements Consumer<String> {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST = 100;

    private final Consumer<String> out;
    private final Clock clock;
    private final Map<String, Long> said = new HashMap<>();

    public OnceAMinute(Consumer<String> out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public synchronized void accept(String text) {
        long now = clock.nanoTime();
        said.values().removeIf(at -> now - at >= MINUTE);
        if (said.size() < MOST && said.putIfAbsent(text.replaceAll("\\d+", "#"), now) == null) {
            out.accept(text);
        }
    }
}
