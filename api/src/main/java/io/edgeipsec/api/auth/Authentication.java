package io.edgeipsec.api.auth;

/** How a caller showed who it is. */
public enum Authentication {
    /** The kernel said whose process is at the other end of the unix socket. */
    UNIX_SOCKET,
    /** Not at all: the development listener asks nobody. */
    NONE
}
