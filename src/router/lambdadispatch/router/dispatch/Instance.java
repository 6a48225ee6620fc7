// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// One invocation of the function, from the moment the router decides on it until the invoke has ended and its last slot is gone.
///
/// ```
///              first slot          drain: close asked, dismissed, broken
///   STARTING ------------> OPEN -----------------------------------------> DRAINING
///      |                     |                                                |
///      |  drain, invoke      |  given up, invoke ended                        |  given up, invoke ended
///      |  ended              v                                                |
///      +-----------------> CLOSED <-------------------------------------------+
/// ```
/// [Fleet] makes every one of these steps. A closed instance whose invoke still goes on (`invokeEnded` is false) stays in its pool's books,
/// since it is still paid for; it is forgotten when both are over and no slot is busy.
///
/// What is said of an instance beside its state is independent of it, and of each other: what it has been through is never taken back, by
/// no state; what it is chosen by comes and goes while it is open; and why it is to be replaced may be true for several reasons at once.
public final class Instance {
    public enum State { STARTING, OPEN, DRAINING, CLOSED }

    /// What the invoke is for; the payload says so.
    public enum Purpose {
        /// Serve, and return when idle for the grace period.
        SERVE,
        /// Serve, and stay though idle: `MinInstanceCount` holds it.
        STAY,
        /// Start the app and return: `InitOnly`.
        INIT_ONLY
    }

    /// How long its answers take, beside those of others.
    enum Pace {
        USUAL,
        /// Several times as long: others come first.
        SLOW,
        /// It is slow, and gets one request as if it were not, to see whether it still is.
        ON_TRIAL
    }

    /// What a function's time-out must allow for at the least, or every instance ends almost as soon as it has begun.
    private static final long SHORT_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Pool pool;
    private final String id;
    private final String token;
    private final byte[] tokenBytes;
    private final String publicName;
    private final Purpose purpose;

    // All below is guarded by the pool's lock. Counts are sizes of lists, never numbers kept beside them.
    volatile State state = State.STARTING;
    final SlotList free = new SlotList(Slot.State.FREE);
    final SlotList busy = new SlotList(Slot.State.BUSY);
    final long invokedNanos;
    long openedNanos;
    long heardNanos;
    long lastSlotNanos;
    long closesAtNanos = Long.MAX_VALUE;
    long rotateAtNanos = Long.MAX_VALUE;
    long closedNanos;

    // What it has been through: set once, and true in every state from then on.
    /// Exchanges that ended with an answer below 500.
    long servedWell;
    /// Did not connect within the start time-out: no longer counted on; still welcome if it does.
    boolean late;
    boolean everOpened;
    /// Has been open long enough to prove that invokes work.
    boolean settled;
    /// The router told it to go: however it ends then is no failure.
    boolean dismissed;
    /// Whatever was heard of the invoke's end. An instance may have closed before; and an open one runs on if only something on the way
    /// says so.
    boolean invokeEnded;
    /// Exchanges that it lost: a suspect's, and those of others.
    boolean brokeSuspect;
    boolean brokeOther;

    // What it is chosen by while it is open. Each has a cause of its own, and ends by itself.
    int brokenInRow;
    int unansweredInRow;
    /// No new exchange until it is heard from again: a channel broke, or a ping is overdue.
    boolean aside;
    final Rating rating = new Rating();
    /// No new exchange for a while: it answers with errors where others do not.
    boolean ejected;
    Pace pace = Pace.USUAL;
    /// How it felt last, and when; null while it has not said.
    Reading reading;
    long readNanos;
    /// Short of CPU or memory.
    boolean hot;
    boolean everRefused;
    long refusedNanos;
    /// Counts as so much fuller than it is: the others come first.
    int handicap;

    // Why it is to be replaced: a deadline (`rotateAtNanos`), and these.
    /// An operator wants a fresh one in its place.
    boolean outdated;
    /// Runs an older version of the function than others do; not any more if those go.
    boolean superseded;
    /// Its turn has come to be replaced: no longer counted on, but serves until its replacement is there. Some invokes are judged by it
    /// when they have ended.
    boolean expiring;

    private volatile Description description; // null while it has not said
    private volatile String invocation; // null while none has spoken
    int bucket = Offers.NONE;
    Instance previousInBucket;
    Instance nextInBucket;

    Instance(Pool pool, Purpose purpose, long now, RandomGenerator random) {
        this.pool = pool;
        this.purpose = purpose;
        this.invokedNanos = now;
        this.heardNanos = now;
        this.id = hex(random, 16);
        this.token = hex(random, 16);
        this.tokenBytes = token.getBytes(StandardCharsets.US_ASCII);
        this.publicName = hex(random, 3);
    }

    private static String hex(RandomGenerator random, int bytes) {
        byte[] raw = new byte[bytes];
        random.nextBytes(raw);
        return HexFormat.of().formatHex(raw);
    }

    /// 128 random bits in hex. Secret: a client or an app never sees it.
    public String id() {
        return id;
    }

    /// 128 random bits in hex; travels only in the invoke payload.
    public String token() {
        return token;
    }

    /// Compares in constant time.
    public boolean tokenIs(String presented) {
        return MessageDigest.isEqual(tokenBytes, presented.getBytes(StandardCharsets.US_ASCII));
    }

    /// Short, random, unrelated to the id: may be shown to clients and logs.
    public String publicName() {
        return publicName;
    }

    public Pool pool() {
        return pool;
    }

    public Purpose purpose() {
        return purpose;
    }

    /// When it was invoked, by the pool's clock.
    public long invokedNanos() {
        return invokedNanos;
    }

    /// What its environment is; null while it has not said.
    public Description description() {
        return description;
    }

    /// Whether that is the invocation which this instance is: the first that spoke. Lambda may hand the payload to another one, later or at
    /// the same time.
    public synchronized boolean is(String speaking) {
        if (invocation == null) {
            invocation = speaking;
        }
        return invocation.equals(speaking);
    }

    /// What its environment is, by its own word; the first counts.
    public synchronized void describes(Description said) {
        if (description == null) {
            description = said;
        }
    }

    /// A glance: may have changed by the time it is looked at.
    public State state() {
        return state;
    }

    /// By its own word it was to end soon after it had opened.
    boolean shortLived() {
        return everOpened && closesAtNanos != Long.MAX_VALUE && closesAtNanos - openedNanos < SHORT_LIFE_NANOS;
    }

    /// Channels that it has, busy or free.
    int channels() {
        return free.size() + busy.size();
    }

    /// Runs a request whose last instance died under it.
    boolean runsSuspect() {
        for (Slot slot = busy.top(); slot != null; slot = slot.next) {
            if (slot.suspect) {
                return true;
            }
        }
        return false;
    }

    /// What instances are chosen by, least first.
    int rank() {
        return busy.size() + handicap;
    }

    boolean mayTakeMore(int maxConcurrentCount) {
        return state == State.OPEN && !aside && !ejected && free.size() > 0 && busy.size() < maxConcurrentCount;
    }

    /// Counted on to serve from now on for a good while: neither late nor near its end.
    boolean countedOn() {
        return !expiring && purpose != Purpose.INIT_ONLY && (state == State.OPEN || state == State.STARTING && !late);
    }

    @Override
    public String toString() {
        return publicName;
    }
}
