// SPDX-License-Identifier: MIT
package lambdadispatch.router.control;

import java.io.IOException;

/// The channel failed under an exchange: reset by the extension or by us, or its connection is gone.
public final class ChannelLost extends IOException {
    private static final long serialVersionUID = 1L;

    public ChannelLost(String why) {
        super("channel lost: " + why);
    }

    ChannelLost(IOException cause) {
        super("channel lost: " + cause.getMessage(), cause);
    }
}
