package io.edgeipsec.daemon.store;

/** The kinds of secrets that a session shares with its peer; one table of sealed ones for each. */
enum SessionSecret {
    /** What both sides authenticate with. */
    PSK("sealed_key", "psk", "the stored key", "psk"),
    /** The post-quantum pre-shared key (RFC 8784). */
    PPK("sealed_ppk", "ppk", "the stored ppk", "ppk.key");

    private final String table;
    private final String use;
    private final String noun;
    private final String field;

    SessionSecret(String table, String use, String noun, String field) {
        this.table = table;
        this.use = use;
        this.noun = noun;
        this.field = field;
    }

    String table() {
        return table;
    }

    /** What a sealed one is bound to, so that it opens nowhere else. */
    String use(String sessionId) {
        return use + " " + sessionId;
    }

    /** For sentences. */
    String noun() {
        return noun;
    }

    /** In the API. */
    String field() {
        return field;
    }
}
