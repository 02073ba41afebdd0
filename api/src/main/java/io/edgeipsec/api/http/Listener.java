package io.edgeipsec.api.http;

/** Where a request came in. */
enum Listener {
    /** Who may connect is an administrator: the file's mode decides. */
    UNIX_SOCKET,
    /** Callers show who they are. */
    HTTPS,
    /** Nobody is asked anything. */
    DEVELOPMENT
}
