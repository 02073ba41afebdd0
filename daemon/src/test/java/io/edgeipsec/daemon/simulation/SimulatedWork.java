package io.edgeipsec.daemon.simulation;

import io.edgeipsec.daemon.control.KernelWork;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;

/** The kernel thread of one run of the daemon: one piece of work after the other, each in time. */
final class SimulatedWork implements KernelWork {
    /** Some sessions have some pieces each; this many waiting means that they breed. */
    private static final int MOST_WAITING = 5_000;

    private final Timeline timeline;
    private final Turn process;
    private final Random random;
    private final Duration slowest;
    private long lastAt;
    private int waiting;
    private boolean closed;

    /** Runs something when the process gets to it, unless it is dead by then. */
    interface Turn {
        void run(Runnable work);
    }

    SimulatedWork(Timeline timeline, Turn process, Random random, Duration slowest) {
        this.timeline = timeline;
        this.process = process;
        this.random = random;
        this.slowest = slowest;
    }

    @Override
    public void execute(Runnable work) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        if (++waiting > MOST_WAITING) {
            timeline.fail(new Violation("bounds", MOST_WAITING + " pieces of kernel work wait"));
        }
        long delay = (long) (random.nextDouble() * slowest.toNanos());
        lastAt = Math.max(lastAt, timeline.now() + delay);
        timeline.at(
                lastAt,
                () ->
                        process.run(
                                () -> {
                                    waiting--;
                                    work.run();
                                }));
    }

    @Override
    public void executeLater(Duration delay, Runnable work) {
        timeline.after(
                delay,
                () ->
                        process.run(
                                () -> {
                                    if (!closed) {
                                        execute(work);
                                    }
                                }));
    }

    @Override
    public void close() {
        closed = true;
    }
}
