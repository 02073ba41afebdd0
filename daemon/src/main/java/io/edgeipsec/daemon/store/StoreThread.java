package io.edgeipsec.daemon.store;

import io.edgeipsec.api.port.StoreBusyException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that uses the connection; each piece of work is a transaction. */
final class StoreThread {

    private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);

    /**
     * More than the API lets in at once, so that it is the API which refuses; each waiting piece
     * holds a request at most.
     */
    private static final int MAX_WAITING = 1024;

    private static final int STOP_SECONDS = 30;

    private final Connection connection;
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(MAX_WAITING),
                    work -> {
                        // A process that ends without closing the store loses nothing by it.
                        Thread thread = new Thread(work, "store");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** Work inside a transaction. */
    @FunctionalInterface
    interface Work<T> {
        /** Its result, and whether what it did is to stay. */
        Result<T> run() throws SQLException;
    }

    /**
     * What work gives.
     *
     * @param afterCommit runs once the change is durable, before anyone learns the value
     */
    record Result<T>(T value, boolean commit, Runnable afterCommit) {

        static <T> Result<T> changed(T value, Runnable afterCommit) {
            return new Result<>(value, true, afterCommit);
        }

        static <T> Result<T> unchanged(T value) {
            return new Result<>(value, false, () -> {});
        }
    }

    /** The connection must be out of auto-commit mode; this takes it over. */
    StoreThread(Connection connection) {
        this.connection = connection;
    }

    <T> CompletionStage<T> submit(Work<T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        try {
            executor.execute(() -> run(work, future));
        } catch (RejectedExecutionException e) {
            future.completeExceptionally(
                    executor.isShutdown()
                            ? new IllegalStateException("the store is closed", e)
                            : new StoreBusyException(MAX_WAITING));
        }
        return future;
    }

    private <T> void run(Work<T> work, CompletableFuture<T> future) {
        Result<T> result;
        try {
            if (broken.isDone()) {
                throw new SQLException("the store is out of order since an earlier failure");
            }
            result = work.run();
            if (result.commit()) {
                connection.commit();
            } else {
                connection.rollback();
            }
        } catch (SQLException | RuntimeException | Error e) {
            rollBackAfter(e);
            future.completeExceptionally(e);
            return;
        }
        try {
            result.afterCommit().run();
        } catch (RuntimeException e) {
            // The change is durable all the same, and its caller must learn that.
            LOG.error("event=store.listener_failed", e);
        }
        future.complete(result.value());
    }

    private void rollBackAfter(Throwable failure) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
            LOG.error("event=store.broken", failure);
            broken.complete(failure);
        }
    }

    /** Completes when the store cannot go on, and the process should not. */
    CompletionStage<Throwable> broken() {
        return broken.minimalCompletionStage();
    }

    /** Lets the work that was submitted end, then closes the connection. */
    void close() throws SQLException {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("event=store.close_slow waiting={}", executor.getQueue().size());
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
    }
}
