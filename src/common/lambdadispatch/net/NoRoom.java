// SPDX-License-Identifier: MIT
package lambdadispatch.net;

import java.io.IOException;

/// A peer sends more than this process has memory for at the moment: nobody's mistake, and it may well fit a second later.
public final class NoRoom extends IOException {
    private static final long serialVersionUID = 1L;

    public NoRoom(String what) {
        super("no memory for " + what);
    }
}
