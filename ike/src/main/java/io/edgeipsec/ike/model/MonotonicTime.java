package io.edgeipsec.ike.model;

import java.time.Duration;

/** A point on a clock that never steps back; only differences mean anything. */
public record MonotonicTime(long nanos) implements Comparable<MonotonicTime> {
    public MonotonicTime plus(Duration duration) {
        return new MonotonicTime(nanos + duration.toNanos());
    }

    public Duration since(MonotonicTime earlier) {
        return Duration.ofNanos(nanos - earlier.nanos);
    }

    public boolean isBefore(MonotonicTime other) {
        return compareTo(other) < 0;
    }

    /** Whether a deadline at {@code deadline} has come. */
    public boolean hasReached(MonotonicTime deadline) {
        return compareTo(deadline) >= 0;
    }

    @Override
    public int compareTo(MonotonicTime other) {
        return Long.compare(nanos - other.nanos, 0);
    }
}
