package io.edgeipsec.api.port;

import java.util.Locale;

/** What an operator can have done with the whole service. */
public enum ServiceAction {
    /** It negotiates again, if it was stopped. */
    START,
    /** Its SAs end, the peers are told, and nothing is negotiated until it is started. */
    STOP,
    /** Its SAs end, the peers are told, and what is missing is set up again. */
    RESTART;

    /** The action as it stands in a query. */
    public static ServiceAction of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
