package io.edgeipsec.daemon.control;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that talks to the kernel, and owns everything that says what is in it. Any thread
 * may hand it work, which it does in order.
 */
final class KernelThread implements KernelWork {
    private static final Logger LOG = LoggerFactory.getLogger(KernelThread.class);

    /**
     * A start with 10,000 sessions queues some 30,000 steps, and authenticated peers add an SPI and
     * an SA each. Beyond that something is broken, and refusing keeps memory bounded.
     */
    private static final int QUEUE_LIMIT = 200_000;

    private static final long STOP_SECONDS = 30;

    private final ScheduledThreadPoolExecutor executor;

    KernelThread() {
        executor = new ScheduledThreadPoolExecutor(1, work -> new Thread(work, "kernel"));
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void execute(Runnable work) {
        if (executor.getQueue().size() > QUEUE_LIMIT) {
            throw new RejectedExecutionException(QUEUE_LIMIT + " kernel requests wait already");
        }
        executor.execute(() -> run(work));
    }

    @Override
    public void executeLater(Duration delay, Runnable work) {
        try {
            var unused =
                    executor.schedule(() -> run(work), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("event=kernel.too_late delay_ms={}", delay.toMillis());
        }
    }

    /** A defect in one piece of work must not end the thread that all others need. */
    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException defect) {
            LOG.error("event=kernel.defect", defect);
        }
    }

    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=kernel.close_slow waiting={}", executor.getQueue().size());
                executor.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
