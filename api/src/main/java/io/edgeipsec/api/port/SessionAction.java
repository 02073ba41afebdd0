package io.edgeipsec.api.port;

import java.util.Locale;

/** What an operator can have done with a session. */
public enum SessionAction {
    /** Its SAs end, the peer is told, and what stood is set up again. */
    RESET,
    /** It gets new keys, without an interruption. */
    REKEY,
    /** What is missing is set up now, whoever usually starts. */
    INITIATE;

    /** As it stands in a query. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The action of this {@link #word}. */
    public static SessionAction of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
