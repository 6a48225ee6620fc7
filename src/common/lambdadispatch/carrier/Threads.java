// SPDX-License-Identifier: MIT
package lambdadispatch.carrier;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/// Makes every thread of the programs: here it is chosen what runs them.
public final class Threads {
    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";
    private static final String MOST = "jdk.virtualThreadScheduler.maxPoolSize";

    private Threads() {}

    /// Started with the first virtual thread, so that [Threads#carriers] can still be heard before.
    private static final class Started {
        static final Carrier[] CARRIERS = start();
        static final TimerWheel TIMERS = CARRIERS.length > 0 ? null : TimerWheel.onThreadOfItsOwn();
        static final AtomicInteger TURN = new AtomicInteger();

        private static Carrier[] start() {
            if (!CustomScheduler.isOpen()) {
                return new Carrier[0];
            }
            Carrier[] carriers = new Carrier[Math.max(1, Integer.getInteger(PARALLELISM, Runtime.getRuntime().availableProcessors()))];
            try {
                for (int i = 0; i < carriers.length; i++) {
                    carriers[i] = new Carrier(carriers.length == 1 ? "carrier" : "carrier-" + (i + 1));
                }
            } catch (IOException e) {
                throw new IllegalStateException("no selector: " + e.getMessage(), e);
            }
            return carriers;
        }

        static Carrier next() {
            return CARRIERS[Math.floorMod(TURN.getAndIncrement(), CARRIERS.length)];
        }
    }

    /// Says how many threads of the system run virtual threads; without effect after the first of those.
    public static void carriers(int count) {
        System.setProperty(PARALLELISM, Integer.toString(count));
        System.setProperty(MOST, Integer.toString(count));
    }

    /// As [#carriers], unless the command line says how many.
    public static void carriersUnlessGiven(int count) {
        if (System.getProperty(PARALLELISM) == null) {
            carriers(count);
        }
    }

    /// Whether carriers of ours run the virtual threads, and not the JDK's scheduler.
    public static boolean areOnEventLoops() {
        return CustomScheduler.isOpen();
    }

    /// A virtual thread on the carrier of the caller: for what belongs to what the caller does. From any other thread as [#spread].
    public static Thread.Builder.OfVirtual virtual(String name) {
        return (areOnEventLoops() ? carrier().builder() : Thread.ofVirtual()).name(name);
    }

    /// A virtual thread on the next carrier in turn: for what begins something that has to do with the caller no more, such as a
    /// connection.
    public static Thread.Builder.OfVirtual spread(String name) {
        return (areOnEventLoops() ? Started.next().builder() : Thread.ofVirtual()).name(name);
    }

    /// A daemon thread of the system: for what blocks where a virtual thread would hold its carrier.
    public static Thread.Builder.OfPlatform platform(String name) {
        return Thread.ofPlatform().daemon().name(name);
    }

    /// A thread that is not started, to be given to [Runtime#addShutdownHook].
    public static Thread shutdownHook(String name, Runnable task) {
        return Thread.ofPlatform().name(name).unstarted(task);
    }

    /// The caller's carrier, or the next in turn.
    static Carrier carrier() {
        Carrier current = Carrier.current();
        return current != null ? current : Started.next();
    }

    /// Where a deadline of the caller is filed.
    public static TimerWheel timers() {
        return areOnEventLoops() ? carrier().timers() : Started.TIMERS;
    }
}
