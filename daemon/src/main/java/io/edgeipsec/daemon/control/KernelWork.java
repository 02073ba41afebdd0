package io.edgeipsec.daemon.control;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/** Takes work for the kernel thread, which does it in order. Any thread. */
public interface KernelWork extends AutoCloseable {
    /**
     * Does the work soon.
     *
     * @throws RejectedExecutionException if too much is waiting, or the thread has been closed
     */
    void execute(Runnable work);

    /** Does the work then, unless the thread is closed before. */
    void executeLater(Duration delay, Runnable work);

    /** Lets the work that waits end; what was to be done later is not done. */
    @Override
    void close();
}
