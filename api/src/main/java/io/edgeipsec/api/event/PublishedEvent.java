package io.edgeipsec.api.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.resource.JsonTree;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event with its place in the order of all. Any thread. */
public final class PublishedEvent {

    private final EventId id;
    private final Instant time;
    private final ApiEvent event;

    /** Written at most once or twice, however many readers there are. */
    private volatile byte @Nullable [] json;

    PublishedEvent(EventId id, Instant time, ApiEvent event) {
        this.id = id;
        this.time = time;
        this.event = event;
    }

    public EventId id() {
        return id;
    }

    public EventType type() {
        return event.type();
    }

    ApiEvent event() {
        return event;
    }

    /** One line of JSON; the array itself, no copy. */
    public byte[] json() {
        byte[] written = json;
        if (written == null) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("id", id.toString());
            node.put("time", time.toEpochMilli());
            node.put("type", event.type().wireName());
            event.session().ifPresent(session -> node.put("session_id", session));
            event.details().accept(node);
            written = JsonTree.write(node);
            json = written;
        }
        return written;
    }
}
