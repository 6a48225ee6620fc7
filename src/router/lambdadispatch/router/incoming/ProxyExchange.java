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
import lambdadispatch.net.NoRoom;
import lambdadispatch.protocol.Party;
import lambdadispatch.router.channel.ChannelLost;
import lambdadispatch.router.channel.ChannelOutcome;
import lambdadispatch.router.channel.RequestChannel;
import lambdadispatch.router.dispatch.Pool;
import lambdadispatch.router.dispatch.Refusal;
import lambdadispatch.router.observe.RequestRecord;

/// One client request on its way: waits for a channel, relays both ways, and answers by the failure table (docs/architecture.md, "When
/// something breaks") if that fails. Runs on the request's thread.
final class ProxyExchange {
    private final Exchange client;
    private final Route route;
    private Pool pool;
    private final Standing standing;
    private final RequestRecord record;
    private final Bytes message = new Bytes(1024);
    private final Lease lease = new Lease();
    private final Tries tries = new Tries();
    private boolean debug; // a trusted peer asks what became of its request
    private Upload upload;

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
        try (Upload body = new Upload(client, message, this::cancel)) {
            upload = body;
            untilAnswered();
        } finally {
            client.memory().give(octets);
        }
    }

    private void untilAnswered() throws IOException {
        client.onClientGone(this::clientGone);
        SlotTicket before = null;
        while (true) {
            tries.begin();
            SlotTicket next = new SlotTicket(pool, standing, client, this::tooSlow);
            if (!lease.submit(next, before)) {
                record.clientGone();
                return;
            }
            RequestChannel channel = upload.await(next);
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
        pool = route.otherwise();
    }

    /// Whether the canary could not take it, and the others' pool did.
    boolean diverted() {
        return pool != route.pool();
    }

    private void clientGone() {
        lease.clientGone();
        cancel();
    }

    /// The client keeps its slot waiting, and others wait for one. Not if the channel was given back meanwhile: what is left to do then
    /// costs nobody anything.
    private void tooSlow() {
        if (!lease.holdsChannel()) {
            return;
        }
        upload.failed(new SocketTimeoutException("the client was too slow while others waited"));
        if (client.responded()) {
            client.abort();
        }
    }

    /// Makes the extension drop the exchange at once, without a mark against its instance.
    private void cancel() {
        lease.cancel(client.responded());
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
        if (lease.isClientGone()) {
            record.clientGone();
            return;
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
    private boolean relay(RequestChannel channel) throws IOException {
        if (!lease.take(channel)) {
            record.clientGone();
            return true;
        }
        boolean sent = false;
        channel.keptFor(client.memory());
        try {
            if (!channel.clean()) {
                lease.finish(ChannelOutcome.SPOILT);
                tries.lost();
                return failed("octets that nobody asked for", Party.APP, mayRetry());
            }
            channel.write(message.array(), 0, message.length());
            record.dispatched(channel.instance().invokedNanos());
            sent = true;
            if (passOn(channel)) {
                return true;
            }
            tries.refused();
            pool.refused(channel.instance());
            return false;
        } catch (ChannelLost e) {
            if (!channel.fellSilent()) {
                tries.lost();
            }
            lease.finish(ChannelOutcome.LOST);
            return failed("the execution environment was lost", Party.ENVIRONMENT, mayRetry() && (!sent || replayable()));
        } catch (NoRoom e) {
            lease.finish(ChannelOutcome.SPOILT);
            return failed("no memory for the answer", Party.ROUTER, false);
        } catch (BadMessage e) {
            lease.finish(ChannelOutcome.SPOILT);
            return failed("the app gave no usable answer: " + e.getMessage(), Party.APP, false);
        } catch (IOException | RuntimeException e) {
            lease.finish(new ChannelOutcome.Cancelled(client.responded())); // the client can not be written to
            blameClient();
            throw e;
        }
    }

    /// Sends the rest of the body while the response may already come. As soon as that has been read whole the channel goes back: before
    /// the client's last octets have left, or a slow client would hold it.
    /// @return false if the environment refused the request, and it is to be tried elsewhere
    private boolean passOn(RequestChannel channel) throws IOException {
        BodyPump pump = upload.start(channel);
        ResponseRelay.Added added = new ResponseRelay.Added(debug, diverted() ? null : route.cookie());
        boolean mayBeRefused = upload.whole() && tries.mayBeRefused() && mayRetry();
        return new ResponseRelay(client, channel, record, added).run(lease::finish, mayBeRefused, pump);
    }

    private void blameClient() {
        if (upload.failure() == null) {
            record.clientGone();
        } else {
            record.blamed(upload.failure().getMessage(), Party.CLIENT);
        }
    }

    private boolean mayRetry() {
        return tries.another(pool::environmentsDieAnyway);
    }

    private boolean replayable() {
        return upload.whole() && switch (client.request().method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE" -> true;
            default -> false;
        };
    }

    private boolean failed(String why, Party by, boolean retry) throws IOException {
        if (lease.isClientGone()) {
            record.clientGone();
            return true;
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
        answer(by == Party.ROUTER ? 503 : 502, Headers.of("content-type", "text/plain; charset=utf-8"), why, by);
        return true;
    }
}
