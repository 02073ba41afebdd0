package io.edgeipsec.api.http;

import io.edgeipsec.api.auth.Authentication;
import io.edgeipsec.api.auth.Caller;
import io.edgeipsec.api.event.EventJournal;
import io.edgeipsec.api.event.PublishedEvent;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events to one reader (WHATWG HTML §9.2), as fast as it takes them. What it has not
 * taken yet stays in the journal, beside the connection's own small buffer; when the journal has
 * moved past it, the connection is closed. On the connection's event loop, but for {@link #wake}.
 */
final class EventStream {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final Buffer KEEP_ALIVE = Buffer.buffer(":\n\n");

    private final Context context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final EventJournal.Reader reader;
    private final Consumer<EventStream> ended;
    private final Who who;
    private final AtomicBoolean pumpPending = new AtomicBoolean();
    private boolean over;

    /**
     * Whose stream it is.
     *
     * @param sessionToken of a login
     */
    record Who(Caller caller, @Nullable String sessionToken) {

        boolean isOf(String token) {
            return caller.authentication() == Authentication.SESSION && token.equals(sessionToken);
        }

        /** A user or principal; those of the local listeners are of another kind. */
        boolean isNamed(String name) {
            return switch (caller.authentication()) {
                case PASSWORD, SESSION, CERTIFICATE -> caller.name().equals(name);
                case UNIX_SOCKET, NONE -> false;
            };
        }
    }

    EventStream(
            Context context,
            HttpServerRequest request,
            Who who,
            EventJournal.Reader reader,
            Consumer<EventStream> ended) {
        this.context = context;
        this.request = request;
        this.response = request.response();
        this.who = who;
        this.reader = reader;
        this.ended = ended;
    }

    Who who() {
        return who;
    }

    /** Sends the head, and whatever there is. */
    void begin() {
        response.setChunked(true);
        response.putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream");
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // So that a reader that loses the connection before the first event loses no event.
        response.write(
                Buffer.buffer(
                        "retry: "
                                + Limits.RECONNECT.toMillis()
                                + "\nid: "
                                + reader.start()
                                + "\n\n"));
        response.drainHandler(drained -> wake());
        reader.onNews(this::wake);
        pump();
    }

    /** There may be something to write. Any thread. */
    private void wake() {
        if (pumpPending.compareAndSet(false, true)) {
            context.runOnContext(loop -> pump());
        }
    }

    private void pump() {
        pumpPending.set(false);
        if (over || response.writeQueueFull()) {
            return;
        }
        EventJournal.Portion portion = reader.next(Limits.EVENTS_AT_ONCE);
        if (portion instanceof EventJournal.Portion.Events events) {
            write(events);
            if (events.more()) {
                wake();
            }
        } else {
            LOG.info("event=api.event_reader_cut reason=\"it reads more slowly than events come\"");
            request.connection().close();
        }
    }

    private void write(EventJournal.Portion.Events events) {
        if (events.events().isEmpty()) {
            return;
        }
        Buffer buffer = Buffer.buffer();
        for (PublishedEvent event : events.events()) {
            buffer.appendString("id: ")
                    .appendString(event.id().toString())
                    .appendString("\nevent: ")
                    .appendString(event.type().wireName())
                    .appendString("\ndata: ")
                    .appendBytes(event.json())
                    .appendString("\n\n");
        }
        response.write(buffer);
    }

    /** A comment, by which both sides and those between them see that the connection lives. */
    void keepAlive() {
        if (!over && !response.writeQueueFull()) {
            response.write(KEEP_ALIVE);
        }
    }

    /** An orderly end, after which the reader comes back, if it may. */
    void finish() {
        if (!over) {
            response.end();
        }
    }

    /** The answer is out, or the reader gone. */
    void end() {
        over = true;
        reader.close();
        ended.accept(this);
    }
}
