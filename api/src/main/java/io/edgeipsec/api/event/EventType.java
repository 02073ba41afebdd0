package io.edgeipsec.api.event;

import java.util.Locale;

/** What an event is about; the document has a schema for each. */
public enum EventType {
    SESSION,
    IKE_SA,
    CHILD_SA,
    MULTI_PATH_GROUP,
    CONFIG,
    ALARM,
    /** Made for one reader, who has missed some. */
    GAP;

    /** The name in the API. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type with this name, which there must be. */
    public static EventType ofWireName(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}
