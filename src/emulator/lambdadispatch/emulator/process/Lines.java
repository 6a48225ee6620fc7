// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import lambdadispatch.carrier.Threads;

/// Reads a child's output and hands it on line by line; what is too long for one line comes as several.
final class Lines {
    private static final int LONGEST = 8 << 10;

    private final Consumer<String> listener;
    private final byte[] line = new byte[LONGEST];
    private int length;

    private Lines(Consumer<String> listener) {
        this.listener = listener;
    }

    /// Follows the stream to its end on a platform thread: reading a pipe would hold the carrier that all virtual threads share.
    static void follow(InputStream stream, String name, Consumer<String> listener) {
        Threads.platform(name).start(() -> {
            try (stream) {
                new Lines(listener).read(stream);
            } catch (IOException e) {
                listener.accept("(output ended: " + e.getMessage() + ")");
            }
        });
    }

    private void read(InputStream stream) throws IOException {
        byte[] buffer = new byte[8192];
        for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
            for (int i = 0; i < count; i++) {
                if (buffer[i] == '\n') {
                    pass();
                } else {
                    line[length++] = buffer[i];
                    if (length == LONGEST) {
                        pass();
                    }
                }
            }
        }
        if (length > 0) {
            pass();
        }
    }

    private void pass() {
        int end = length;
        length = 0;
        listener.accept(new String(line, 0, end, StandardCharsets.UTF_8));
    }
}
