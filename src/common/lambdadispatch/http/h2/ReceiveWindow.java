// SPDX-License-Identifier: MIT
package lambdadispatch.http.h2;

/// The octets of DATA that the peer may still send on a connection (RFC 9113 §6.9). Guarded by itself.
final class ReceiveWindow {
    private int step;
    private long left;
    private int unacknowledged;

    ReceiveWindow(int size) {
        left = size;
        step = size / 2;
    }

    /// The peer may send so much more from now on.
    synchronized void widen(int increment) {
        left += increment;
        step += increment / 2;
    }

    /// DATA of so many octets arrived, padding included.
    synchronized void received(int count) throws ConnectionError {
        left -= count;
        if (left < 0) {
            throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the connection's window allows");
        }
    }

    /// So many octets are gone from memory. Returns the increment to send, 0 while it is not worth a frame.
    synchronized int consumed(int count) {
        unacknowledged += count;
        if (unacknowledged < step) {
            return 0;
        }
        int increment = unacknowledged;
        left += increment;
        unacknowledged = 0;
        return increment;
    }
}
