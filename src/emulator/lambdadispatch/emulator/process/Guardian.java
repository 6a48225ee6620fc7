// SPDX-License-Identifier: MIT
package lambdadispatch.emulator.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Owns one shell that sends our signals, and that kills every process group still watched when we are gone.
///
/// A shell has `kill` built in, so a signal costs a line on a pipe instead of a new process. And since the shell sees the end of its
/// input however we ended - even by SIGKILL, when no shutdown hook runs - no child is left behind, frozen ones included.
public final class Guardian implements AutoCloseable {
    // It must outlive a Ctrl-C in the terminal and a SIGTERM to us for as long as we are still cleaning up.
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM
            watched=' '
            while read -r verb target; do
              case $verb in
                WATCH) watched="$watched$target "
                  while ! kill -s 0 -- "$target" && kill -s 0 -- "${target#-}"; do :; done 2>/dev/null ;;
                FORGET) case $watched in *" $target "*) watched="${watched%% $target *} ${watched#* $target }" ;; esac ;;
                *) if kill -s "$verb" -- "$target" 2>/dev/null; then echo sent; else echo gone; fi ;;
              esac
            done
            for target in $watched; do kill -s KILL -- "$target" 2>/dev/null; done
            """;
    private static final long PATIENCE_SECONDS = 5;

    private final Process shell;
    private final Writer orders;
    private final BufferedReader answers;

    public Guardian() throws IOException {
        shell = new ProcessBuilder(NewSession.wrap(List.of("/bin/sh", "-c", SCRIPT))).redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        orders = shell.outputWriter(StandardCharsets.US_ASCII);
        answers = shell.inputReader(StandardCharsets.US_ASCII);
    }

    /// Has it killed when we are gone. A group exists only once its leader has made it, moments after its start: the shell waits for that,
    /// so that no later signal goes to a group that is not there yet.
    /// @param target a process id, or `-` and the id of a process group
    synchronized void watch(String target) throws IOException {
        order("WATCH " + target);
    }

    /// The opposite of [#watch(String)], before the id can be given to another process.
    synchronized void forget(String target) {
        try {
            order("FORGET " + target);
        } catch (IOException e) {
            // the shell is gone, and with it what it watched
        }
    }

    /// Sends a signal. Returns false if there is no such process or group (any more).
    synchronized boolean send(Signal signal, String target) {
        try {
            order(signal + " " + target);
            return "sent".equals(answers.readLine());
        } catch (IOException e) {
            return false;
        }
    }

    private void order(String line) throws IOException {
        orders.write(line + "\n");
        orders.flush();
    }

    /// Kills what is still watched.
    @Override
    public void close() {
        try {
            synchronized (this) {
                orders.close();
            }
            if (!shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                shell.destroyForcibly();
            }
        } catch (IOException e) {
            shell.destroyForcibly();
        } catch (InterruptedException e) {
            shell.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
