package io.edgeipsec.daemon.notify;

import io.edgeipsec.api.http.NotificationClient;
import io.edgeipsec.daemon.config.FileFailures;
import io.edgeipsec.daemon.status.EventPublisher;
import io.edgeipsec.daemon.store.Outbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what is in the outbox, one after the other, each until it has arrived: what waits is not
 * overtaken. Any thread may call; the work is done on a thread of its own, which never waits.
 */
public final class NotificationSender implements Outbox.Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NotificationSender.class);

    /** A signed token with many claims is a few thousand octets. */
    private static final int MAX_TOKEN_OCTETS = 16 * 1024;

    private final Outbox outbox;
    private final NotificationClient client;
    private final Optional<Path> tokenFile;
    private final Pace pace;
    private final EventPublisher events;
    private final AtomicBoolean wakePending = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(
                    1,
                    work -> {
                        Thread made = new Thread(work, "notify");
                        made.setDaemon(true);
                        return made;
                    });

    // On the thread.
    private boolean busy;
    private int failures;

    /**
     * A sender, not started yet.
     *
     * @param client closed with this
     * @param tokenFile read anew for each delivery, so that it can be replaced
     */
    public NotificationSender(
            Outbox outbox,
            NotificationClient client,
            Optional<Path> tokenFile,
            Pace pace,
            EventPublisher events) {
        this.outbox = outbox;
        this.client = client;
        this.tokenFile = tokenFile;
        this.pace = pace;
        this.events = events;
    }

    /** Starts to deliver. */
    public void start() {
        outbox.open(this);
        added();
    }

    @Override
    public void lost(String reason) {
        events.notificationLost(reason);
    }

    @Override
    public void added() {
        if (!thread.isShutdown() && wakePending.compareAndSet(false, true)) {
            thread.execute(this::next);
        }
    }

    private void next() {
        if (busy) {
            return; // whoever is busy comes back here
        }
        busy = true;
        wakePending.set(false);
        outbox.oldest()
                .whenCompleteAsync(
                        (found, failure) -> {
                            if (failure != null) {
                                retryLater("the store does not answer: " + failure.getMessage());
                            } else if (found.isEmpty()) {
                                goOn();
                            } else {
                                deliver(found.get());
                            }
                        },
                        thread);
    }

    private void deliver(Outbox.Notification notification) {
        post(notification)
                .thenCompose(posted -> outbox.delivered(notification.number()))
                .whenCompleteAsync(
                        (done, failure) -> {
                            if (failure != null) {
                                failed(notification, failure);
                                return;
                            }
                            if (failures > 0) {
                                LOG.info(
                                        "event=notify.recovered number={} waiting={}",
                                        notification.number(),
                                        notification.waiting() - 1);
                                failures = 0;
                            }
                            events.notificationDelivered();
                            wakePending.set(true);
                            goOn();
                        },
                        thread);
    }

    private CompletionStage<Boolean> post(Outbox.Notification notification) {
        try {
            return client.post(notification.json(), token(), pace.timeout());
        } catch (IOException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void failed(Outbox.Notification notification, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        retryLater(
                "notification "
                        + notification.number()
                        + " of "
                        + notification.waiting()
                        + " that wait: "
                        + cause.getMessage());
    }

    private void goOn() {
        busy = false;
        if (wakePending.get()) {
            next();
        }
    }

    private void retryLater(String reason) {
        failures++;
        Duration pause = pace.pause(failures);
        LOG.warn(
                "event=notify.failed failures={} retry_in_ms={} reason=\"{}\"",
                failures,
                pause.toMillis(),
                reason);
        var unused =
                thread.schedule(
                        () -> {
                            busy = false;
                            next();
                        },
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private Optional<String> token() throws IOException {
        if (tokenFile.isEmpty()) {
            return Optional.empty();
        }
        Path file = tokenFile.get();
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(MAX_TOKEN_OCTETS + 1);
        } catch (IOException e) {
            throw new IOException(
                    "notify.token_file " + file + " cannot be read: " + FileFailures.describe(e),
                    e);
        }
        String token = new String(octets, StandardCharsets.US_ASCII).strip();
        if (token.isEmpty()
                || octets.length > MAX_TOKEN_OCTETS
                || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IOException(
                    "notify.token_file " + file + " does not hold one token and nothing else");
        }
        return Optional.of(token);
    }

    /** Ends it; what was not delivered waits for the next start. */
    @Override
    public void close() throws IOException {
        thread.shutdownNow();
        client.close();
    }
}
