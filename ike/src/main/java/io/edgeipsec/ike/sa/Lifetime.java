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

    static Lifetime of(Duration lifetime, MonotonicTime now, RandomSource random) {
        double share = EARLIEST + SPREAD * random.nextFraction();
        Duration soft = Duration.ofMillis((long) ((double) lifetime.toMillis() * share));
        return new Lifetime(now.plus(soft), now.plus(lifetime));
    }
}
