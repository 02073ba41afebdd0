package io.edgeipsec.daemon.simulation;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The one clock of a simulation and what is to happen on it, in an order that only it decides. */
final class Timeline {
    /** Far more than any world has under way; beyond it something breeds. */
    private static final int MOST_WAITING = 100_000;

    private final PriorityQueue<Due> waiting =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::serial));
    private long now;
    private long serial;
    private long happened;
    private @Nullable Violation failure;

    private record Due(long at, long serial, Runnable work) {}

    /** Nanoseconds since the world began. */
    long now() {
        return now;
    }

    /** How many events have been. */
    long happened() {
        return happened;
    }

    void after(Duration delay, Runnable work) {
        at(now + delay.toNanos(), work);
    }

    void at(long nanos, Runnable work) {
        if (waiting.size() >= MOST_WAITING) {
            throw new Violation("bounds", MOST_WAITING + " events wait");
        }
        waiting.add(new Due(Math.max(nanos, now), serial++, work));
    }

    /** Ends the world after what is happening, whoever catches what is thrown there. */
    void fail(Violation violation) {
        failure = failure == null ? violation : failure;
    }

    /** Lets the world go on for this long. */
    void pass(Duration time) {
        long end = now + time.toNanos();
        while (!waiting.isEmpty() && waiting.element().at() <= end) {
            Due next = waiting.remove();
            now = next.at();
            happened++;
            next.work().run();
            if (failure != null) {
                throw failure;
            }
        }
        now = end;
    }
}
