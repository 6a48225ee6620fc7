// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;

/// The app was there and takes no connections any more, though its process (or the shell around it) may still run.
final class AppGone extends IOException {
    private static final long serialVersionUID = 1L;

    AppGone(String why) {
        super(why);
    }
}
