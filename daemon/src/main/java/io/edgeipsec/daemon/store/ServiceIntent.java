package io.edgeipsec.daemon.store;

import java.time.Instant;
import java.util.Optional;

/**
 * Whether the service as a whole is to run.
 *
 * @param stop there while an operator wants it stopped
 * @param restarts how often it was ordered to begin anew, ever
 */
public record ServiceIntent(Optional<Stop> stop, long restarts) {

    /** As before the first order. */
    public static final ServiceIntent RUNNING = new ServiceIntent(Optional.empty(), 0);

    /** Who wants it stopped, since when. */
    public record Stop(Instant since, String by) {}
}
