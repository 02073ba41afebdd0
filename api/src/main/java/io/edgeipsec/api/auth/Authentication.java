package io.edgeipsec.api.auth;

/** How a caller showed who it is. */
public enum Authentication {
    /** The kernel said whose process is at the other end of the unix socket. */
    UNIX_SOCKET,
    /** User and password with the request. */
    PASSWORD,
    /** The cookie and token of an earlier login. */
    SESSION,
    /** The client certificate of the TLS connection. */
    CERTIFICATE,
    /** Not at all: the development listener asks nobody, and a login is not authenticated yet. */
    NONE
}
