package io.edgeipsec.daemon.control;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The kernel thread on the test's own thread and on a clock that the test moves. Work runs at once,
 * or after what is running; a defect in it fails the test.
 */
final class VirtualWork implements KernelWork {
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(Comparator.comparing(Later::due).thenComparingLong(Later::serial));
    private Duration now = Duration.ZERO;
    private long serial;
    private boolean running;
    private boolean closed;
    private @Nullable Throwable defect;

    private record Later(Duration due, long serial, Runnable work) {}

    @Override
    public void execute(Runnable work) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        waiting.add(work);
        if (!running) {
            running = true;
            try {
                while (!waiting.isEmpty()) {
                    waiting.remove().run();
                }
            } catch (RuntimeException | Error e) {
                defect = defect == null ? e : defect;
                throw e;
            } finally {
                running = false;
                waiting.clear();
            }
        }
    }

    @Override
    public void executeLater(Duration delay, Runnable work) {
        later.add(new Later(now.plus(delay), serial++, work));
    }

    /** Lets time pass, and does what comes due. */
    void advance(Duration time) {
        Duration end = now.plus(time);
        while (!later.isEmpty() && later.element().due().compareTo(end) <= 0) {
            Later next = later.remove();
            now = next.due();
            execute(next.work());
        }
        now = end;
    }

    /** Whoever gave us the work may have swallowed what became of it. */
    void checkDefect() {
        if (defect != null) {
            throw new AssertionError("the kernel thread failed", defect);
        }
    }

    /** How much is to be done within this time. */
    long dueWithin(Duration time) {
        return later.stream().filter(l -> l.due().compareTo(now.plus(time)) <= 0).count();
    }

    @Override
    public void close() {
        closed = true;
        later.clear();
    }
}
