package io.edgeipsec.api.auth;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Counts failed logins, and says who has to wait. Any thread.
 *
 * <p>What is locked is a user from one source, and a source for all users, never a user as such:
 * else anybody could keep an administrator out from anywhere, for ever. Guesses of one user's
 * password from very many sources are bounded otherwise: once there were {@link
 * #MAX_USER_FAILURES}, the user's password counts only from sources where it was right before.
 */
final class LockOuts {

    /** Users whom one source may get wrong, as a multiple of the failures of one user. */
    private static final int SOURCE_FACTOR = 4;

    static final int MAX_USER_FAILURES = 100;

    /**
     * What is remembered of failures, some 100 octets each. A source makes at most {@code 2 *
     * SOURCE_FACTOR * maxFailures} entries before it is locked, so it takes a hundred of them to
     * push one out.
     */
    private static final int MAX_ENTRIES = 4096;

    /** Pairs of a user and a source where the password was right. */
    private static final int MAX_FAMILIAR = 1024;

    private final int maxFailures;
    private final long resetNanos;
    private final long lockoutNanos;
    private final LongSupplier nanoClock;
    private final Map<String, Failures> failures = bounded(MAX_ENTRIES);
    private final Map<String, Boolean> familiar = bounded(MAX_FAMILIAR);

    private static final class Failures {
        private int count;
        private long since;
        private long lockedAt;
        private boolean locked;
    }

    LockOuts(AuthSettings settings, LongSupplier nanoClock) {
        this.maxFailures = settings.maxFailures();
        this.resetNanos = settings.failureReset().toNanos();
        this.lockoutNanos = settings.lockout().toNanos();
        this.nanoClock = nanoClock;
    }

    /** The one that was used longest ago makes room. */
    private static <V> Map<String, V> bounded(int max) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > max;
            }
        };
    }

    /** How long this user has to wait here, if so. */
    synchronized Optional<Duration> lockedFor(String user, Source source) {
        String pair = pair(user, source);
        long wait = Math.max(remaining(pair), remaining(source.key()));
        if (wait == 0 && !familiar.containsKey(pair)) {
            wait = remaining("user " + user);
        }
        return wait == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(wait));
    }

    synchronized void failed(String user, Source source) {
        count(pair(user, source), maxFailures);
        count(source.key(), SOURCE_FACTOR * maxFailures);
        count("user " + user, MAX_USER_FAILURES);
    }

    /** Tells whether it is the first time that the password was right from there. */
    synchronized boolean succeeded(String user, Source source) {
        failures.remove(pair(user, source));
        return familiar.put(pair(user, source), true) == null;
    }

    private static String pair(String user, Source source) {
        return source.key() + " " + user;
    }

    private void count(String key, int max) {
        long now = nanoClock.getAsLong();
        Failures entry = failures.computeIfAbsent(key, added -> new Failures());
        if (entry.count == 0 || now - entry.since > resetNanos) {
            entry.count = 0;
            entry.since = now;
        }
        entry.count++;
        if (entry.count >= max) {
            entry.locked = true;
            entry.lockedAt = now;
        }
    }

    private long remaining(String key) {
        Failures entry = failures.get(key);
        if (entry == null || !entry.locked) {
            return 0;
        }
        long remaining = lockoutNanos - (nanoClock.getAsLong() - entry.lockedAt);
        if (remaining <= 0) {
            failures.remove(key);
            return 0;
        }
        return remaining;
    }
}
