package io.edgeipsec.api.http;

/** What is known of a caller from where it called. */
enum Listener {
    UNIX_SOCKET("unix-socket"),
    DEVELOPMENT("development-listener");

    private final String user;

    Listener(String user) {
        this.user = user;
    }

    /** Who asks, as long as there are no logins. */
    String user() {
        return user;
    }
}
