// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Knows how this machine starts a program as the leader of a session and process group of its own.
///
/// Java can not do it, `setsid` (util-linux) can; where that is missing (macOS) Perl does. Both replace themselves by the program, so
/// the process id that Java sees is also the id of the group.
final class NewSession {
    private static final List<String> PREFIX = prefix();

    private NewSession() {}

    /// Whether a started program leads a group; if not, only the process itself can be signalled.
    static boolean available() {
        return !PREFIX.isEmpty();
    }

    static List<String> wrap(List<String> command) {
        List<String> wrapped = new ArrayList<>(PREFIX);
        wrapped.addAll(command);
        return wrapped;
    }

    private static List<String> prefix() {
        if (onPath("setsid")) {
            return List.of("setsid");
        }
        return onPath("perl") ? List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or exit 127") : List.of();
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Arrays.stream(path.split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
