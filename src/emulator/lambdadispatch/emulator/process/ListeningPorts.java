// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Which TCP ports a process and its descendants listen on, as `/proc` tells; none where there is no such thing.
/// Source: proc(5), `/proc/net/tcp`: local address and port in hex, state (0A is LISTEN), and the socket's inode in the tenth column.
public final class ListeningPorts {
    private static final String LISTEN = "0A";

    private ListeningPorts() {}

    public static Set<Integer> of(long pid) {
        List<ProcessHandle> family =
                ProcessHandle.of(pid).map(process -> Stream.concat(Stream.of(process), process.descendants()).toList()).orElse(List.of());
        Set<String> sockets = new HashSet<>();
        family.forEach(process -> addSockets(process.pid(), sockets));
        Set<Integer> ports = new TreeSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            addPorts(Path.of("/proc", Long.toString(pid), "net", table), sockets, ports);
        }
        return ports;
    }

    private static void addSockets(long pid, Set<String> sockets) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                String target = Files.readSymbolicLink(file).toString();
                if (target.startsWith("socket:[")) {
                    sockets.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        } catch (IOException gone) {
            return; // it has ended, or closed what was looked at: what is known by now is what there is
        }
    }

    private static void addPorts(Path table, Set<String> sockets, Set<Integer> ports) {
        try (Stream<String> lines = Files.lines(table)) {
            lines.map(line -> line.strip().split(" +"))
                    .filter(columns -> columns.length > 9 && columns[3].equals(LISTEN) && sockets.contains(columns[9]))
                    .forEach(columns -> ports.add(Integer.parseInt(columns[1].substring(columns[1].lastIndexOf(':') + 1), 16)));
        } catch (IOException | java.io.UncheckedIOException noSuchTable) {
            return; // without IPv6 there is only one
        }
    }
}
