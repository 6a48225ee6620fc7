// SPDX-License-Identifier: MIT
package lambdadispatch.router.observe;

import java.io.IOException;
import lambdadispatch.http.message.BadMessage;
import lambdadispatch.http.message.Request;
import lambdadispatch.net.NoRoom;
import lambdadispatch.protocol.Party;
import lambdadispatch.router.trace.RequestTrace;

/// What is noted about one request, for its access-log line and the metrics. Touched by the request's thread only.
public final class RequestRecord {
    /// The custom for a client that went away before its answer.
    static final int CLIENT_GONE = 499;

    final Request request;
    final String client;
    final RequestTrace trace; // null where no traces are made
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
    long sentNanos = -1; // until it was on its way to its instance; negative if it never was
    long coldNanos; // how long before the grant the instance was invoked, if the request waited for it
    int tries = 1;

    RequestRecord(Request request, String client) {
        this(request, client, null);
    }

    RequestRecord(Request request, String client, RequestTrace trace) {
        this.request = request;
        this.client = client;
        this.trace = trace;
    }

    public void requestId(String id) {
        requestId = id;
    }

    public void granted(long waitedNanos, String publicInstanceName) {
        waitNanos = waitedNanos;
        delayNanos = System.nanoTime() - startNanos;
        instance = publicInstanceName;
    }

    /// Of the answer; 0 while there is none.
    public int status() {
        return status;
    }

    /// The place in a trace; null where no traces are made.
    public RequestTrace trace() {
        return trace;
    }

    /// On its way to the instance that it was granted.
    /// @param invokedNanos when that was invoked, by [System#nanoTime]
    public void dispatched(long invokedNanos) {
        if (trace != null) {
            sentNanos = System.nanoTime() - startNanos;
            long invokedAfterStart = invokedNanos - startNanos;
            // it was invoked for the one who waits
            coldNanos = invokedAfterStart > 0 ? Math.clamp(delayNanos - invokedAfterStart, 0, waitNanos) : 0;
        }
    }

    /// `Server-Timing` (W3C): what this request has cost so far, for those who may know.
    public String serverTiming() {
        StringBuilder text = new StringBuilder(64);
        millis(text.append("queue;dur="), waitNanos);
        millis(text.append(", dispatch;dur="), Math.max(0, delayNanos - waitNanos));
        millis(text.append(", app;dur="), Math.max(0, System.nanoTime() - startNanos - Math.max(0, delayNanos)));
        return text.toString();
    }

    /// Which instance answers, and after how many tries.
    public String debugInfo() {
        return "instance=" + instance + "; tries=" + tries + "; id=" + requestId;
    }

    private static void millis(StringBuilder text, long nanos) {
        long micros = nanos / 1000;
        text.append(micros / 1000).append('.').append((char) ('0' + micros / 100 % 10)).append((char) ('0' + micros / 10 % 10))
                .append((char) ('0' + micros % 10));
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
            status = e instanceof BadMessage bad ? bad.status()
                    : e instanceof java.net.SocketTimeoutException ? 408 : e instanceof NoRoom ? 503 : CLIENT_GONE;
        }
        fault = e instanceof IOException ? e.getMessage() : e.toString();
        by = e instanceof IOException ? Party.CLIENT : Party.ROUTER;
    }
}
