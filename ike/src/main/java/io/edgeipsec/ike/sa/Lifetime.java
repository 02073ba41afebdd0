package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.model.MonotonicTime;
import java.time.Duration;

/**
 * When an SA is to be replaced, and when it must not be used any more. The first lies 5 to 15 %
 * before the second, drawn anew each time, so that two ends with the same configuration do not
 * meet.
 */
record Lifetime(MonotonicTime rekeyAt, MonotonicTime expireAt) {
    private static final double EARLIEST = 0.85;
    private static final double SPREAD = 0.10;

    /** Hardly enough to ask and be answered. */
    private static final Duration TOO_LATE = Duration.ofSeconds(1);

    static Lifetime of(Duration lifetime, MonotonicTime now, RandomSource random) {
        double share = EARLIEST + SPREAD * random.nextFraction();
        Duration soft = Duration.ofMillis((long) ((double) lifetime.toMillis() * share));
        return new Lifetime(now.plus(soft), now.plus(lifetime));
    }

    /**
     * When to try again to replace an SA: then, or before half of the time that is left has gone.
     */
    static MonotonicTime again(MonotonicTime usual, MonotonicTime now, MonotonicTime expireAt) {
        Duration left = now.hasReached(expireAt) ? Duration.ZERO : expireAt.since(now);
        MonotonicTime latest =
                left.compareTo(TOO_LATE) < 0 ? expireAt : now.plus(left.dividedBy(2));
        return latest.isBefore(usual) ? latest : usual;
    }
}
