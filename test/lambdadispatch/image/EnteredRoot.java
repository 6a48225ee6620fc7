// SPDX-License-Identifier: MIT
package lambdadispatch.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lambdadispatch.support.Tool;

/// A program in a root of its own, entered by chroot in a mount namespace, which takes root or user namespaces. The root is read-only and
/// has the machine's `/proc`.
record EnteredRoot(Path root) {
    private static final boolean PRIVILEGED = System.getProperty("user.name").equals("root");

    /// Skips the test where roots can not be entered.
    static void need() throws IOException, InterruptedException {
        Tool unshare = Tool.need("unshare");
        Tool.need("chroot");
        assumeTrue(unshare.run(flags(), "true").status() == 0, "entering another root takes root or user namespaces");
    }

    private static String flags() {
        return PRIVILEGED ? "-m" : "-rm";
    }

    /// Writes a script that enters the root and becomes the program.
    ///
    /// @param folders of the machine, by the folder of the root where each is to be seen
    /// @param user as `65534:65534`, where this process may choose
    /// @param more variables beside those that the script is given
    Path script(Path script, Map<String, Path> folders, String user, Map<String, String> more, List<String> program) throws IOException {
        String binds = folders.entrySet().stream()
                .map(each -> "mount --bind " + quoted(each.getValue().toString()) + " \"$0\"" + each.getKey() + " && ")
                .collect(Collectors.joining());
        String inside =
                "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && " + binds + "mount --rbind /proc \"$0/proc\" || exit 99\n"
                + "exec " + Tool.need("chroot").path() + (PRIVILEGED ? " --userspec=" + user : "") + " \"$0\" "
                + program.stream().map(EnteredRoot::quoted).collect(Collectors.joining(" ")) + " \"$@\"";
        Stream<String> exports = more.entrySet().stream().map(each -> "export " + each.getKey() + "=" + quoted(each.getValue()));
        String enter = "exec " + Tool.need("unshare").path() + " " + flags() + " /bin/sh -c " + quoted(inside) + " "
                + quoted(root.toString()) + " \"$@\"";
        Files.write(script, Stream.of(Stream.of("#!/bin/sh"), exports, Stream.of(enter)).flatMap(lines -> lines).toList());
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
