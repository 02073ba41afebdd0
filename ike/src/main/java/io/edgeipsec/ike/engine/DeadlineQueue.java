package io.edgeipsec.ike.engine;

import io.edgeipsec.ike.model.MonotonicTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * When each target wants to be called. A deadline that moves back leaves its entry where it is: the
 * target is called early, finds nothing to do, and is entered anew. So a datagram, which moves
 * deadlines back, costs nothing here, and a call costs the logarithm of the number of targets.
 * Entries that lead to nothing keep no more targets in memory than there are others.
 */
final class DeadlineQueue<T> {
    /** Too few entries to look through. */
    private static final int SMALL = 64;

    private record Entry<T>(T target, MonotonicTime at) {}

    private final PriorityQueue<Entry<T>> queue =
            new PriorityQueue<>(Comparator.comparing(Entry<T>::at));
    private final Map<T, MonotonicTime> earliest = new HashMap<>();

    /** Calls the target at {@code at}, or before. */
    void schedule(T target, MonotonicTime at) {
        MonotonicTime scheduled = earliest.get(target);
        if (scheduled == null || at.isBefore(scheduled)) {
            earliest.put(target, at);
            queue.add(new Entry<>(target, at));
            tidy();
        }
    }

    /** Forgets a target; entries of it that are left lead to nothing. */
    void remove(T target) {
        earliest.remove(target);
        tidy();
    }

    private void tidy() {
        if (queue.size() > SMALL + 2 * earliest.size()) {
            queue.clear();
            earliest.forEach((target, at) -> queue.add(new Entry<>(target, at)));
        }
    }

    /** The next call, or before it. */
    Optional<MonotonicTime> next() {
        return Optional.ofNullable(queue.peek()).map(Entry::at);
    }

    /** Takes one target whose time has come; it is not scheduled any more. */
    Optional<T> takeReached(MonotonicTime now) {
        Entry<T> entry = queue.peek();
        while (entry != null && now.hasReached(entry.at())) {
            queue.remove();
            if (entry.at().equals(earliest.get(entry.target()))) {
                earliest.remove(entry.target());
                return Optional.of(entry.target());
            }
            entry = queue.peek();
        }
        return Optional.empty();
    }
}
