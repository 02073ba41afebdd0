package io.edgeipsec.daemon.notify;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How patiently a receiver is asked again.
 *
 * @param timeout for one delivery, from the connection to the end of the answer
 * @param first pause after the first failure in a row; each next one is twice as long
 * @param longest pause
 */
public record Pace(Duration timeout, Duration first, Duration longest) {

    /** A receiver that restarts is asked soon, one that is away for hours once a minute. */
    public static final Pace NORMAL =
            new Pace(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofMinutes(1));

    private static final int MAX_DOUBLINGS = 20;

    /** The pause after so many failures in a row, half of it by chance: many daemons may wait. */
    public Duration pause(int failures) {
        long longestMillis = longest.toMillis();
        long millis =
                Math.min(
                        longestMillis,
                        first.toMillis() << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}
