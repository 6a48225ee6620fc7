// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import lambdadispatch.invoke.FunctionName;

/// Which part of the default pool's requests another alias of the function gets, and how they fared. That alias has a pool of its own.
///
/// A request is drawn a number from 0 to 9,999, and is the canary's if it is below [Setting#hundredths]. Whoever keeps his number (in a
/// cookie) thus stays where he is as the part grows, and all leave at once when it becomes 0. Safe for use from any thread.
public final class Canary {
    /// One more than the highest number that is drawn.
    public static final int DRAWS = 10_000;

    /// @param alias null as long as there never was one
    /// @param function the default function's name with the alias for its qualifier
    /// @param hundredths of a percent of the requests; 0 is off
    public record Setting(String alias, String function, int hundredths) {
        public double percent() {
            return hundredths / 100.0;
        }
    }

    private final String function;
    private volatile Setting setting = new Setting(null, null, 0);
    private volatile String cookie;
    private final LongAdder diverted = new LongAdder();
    private final AtomicLongArray taken = new AtomicLongArray(6); // by the first digit of the status
    private final AtomicLongArray others = new AtomicLongArray(6);

    /// @param function the default pool's
    Canary(String function) {
        this.function = function;
    }

    /// @param alias what a function's name may be qualified with
    /// @throws IllegalArgumentException the alias is malformed, or the one that the default pool invokes
    public Setting set(String alias, int hundredths) {
        if (!alias.matches("[a-zA-Z0-9-_]{1,128}") || hundredths < 0 || hundredths > DRAWS) {
            throw new IllegalArgumentException("a canary is an alias and a percentage from 0 to 100");
        }
        FunctionName stable = FunctionName.parse(function);
        if (alias.equals(stable.qualifier())) {
            throw new IllegalArgumentException(function + " is what all other requests get already");
        }
        setting = new Setting(alias, stable.identifier() + ":" + alias, hundredths);
        return setting;
    }

    public Setting setting() {
        return setting;
    }

    /// The cookie's name, or null: every request is drawn anew.
    public String cookie() {
        return cookie;
    }

    public void stickBy(String cookieName) {
        cookie = cookieName;
    }

    /// A request was answered.
    /// @param drawn for the canary, not for the others
    /// @param away the canary's pool had no instance for it or could not take it, and the others' pool did
    public void answered(boolean drawn, boolean away, int status) {
        if (away) {
            diverted.increment();
        }
        if (status >= 100 && status < 600) {
            (drawn && !away ? taken : others).incrementAndGet(status / 100);
        }
    }

    /// Requests that were drawn for the canary, and that the others' pool took: the canary's had no instance, or could not.
    public long diverted() {
        return diverted.sum();
    }

    /// Answers since the start, while a canary was on.
    /// @param group the first digit of the status
    public long answers(boolean byCanary, int group) {
        return (byCanary ? taken : others).get(group);
    }
}
