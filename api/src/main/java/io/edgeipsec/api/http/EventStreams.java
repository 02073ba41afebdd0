package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.Logouts;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.event.EventSelection;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All streams of events. There is one timer, and only while there are streams. The server has one
 * event loop, on which everything is called that does not say otherwise.
 */
final class EventStreams implements Logouts {

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final EventJournal journal;
    private final Context context;
    private final Set<EventStream> open = new HashSet<>();
    private long timer = NO_TIMER;
    private boolean closed;

    EventStreams(Vertx vertx, EventJournal journal) {
        this.vertx = vertx;
        this.journal = journal;
        this.context = vertx.getOrCreateContext();
    }

    /** Starts to answer a request with events; empty if there are too many who read them. */
    Optional<EventStream> open(
            HttpServerRequest request, EventStream.Who who, EventSelection selection) {
        if (closed) {
            return Optional.empty();
        }
        Optional<EventStream> stream =
                journal.read(selection)
                        .map(
                                reader ->
                                        new EventStream(
                                                vertx.getOrCreateContext(),
                                                request,
                                                who,
                                                reader,
                                                open::remove));
        stream.ifPresent(
                started -> {
                    open.add(started);
                    if (timer == NO_TIMER) {
                        timer =
                                vertx.setPeriodic(
                                        Limits.KEEP_ALIVE.toMillis(), tick -> keepAlive());
                    }
                    started.begin();
                });
        return stream;
    }

    private void keepAlive() {
        List.copyOf(open).forEach(EventStream::keepAlive);
        if (open.isEmpty()) {
            vertx.cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    @Override
    public void loginEnded(String sessionToken) {
        end(stream -> stream.who().isOf(sessionToken));
    }

    @Override
    public void callerChanged(String name) {
        end(stream -> stream.who().isNamed(name));
    }

    /** Any thread. */
    private void end(Predicate<EventStream> which) {
        context.runOnContext(
                loop -> List.copyOf(open).stream().filter(which).forEach(EventStream::finish));
    }

    /** Ends every stream, and begins no more. Any thread. */
    void close() {
        context.runOnContext(
                loop -> {
                    closed = true;
                    List.copyOf(open).forEach(EventStream::finish);
                });
    }
}
