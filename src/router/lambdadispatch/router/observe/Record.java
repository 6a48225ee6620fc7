// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.io.IOException;
import lambdadispatch.channel.Party;
import lambdadispatch.http.BadMessage;
import lambdadispatch.http.Request;

/// What is noted about one request, for its access-log line and the metrics. Touched by the request's thread only.
public final class Record {
    /// The custom for a client that went away before its answer.
    static final int CLIENT_GONE = 499;

    final Request request;
    final String client;
    final long startNanos = System.nanoTime();
    String requestId;
    String instance = "-";
    String fault;
    Party by; // whose fault; null as long as there is none
    int status;
    long bytes;
    long waitNanos;
    long delayNanos = -1; // until it was given to an instance; negative if it never was
    long firstNanos; // until its answer's head went on its way
    int tries = 1;

    Record(Request request, String client) {
        this.request = request;
        this.client = client;
    }

    public void requestId(String id) {
        requestId = id;
    }

    public void granted(long waitedNanos, String publicInstanceName) {
        waitNanos = waitedNanos;
        delayNanos = System.nanoTime() - startNanos;
        instance = publicInstanceName;
    }

    public void retried() {
        tries++;
    }

    public void responded(int answered) {
        status = answered;
        firstNanos = System.nanoTime() - startNanos;
    }

    public void sent(int count) {
        bytes += count;
    }

    /// The router answered by itself.
    public void failed(int answered, String why, Party party) {
        status = answered;
        fault = why;
        by = party;
    }

    /// The response broke off after its head, or came of a failure.
    public void blamed(String why, Party party) {
        fault = why;
        by = party;
    }

    /// No response was of use to anybody any more.
    public void clientGone() {
        status = status == 0 ? CLIENT_GONE : status;
        fault = "the client went away";
        by = Party.CLIENT;
    }

    public void broke(Exception e) {
        if (status == 0) {
            status = e instanceof BadMessage bad ? bad.status() : e instanceof java.net.SocketTimeoutException ? 408 : CLIENT_GONE;
        }
        fault = e instanceof IOException ? e.getMessage() : e.toString();
        by = e instanceof IOException ? Party.CLIENT : Party.ROUTER;
    }
}
