// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// What one client has of a pool: the slots that its requests hold, and its lines in the queues. Guarded by the pool's lock.
final class ClientShare {
    /// Null for all requests that come from nobody in particular: no share bounds these.
    final Object client;
    /// Its requests that wait, by the number of the queue; null where none does.
    final TicketQueue.Line[] lines = new TicketQueue.Line[TicketQueue.COUNT];
    int running;
    int waiting;
    /// Of those that run, how many were told to end since their client is slow.
    int ending;

    ClientShare(Object client) {
        this.client = client;
    }

    boolean bounded() {
        return client != null;
    }
}
