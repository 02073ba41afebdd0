package io.edgeipsec.api.event;

import java.util.Optional;
import java.util.Set;

/**
 * Which events a reader wants.
 *
 * @param types empty for all
 * @param session those of one session; all without it
 * @param after the id of the last event that the reader has seen, as it sent it; without it, events
 *     from now on
 */
public record EventSelection(
        Set<EventType> types, Optional<String> session, Optional<String> after) {

    public EventSelection {
        types = Set.copyOf(types);
    }

    boolean wants(ApiEvent event) {
        return (types.isEmpty() || types.contains(event.type()))
                && (session.isEmpty() || session.equals(event.session()));
    }
}
