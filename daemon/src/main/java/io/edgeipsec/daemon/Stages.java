package io.edgeipsec.daemon;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for what others do, on the main thread, which may. */
final class Stages {
    private Stages() {}

    /**
     * Waits for a stage.
     *
     * @param failure how the sentence begins that says what could not be done
     */
    static <T> T await(CompletionStage<T> stage, Duration patience, String failure)
            throws IOException {
        try {
            return stage.toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(failure + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException(
                    failure + ": nothing happened for " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(failure + ": interrupted", e);
        }
    }
}
