// SPDX-License-Identifier: MIT
package lambdadispatch.router.channel;

import java.io.IOException;

/// The channel failed under an exchange: reset by the extension or by us, its connection is gone, or its uplink has ended.
public final class ChannelLost extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean ended;

    private ChannelLost(String why, boolean ended) {
        super("channel lost: " + why);
        this.ended = ended;
    }

    public ChannelLost(String why) {
        this(why, false);
    }

    public ChannelLost(IOException cause) {
        super("channel lost: " + cause.getMessage(), cause);
        this.ended = false;
    }

    /// The extension has ended the uplink in good order.
    public static ChannelLost uplinkEnded() {
        return new ChannelLost("uplink ended", true);
    }

    /// Whether the extension ended the uplink, which inside a response is its way to say that the app broke off.
    public boolean uplinkHasEnded() {
        return ended;
    }
}
