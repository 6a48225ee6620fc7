// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import lambdadispatch.aws.Credentials;
import lambdadispatch.base.Clock;
import lambdadispatch.base.log.Log;
import lambdadispatch.carrier.Threads;

/// The credentials in use. They are replaced in the background well before they expire, by one thread at a time; if that fails, those in
/// hand are used as long as they work. Only when there are none does a caller wait.
public final class CredentialCache implements AutoCloseable {
    private static final Log LOG = Log.of("credentials");
    /// Requests signed with them must still arrive in time.
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final Duration EARLIEST = Duration.ofMinutes(15);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(15);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final CredentialSource source;
    private final Clock clock;
    private final ReentrantLock asking = new ReentrantLock();
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private volatile Issued held; // null before the first ones
    private volatile Instant refreshAt = Instant.MIN;
    private volatile int attempts;
    private CredentialsException lastFailure; // of the last attempt, null if it worked; guarded by asking
    private int failuresInRow; // guarded by asking

    CredentialCache(CredentialSource source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /// Credentials that work, as far as can be known. Blocks only when there are none yet or any more.
    public Credentials get() throws CredentialsException {
        int before = attempts; // first: who reads the number after an attempt also reads what it set
        Issued now = held;
        if (usable(now)) {
            if (!clock.now().isBefore(refreshAt)) {
                refreshInBackground(before);
            }
            return now.credentials();
        }
        return askNow(before).credentials();
    }

    /// When they are asked for anew, if anybody wants them then.
    Instant refreshAt() {
        return refreshAt;
    }

    private boolean usable(Issued issued) {
        return issued != null && (!issued.temporary() || clock.now().plus(MARGIN).isBefore(issued.expires()));
    }

    /// Starts asking, so that the first invoke need not wait.
    public void prepare() {
        int before = attempts;
        if (held == null) {
            refreshInBackground(before);
        }
    }

    /// AWS does not accept these any more: they are forgotten, unless they have been replaced already. Returns whether others can be had.
    public boolean reject(Credentials refused) {
        asking.lock();
        try {
            if (held == null || !held.credentials().equals(refused)) {
                return true;
            }
            if (held.temporary()) {
                LOG.warn("credentials are refused before their time", "source", source.name());
                held = null;
            }
            return held == null;
        } finally {
            asking.unlock();
        }
    }

    /// @param before as for [#askNow(int)]: read before what made the caller think that it is time, or that may be out of date by now
    private void refreshInBackground(int before) {
        if (refreshing.compareAndSet(false, true)) {
            Threads.virtual("credentials").start(() -> {
                try {
                    askNow(before);
                } catch (CredentialsException e) {
                    LOG.debug("not refreshed", "why", e.getMessage()); // logged where it happened; those in hand still work
                } finally {
                    refreshing.set(false);
                }
            });
        }
    }

    /// @param before the number of attempts that the caller knew of: if another ended meanwhile, its outcome is the caller's too
    private Issued askNow(int before) throws CredentialsException {
        asking.lock();
        try {
            if (attempts == before) {
                ask();
            }
            if (usable(held)) {
                return held;
            }
            throw lastFailure != null ? lastFailure
                    : CredentialsException.passing(source.name() + " gave credentials that have expired", null);
        } finally {
            asking.unlock();
        }
    }

    private void ask() {
        long start = clock.nanoTime();
        try {
            Issued issued = source.issue();
            held = issued;
            lastFailure = null;
            failuresInRow = 0;
            refreshAt = issued.temporary() ? early(issued.expires()) : Instant.MAX;
            LOG.info("obtained", "source", source.name(), "expires", issued.temporary() ? issued.expires() : "never",
                    "ms", (clock.nanoTime() - start) / 1_000_000);
        } catch (CredentialsException e) {
            failed(e);
        } catch (RuntimeException e) {
            failed(CredentialsException.passing(source.name() + ": " + e, e));
        } finally {
            attempts++;
        }
    }

    private void failed(CredentialsException why) {
        lastFailure = why;
        failuresInRow++;
        long pause = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(10, failuresInRow - 1));
        refreshAt = clock.now().plusMillis((long) (pause * jitter()));
        LOG.warn("no new credentials", "source", source.name(), "why", why.getMessage(), "inHand",
                usable(held) ? "until " + held.expires() : "none");
    }

    /// A quarter of an hour before the end, or a third of their life if that is less, and a bit earlier by chance: not all routers at once.
    private Instant early(Instant expires) {
        Duration life = Duration.between(clock.now(), expires);
        if (life.isNegative()) {
            return clock.now();
        }
        Duration third = life.dividedBy(3);
        long before = Math.min(EARLIEST.toMillis(), third.toMillis());
        return expires.minusMillis((long) (before * (0.75 + jitter() / 2)));
    }

    private static double jitter() {
        return 0.5 + ThreadLocalRandom.current().nextDouble();
    }

    @Override
    public void close() {
        source.close();
    }
}
