// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import lambdadispatch.base.Bytes;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Rounds;
import lambdadispatch.net.Input;
import lambdadispatch.protocol.ControlPaths;

/// One channel: a downlink that requests come on and an uplink that responses go out on, two streams of the one HTTP/2 connection.
/// It serves until the router says go away or either half breaks.
final class Channel {
    private static final Log LOG = Log.of("channels");
    private static final int FIRST_BUFFER = 4096;

    /// How a channel ended.
    enum End { GO_AWAY, BROKE, REFUSED, UNREACHABLE }

    private final RouterLink link;
    private final String id;
    private final int number;
    private final Downlink downlink = new Downlink(this::broke);
    private final Uplink uplink = new Uplink(this::broke);
    private final Relay relay;
    private int status;

    Channel(RouterLink link, String id) {
        this.link = link;
        this.id = id;
        this.number = link.nextChannelNumber();
        Input in = new Input(downlink::read, FIRST_BUFFER, link.requestHeadBytes());
        this.relay = new Relay(link.app(), in, new ResponseSink(uplink, this::shortcut), AppLink.CONNECT_PATIENCE);
    }

    /// The status of a downlink that was refused.
    int status() {
        return status;
    }

    /// With others under way it pays to send responses together; alone it would only be a hand-over more.
    private boolean shortcut(Bytes response) {
        return link.running() > 1 && link.shared().offer(number, response);
    }

    private void broke() {
        relay.close();
        uplink.over();
    }

    /// From another thread than the channel's, whatever that waits for; it resets what is left then.
    void reset() {
        relay.close();
        downlink.reset();
    }

    /// Opens the downlink and waits for its status. Null if it is open.
    End open() {
        try {
            HttpResponse<Void> response = link.openDownlink(id, downlink).get();
            status = response.statusCode();
            if (status != 200) {
                downlink.reset();
                return End.REFUSED;
            }
            if (response.headers().firstValue(ControlPaths.SHARED_UPLINK_HEADER).isPresent()) {
                link.openSharedUplink();
            }
            return null;
        } catch (ExecutionException e) {
            LOG.debug("downlink failed", "why", e.getCause());
            return End.UNREACHABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return End.UNREACHABLE;
        }
    }

    /// Opens the uplink and serves.
    End serve() {
        CompletableFuture<HttpResponse<Void>> answered = link.openUplink(id, number, uplink);
        answered.whenComplete((response, failure) -> {
            // An answer before our end means that the router does not want the uplink (409), or broke it.
            if (failure != null || response.statusCode() != 200) {
                broke();
                downlink.reset();
            }
        });
        link.serving(this);
        try {
            Rounds.run(this::exchange);
            uplink.end();
            return End.GO_AWAY;
        } catch (AppFailure e) {
            link.appFailed();
            LOG.debug("app failed in a response", "why", e.getMessage());
            uplink.end(); // ended inside a response, and not reset: the app's fault. The router resets what is left of the channel
            return End.BROKE;
        } catch (AppGone e) {
            link.appFailed();
            LOG.debug("app is gone", "why", e.getMessage());
            resetHalves(e);
            return End.BROKE;
        } catch (IOException e) {
            LOG.debug("channel broke", "why", e.getMessage());
            resetHalves(e);
            return End.BROKE;
        } catch (RuntimeException e) {
            LOG.error("channel failed", e);
            resetHalves(new IOException(e));
            return End.BROKE;
        } finally {
            link.over(this);
            relay.close();
        }
    }

    /// False: the router said go away.
    private boolean exchange() throws IOException {
        if (!relay.awaitRequest()) {
            return false;
        }
        long started = link.exchangeStarted();
        try {
            relay.exchange();
        } finally {
            link.exchangeEnded(started);
        }
        return true;
    }

    private void resetHalves(IOException why) {
        uplink.reset(why);
        downlink.reset();
    }
}
