// SPDX-License-Identifier: MIT
package lambdadispatch.router.incoming;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import lambdadispatch.base.Bytes;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.HeaderName;
import lambdadispatch.http.message.Headers;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.server.Exchange;
import lambdadispatch.protocol.Party;
import lambdadispatch.router.control.ChannelLost;
import lambdadispatch.router.control.ControlChannel;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.Refusal;
import lambdadispatch.router.observe.RequestRecord;

/// One client request on its way: waits for a channel, relays both ways, and answers by the failure table (docs/architecture.md, "When something
/// breaks") if that fails. Runs on the request's thread.
final class ProxyExchange {
    /// A request that may be what kills instances gets no third one to kill, unless they die without it as well.
    private static final int MAX_LOSSES = 2;
    /// An instance that fell silent was given up for that, and not for its requests; still there is an end to everything.
    private static final int MAX_TRIES = 4;
    /// Environments that may say no before the client is told.
    private static final int MAX_REFUSALS = 2;

    private final Exchange client;
    private final Route route;
    private volatile Pool pool;
    private final Standing standing;
    private final RequestRecord record;
    private final Bytes message = new Bytes(1024);
    private int tries;
    private int losses;
    private int refusals;
    private boolean debug; // a trusted peer asks what became of its request
    private Upload upload;
    private ControlChannel active; // this and what follows guarded by this
    private SlotTicket ticket;
    private boolean clientGone;

    ProxyExchange(Exchange client, Route route, Standing standing, RequestRecord record) {
        this.client = client;
        this.route = route;
        this.pool = route.pool();
        this.standing = standing;
        this.record = record;
    }

    /// Holds what it needs of memory until it is over.
    void run(RequestWriter writer, Peer peer) throws IOException {
        Request request = client.request();
        record.requestId(writer.head(request, peer, record.trace(), message));
        debug = standing.mayDebug();
        // Before any of the body is read: what waits for its client counts like what waits for a slot.
        long octets = (long) message.array().length + Upload.first(request);
        if (!client.memory().take(octets)) {
            refused(new Refusal(Refusal.Kind.QUEUE_FULL, "too much is waiting", Duration.ofSeconds(1)));
            return;
        }
        try (Upload body = new Upload(client, message, this::giveUp)) {
            upload = body;
            untilSettled();
        } finally {
            client.memory().give(octets);
        }
    }

    private void untilSettled() throws IOException {
        client.onClientGone(this::clientGone);
        SlotTicket before = null;
        while (true) {
            tries++;
            SlotTicket next = new SlotTicket(standing, client, this::tooSlow);
            if (!submit(next, before)) {
                return;
            }
            ControlChannel channel = upload.await(next);
            if (channel == null && divert(next.refusal())) {
                before = null;
                continue;
            }
            if (channel == null) {
                refused(next.refusal());
                return;
            }
            record.granted(next.waitedNanos(), channel.instance().publicName());
            if (relay(channel)) {
                return;
            }
            record.retried();
            before = next;
            if (withCanary() && !pool.servesOrAsks()) {
                divert(); // the canary's last instance went under this request
            }
        }
    }

    /// False if the client is gone already.
    private boolean submit(SlotTicket next, SlotTicket before) {
        synchronized (this) {
            if (clientGone) {
                record.clientGone();
                return false;
            }
            ticket = next;
        }
        if (before == null) {
            pool.submit(next);
        } else {
            pool.submitAgain(next, before);
        }
        return true;
    }

    /// A canary that can take no request is nobody's loss: the others' pool gets it. Not a request that has waited its time.
    private boolean divert(Refusal refusal) {
        if (refusal == null || refusal.kind() == Refusal.Kind.TIMED_OUT || !withCanary()) {
            return false;
        }
        divert();
        return true;
    }

    private boolean withCanary() {
        return route.toCanary() && pool != route.otherwise();
    }

    private void divert() {
        synchronized (this) {
            pool = route.otherwise();
        }
    }

    /// Whether the canary could not take it, and the others' pool did.
    boolean diverted() {
        return pool != route.pool();
    }

    private void clientGone() {
        synchronized (this) {
            clientGone = true;
        }
        giveUp();
    }

    /// The client keeps its slot waiting, and others wait for one. Not if the channel was given back meanwhile: what is left to do then costs nobody anything.
    private void tooSlow() {
        synchronized (this) {
            if (active == null) {
                return;
            }
        }
        upload.failed(new SocketTimeoutException("the client was too slow while others waited"));
        if (client.responded()) {
            client.abort();
        }
    }

    /// Neither a channel nor an answer is wanted any more.
    private void giveUp() {
        SlotTicket waiting;
        synchronized (this) {
            waiting = ticket;
            // Under the lock, so that it can not be a channel that was given back and works for another request by now.
            breakOff();
        }
        if (waiting != null && pool.withdraw(waiting)) {
            waiting.withdrawn();
        }
    }

