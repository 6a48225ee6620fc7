// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import lambdadispatch.base.log.Log;

/// How long ago the kernel made this process: what Lambda's init phase counts, and what the JVM's own start takes of it.
///
/// Both times that it is the difference of are counted from the machine's boot, so that a clock that is set meanwhile does no harm.
/// (`ProcessHandle` adds the start to a boot time that is known to the second only.)
final class ProcessAge {
    private static final Log LOG = Log.of("extension");
    /// Of `starttime` in `proc_pid_stat(5)`: 100 a second on every platform that Lambda has.
    private static final long MILLIS_PER_TICK = 10;
    private static final int START_TIME = 22;
    /// An older process was not just started; a container may be shown another machine's uptime.
    private static final Duration BELIEVED = Duration.ofSeconds(10);

    private ProcessAge() {}

    /// @param sinceMain what is known without the kernel: the least that can be true, and the answer where nothing else can be found out
    static Duration now(Duration sinceMain) {
        try {
            return believed(of(Files.readString(Path.of("/proc/self/stat")), Files.readString(Path.of("/proc/uptime"))), sinceMain);
        } catch (IOException | RuntimeException e) {
            LOG.debug("the age of this process is not known", "why", e);
            return sinceMain;
        }
    }

    static Duration believed(Duration age, Duration sinceMain) {
        return age.compareTo(sinceMain) > 0 && age.compareTo(sinceMain.plus(BELIEVED)) < 0 ? age : sinceMain;
    }

    /// @param stat `/proc/self/stat`; the program's name in it stands in brackets and may hold blanks and brackets
    /// @param uptime `/proc/uptime`, in seconds
    static Duration of(String stat, String uptime) {
        String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // its first is field 3
        long startMillis = Long.parseLong(behindName[START_TIME - 3]) * MILLIS_PER_TICK;
        long nowMillis = (long) (Double.parseDouble(uptime.split(" ")[0]) * 1_000);
        return Duration.ofMillis(nowMillis - startMillis);
    }
}
