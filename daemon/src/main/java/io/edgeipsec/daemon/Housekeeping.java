package io.edgeipsec.daemon;

import io.edgeipsec.xfrm.libc.SdNotify;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Small things that are done on the clock, on a thread of their own; among them the watchdog. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(
                    1,
                    work -> {
                        Thread thread = new Thread(work, "housekeeping");
                        thread.setDaemon(true);
                        return thread;
                    });

    Housekeeping(SdNotify serviceManager) {
        serviceManager
                .watchdogInterval()
                .ifPresent(interval -> every(interval.dividedBy(2), () -> alive(serviceManager)));
    }

    void every(Duration interval, Runnable work) {
        var unused =
                executor.scheduleAtFixedRate(
                        () -> guarded(work),
                        interval.toMillis(),
                        interval.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException defect) {
            LOG.error("event=housekeeping.defect", defect);
        }
    }

    private static void alive(SdNotify serviceManager) {
        try {
            serviceManager.watchdog();
        } catch (IOException refused) {
            LOG.warn("event=watchdog.not_told reason=\"{}\"", refused.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
