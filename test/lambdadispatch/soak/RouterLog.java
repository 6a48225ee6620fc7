// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Counts what the router's log says of requests, invokes and instances.
public final class RouterLog implements Consumer<String> {
    private static final Pattern ACCESS = Pattern.compile(" access method=(\\S+) .* status=(\\d+) ");
    private static final Pattern WAITED = Pattern.compile(" waitMs=([0-9.]+)");
    private static final Pattern TRIES = Pattern.compile(" tries=(\\d+)");
    private static final Pattern FAULT = Pattern.compile(" fault=(\"[^\"]*\"|\\S+)");
    private static final Pattern RETURNED = Pattern.compile(" dispatch invoke returned .*exitReason=(\\S+)");
    private static final Pattern WARNED =
            Pattern.compile(" dispatch (instanceGivenUp|instanceDismissed|invokeFailed) .*?(?:why|fault)=(\"[^\"]*\"|\\S+)");

    private final AnswerTally tally = new AnswerTally();
    private final Queue<Double> waits = new ConcurrentLinkedQueue<>();

    /// Forgets waits until now.
    void forgetWaits() {
        waits.clear();
    }

    /// Milliseconds that so large a share of requests did not exceed in the queue.
    double waitAt(double share) {
        return AnswerTally.quantile(waits, share);
    }

    public AnswerTally tally() {
        return tally;
    }

    public long invokes() {
        return tally.of("invokes");
    }

    public long retries() {
        return tally.of("requests tried twice");
    }

    @Override
    public void accept(String line) {
        if (!line.startsWith("[router]")) {
            return;
        }
        if (line.contains("instanceGivenUp")) {
            System.out.println(line);
        }
        Matcher access = ACCESS.matcher(line);
        if (access.find()) {
            Matcher fault = FAULT.matcher(line);
            WAITED.matcher(line).results().forEach(waited -> waits.add(Double.parseDouble(waited.group(1))));
            tally.add("access " + access.group(1) + " " + access.group(2) + (fault.find() ? ": " + fault.group(1) : ""));
            if (access.group(2).startsWith("5")) {
                System.out.println(line);
            }
            if (TRIES.matcher(line).find()) {
                tally.add("requests tried twice");
            }
        } else if (line.contains(" dispatch invoke function=")) {
            tally.add("invokes");
        } else {
            Matcher returned = RETURNED.matcher(line);
            Matcher warned = WARNED.matcher(line);
            if (returned.find()) {
                tally.add("returned: " + returned.group(1));
            } else if (warned.find()) {
                tally.add(warned.group(1) + ": " + warned.group(2));
            } else if (line.contains(" ERROR ")) {
                tally.add("error: " + line.replaceAll("\\d+", "N"));
            }
        }
    }
}
