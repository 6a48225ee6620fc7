// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// One child process and all that descend from it: signalled together, ended together.
public final class ProcessGroup {
    /// Waits for a word from us before it becomes the program: by then the guardian knows of it, and if we die before, it reads an end of
    /// input and ends too.
    private static final String ON_OUR_WORD = "read -r word || exit 1; exec \"$@\" </dev/null";

    private final Guardian guardian;
    private final Process leader;
    private final String target;
    private final CompletableFuture<Integer> exit;

    private ProcessGroup(Guardian guardian, Process leader) {
        this.guardian = guardian;
        this.leader = leader;
        this.target = (NewSession.available() ? "-" : "") + leader.pid();
        this.exit = leader.onExit().thenApply(Process::exitValue);
    }

    /// Starts a program.
    /// @param environment all of its variables; nothing is inherited
    /// @param lines gets each line of its output, standard error included, on a thread of its own; null to let it print where we print
    /// @throws IOException there is no such program, or it can not be executed
    public static ProcessGroup start(Guardian guardian, List<String> command, Map<String, String> environment, Consumer<String> lines)
            throws IOException {
        return start(guardian, command, environment, null, lines);
    }

    /// The same in a folder; null for ours.
    public static ProcessGroup start(Guardian guardian, List<String> command, Map<String, String> environment, Path folder,
            Consumer<String> lines)
            throws IOException {
        if (command.getFirst().contains("/") && !Files.isExecutable(Path.of(command.getFirst()))) {
            throw new IOException("no such program: " + command.getFirst()); // setsid would start, and only then fail
        }
        List<String> waiting = new ArrayList<>(List.of("/bin/sh", "-c", ON_OUR_WORD, "sh"));
        waiting.addAll(NewSession.wrap(command));
        ProcessBuilder builder = new ProcessBuilder(waiting);
        builder.directory(folder == null ? null : folder.toFile()).environment().clear();
        builder.environment().putAll(environment);
        if (lines == null) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        } else {
            builder.redirectErrorStream(true);
        }
        Process process = builder.start();
        ProcessGroup group = new ProcessGroup(guardian, process);
        guardian.watch(group.target);
        try (Writer word = process.outputWriter(StandardCharsets.US_ASCII)) {
            word.write("go\n");
        }
        if (lines != null) {
            Lines.follow(process.getInputStream(), "output of " + process.pid(), lines);
        }
        return group;
    }

    public long pid() {
        return leader.pid();
    }

    /// Completes with the leader's exit status; 128 + n where signal n ended it.
    public CompletableFuture<Integer> exit() {
        return exit;
    }

    public boolean alive() {
        return leader.isAlive();
    }

    /// Sends a signal to all of it; SIGTERM only to the group, since who has left that may not want it.
    public void signal(Signal signal) {
        // Looked up before, since what is killed has no descendants any more. They may have left the group for one of their own.
        List<ProcessHandle> descendants = signal == Signal.TERM ? List.of() : leader.descendants().toList();
        guardian.send(signal, target);
        for (ProcessHandle descendant : descendants) {
            guardian.send(signal, Long.toString(descendant.pid()));
        }
    }

    /// Waits for the leader's end. Returns whether it came in time.
    public boolean awaitExit(Duration patience) throws InterruptedException {
        try {
            exit.get(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // a process's end is a number
        }
    }

    /// Kills all of it, frozen or not, and waits until the leader has been collected.
    public void destroy() {
        signal(Signal.KILL);
        exit.join();
        guardian.send(Signal.KILL, target); // a child that was forked while the first signal was under way
        guardian.forget(target);
    }

    /// Memory that its processes hold now (resident), or 0 where /proc does not tell.
    public long residentBytes() {
        return Stream.concat(Stream.of(leader.toHandle()), leader.descendants()).mapToLong(ProcessGroup::residentBytes).sum();
    }

    private static long residentBytes(ProcessHandle process) {
        try {
            String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"), StandardCharsets.ISO_8859_1);
            int at = status.indexOf("VmRSS:");
            return at < 0 ? 0 : Long.parseLong(status.substring(at + 6, status.indexOf("kB", at)).strip()) << 10;
        } catch (IOException e) {
            return 0;
        }
    }
}
