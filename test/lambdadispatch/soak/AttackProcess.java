// SPDX-License-Identifier: MIT
package lambdadispatch.soak;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/// A process of its own that runs attacks, each over and over, for so many seconds: `AttackProcess HTTP HTTPS CONTROL SECONDS [NAME…]`.
/// Prints at its end what became of the connections.
final class AttackProcess {
    /// How long an attacker waits for the router to end what it has opened, before it ends it and begins again.
    private static final long HOLD_MILLIS = 10_000;
    private static final int LOOK_MILLIS = 250;
    private static final int PAUSE_MILLIS = 200;
    /// Handshakes and connects that are under way at once, so that attackers do not only wait for each other.
    private static final int OPENING = 32;

    private static final Map<String, LongAdder> COUNTS = new ConcurrentHashMap<>();

    private final Attack attack;
    private final Attack.Target target;
    private final long endNanos;

    private AttackProcess(Attack attack, Attack.Target target, long endNanos) {
        this.attack = attack;
        this.target = target;
        this.endNanos = endNanos;
    }

    public static void main(String[] arguments) throws InterruptedException {
        Attack.Target target =
                new Attack.Target(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        long end = System.nanoTime() + Long.parseLong(arguments[3]) * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (Attack attack : Attack.values()) {
            if (arguments.length == 4 || List.of(arguments).contains(name(attack))) {
                threads.add(Thread.ofVirtual().start(new AttackProcess(attack, target, end)::run));
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        new TreeMap<>(COUNTS).forEach((what, count) -> System.out.printf("  %,12d  %s%n", count.sum(), what));
        System.exit(0);
    }

    static String name(Attack attack) {
        return attack.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void count(String what) {
        COUNTS.computeIfAbsent(name(attack) + ": " + what, _ -> new LongAdder()).increment();
    }

    private void run() {
        while (System.nanoTime() < endNanos) {
            try {
                round();
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// All connections of the attack at once, held until the router has ended them or the time is over.
    private void round() throws InterruptedException {
        Semaphore opening = new Semaphore(OPENING);
        long until = Math.min(endNanos, System.nanoTime() + HOLD_MILLIS * 1_000_000);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < attack.connections() && System.nanoTime() < until; i++) {
            opening.acquire();
            threads.add(Thread.ofVirtual().start(() -> connection(opening, until)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void connection(Semaphore opening, long until) {
        Socket socket = null;
        try {
            try {
                socket = attack.open(target);
                count("opened");
            } finally {
                opening.release();
            }
            hold(socket, until);
        } catch (IOException e) {
            count(socket == null ? "ended while it was being opened" : "reset by the router");
        } finally {
            close(socket);
        }
    }

    private void hold(Socket socket, long until) throws IOException {
        socket.setSoTimeout(LOOK_MILLIS);
        InputStream in = socket.getInputStream();
        byte[] bin = new byte[16 << 10];
        while (System.nanoTime() < until) {
            try {
                if (!attack.reads()) {
                    Thread.sleep(LOOK_MILLIS);
                } else if (in.read(bin) < 0) {
                    count("closed by the router");
                    return;
                }
            } catch (java.net.SocketTimeoutException e) {
                continue;
            } catch (InterruptedException e) {
                return;
            }
        }
        count("held to the end");
    }

    private void close(Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            count("not closed: " + e.getMessage());
        }
    }
}
