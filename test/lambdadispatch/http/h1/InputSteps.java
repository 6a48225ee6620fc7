// SPDX-License-Identifier: MIT
package lambdadispatch.http.h1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import lambdadispatch.http.message.BodyReader;
import lambdadispatch.http.message.HeadParser;
import lambdadispatch.http.message.Request;
import lambdadispatch.http.message.RequestHead;
import lambdadispatch.http.server.Limits;
import lambdadispatch.net.Deadline;
import lambdadispatch.net.Input;
import lambdadispatch.net.MemoryAccount;
import lambdadispatch.net.MemoryShare;
import lambdadispatch.net.TimedSource;
import lambdadispatch.net.Transport;
import lambdadispatch.support.MemoryTransport;
import lambdadispatch.support.TransportAround;

/// The input of a connection that nobody runs: a test takes the steps of the connection's thread, of a handler's and of the watch itself.
final class InputSteps implements AutoCloseable {
    /// A limit that ran out has shut the input.
    static final String SHUT = "shut";

    final MemoryTransport client;
    final MemoryTransport server;
    final BlockingQueue<String> noted = new LinkedBlockingQueue<>();
    final MemoryShare memory = new MemoryAccount(1 << 20).open("a", 0, () -> { });
    final TimedSource source;
    final Input in;
    final Http1Connection connection;
    final Http1Input input;
    final RequestHead head = new RequestHead();
    private final HeadParser parser;

    InputSteps(Limits limits) {
        MemoryTransport[] ends = MemoryTransport.pair(1 << 20);
        client = ends[0];
        server = ends[1];
        Transport noting = new Noting(server, noted);
        source = new TimedSource(noting);
        in = new Input(source, 2048, 128 << 10, memory);
        connection = new Http1Connection(noting, source, in, limits, exchange -> { });
        input = connection.input;
        parser = new HeadParser(limits.headBytes(), limits.headFields());
    }

    private record Noting(MemoryTransport inner, BlockingQueue<String> noted) implements TransportAround {
        @Override
        public void shutdownInput() {
            noted.add(SHUT);
            inner.shutdownInput();
        }

        @Override
        public long octetsTaken() {
            return inner.octetsTaken();
        }
    }

    void send(String latin1) throws IOException {
        byte[] octets = latin1.getBytes(StandardCharsets.ISO_8859_1);
        client.write(octets, 0, octets.length);
    }

    boolean readHead() throws IOException {
        return input.readHead(parser, head);
    }

    /// What the connection's thread does until it runs the handler.
    Http1Exchange begin(String text) throws IOException {
        send(text);
        if (!input.pipelined() && input.awaitMessage() != Http1Input.Next.MESSAGE || !readHead()) {
            throw new IOException("no head came");
        }
        Request request =
                new Request(head.method(), head.target(), "http", head.authority(), head.headers(), head.contentLength(), head.version());
        Http1Exchange exchange = new Http1Exchange(connection, request, head);
        input.begin(exchange);
        return exchange;
    }

    /// Another view of the body under way, for steps that say which body they mean.
    BodyReader body() {
        return input.body(head);
    }

    /// A step that may wait, on a thread of the system, whose state can be asked for.
    static final class Step<T> extends FutureTask<T> {
        final Thread thread;

        Step(Callable<T> call) {
            super(call);
            thread = new Thread(this, "step");
            thread.setDaemon(true);
            thread.start();
        }

        void awaitState(Thread.State wanted) {
            while (thread.getState() != wanted) {
                if (isDone()) {
                    throw new AssertionError("it did not wait");
                }
                Thread.onSpinWait();
            }
        }
    }

    /// Starts a step that reads, and returns when its read waits for the client.
    <T> Step<T> reading(Callable<T> call) {
        Step<T> step = new Step<>(call);
        while (!server.readerWaits()) {
            if (step.isDone()) {
                throw new AssertionError("it did not read");
            }
            Thread.onSpinWait();
        }
        return step;
    }

    /// Until all deadlines have fired that were armed before and are shorter.
    static void pass(Duration time) throws InterruptedException {
        CountDownLatch later = new CountDownLatch(1);
        try (Deadline deadline = new Deadline(later::countDown)) {
            deadline.arm(time);
            later.await();
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
        source.close();
        connection.out.close();
        connection.watch.close();
    }
}