    /// Makes the extension drop the exchange at once, without a mark against its instance.
    private void breakOff() {
        synchronized (this) {
            if (active != null) {
                ControlChannel channel = active;
                active = null;
                pool.slotGivenUp(channel, client.responded());
                channel.cancel();
            }
        }
    }

    private void refused(Refusal refusal) throws IOException {
        if (refusal == null) {
            withdrawn();
            return;
        }
        Headers headers = Headers.of("content-type", "text/plain; charset=utf-8");
        if (refusal.retryAfterSeconds() > 0) {
            headers.add(HeaderName.RETRY_AFTER, Long.toString(refusal.retryAfterSeconds()));
        }
        Party by = refusal.kind() == Refusal.Kind.NOT_INVOCABLE ? Party.ENVIRONMENT : Party.ROUTER;
        answer(refusal.kind().status(), headers, pool.explained(refusal), by);
    }

    private void withdrawn() throws IOException {
        synchronized (this) {
            if (clientGone) {
                record.clientGone();
                return;
            }
        }
        throw upload.failure();
    }

    private void answer(int status, Headers headers, String why, Party by) throws IOException {
        byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
        record.failed(status, why, by);
        client.respond(status, headers, body.length);
        client.write(body, 0, body.length);
        client.end();
    }

    /// Returns whether the exchange is settled; false: nothing was answered and it may be tried again.
    private boolean relay(ControlChannel channel) throws IOException {
        synchronized (this) {
            active = channel;
            if (clientGone) {
                active = null;
                pool.slotReleased(channel, 0); // nothing was sent on it
                record.clientGone();
                return true;
            }
        }
        boolean sent = false;
        try {
            if (!channel.clean()) {
                spoilt(channel);
                losses++;
                return failed("octets that nobody asked for", Party.APP, mayRetry());
            }
            channel.write(message.array(), 0, message.length());
            record.dispatched(channel.instance().invokedNanos());
            sent = true;
            BodyPump pump = upload.start(channel);
            if (new ResponseRelay(client, channel, record, new ResponseRelay.Added(debug, diverted() ? null : route.cookie())).run(this::finished, upload.whole() && refusals < MAX_REFUSALS && mayRetry(), pump)) {
                return true;
            }
            refusals++;
            pool.refused(channel.instance());
            return false;
        } catch (ChannelLost e) {
            losses += channel.fellSilent() ? 0 : 1;
            lost(channel);
            return failed("the execution environment was lost", Party.ENVIRONMENT, mayRetry() && (!sent || replayable()));
        } catch (BadMessage e) {
            spoilt(channel);
            return failed("the app gave no usable answer: " + e.getMessage(), Party.APP, false);
        } catch (IOException | RuntimeException e) {
            breakOff(); // the client can not be written to
            blameClient();
            throw e;
        }
    }

    private void blameClient() {
        if (upload.failure() == null) {
            record.clientGone();
        } else {
            record.blamed(upload.failure().getMessage(), Party.CLIENT);
        }
    }

    private boolean mayRetry() {
        return tries < MAX_TRIES && (losses < MAX_LOSSES || pool.environmentsDieAnyway());
    }

    private boolean replayable() {
        return upload.whole() && switch (client.request().method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    /// The response has been read whole: the channel goes back before the client's last bytes do, or a slow client would hold it.
    private void finished(int status, boolean reusable) {
        ControlChannel channel;
        synchronized (this) {
            channel = active;
            active = null;
        }
        if (channel == null) {
            return; // broken off meanwhile
        }
        if (!reusable) {
            pool.slotGivenUp(channel, true);
            channel.cancel();
        } else {
            pool.slotReleased(channel, status);
        }
    }

    /// The environment's fault.
    private void lost(ControlChannel channel) {
        if (takeActive()) {
            pool.slotLost(channel);
            channel.breakOff();
        }
    }

    /// The app's fault: the channel is of no use any more, and its instance as good as before.
    private void spoilt(ControlChannel channel) {
        if (takeActive()) {
            pool.slotGivenUp(channel, true);
            channel.breakOff();
        }
    }

    /// False if the exchange was broken off meanwhile.
    private boolean takeActive() {
        synchronized (this) {
            boolean mine = active != null;
            active = null;
            return mine;
        }
    }

    private boolean failed(String why, Party by, boolean retry) throws IOException {
        synchronized (this) {
            if (clientGone) {
                record.clientGone();
                return true;
            }
        }
        if (client.responded() && upload.failure() != null) {
            blameClient();
            client.abort();
            return true;
        }
        if (client.responded()) {
            record.blamed(why, by);
            client.abort();
            return true;
        }
        if (upload.failure() != null) {
            throw upload.failure(); // the client's own fault: the engine answers 400, 408 or 413
        }
        if (retry) {
            return false;
        }
        answer(502, Headers.of("content-type", "text/plain; charset=utf-8"), why, by);
        return true;
    }
}
