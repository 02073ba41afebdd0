package io.edgeipsec.api.resource;

/** State of a session's IKE SA. */
public enum IkeSessionState {
    UP,
    DOWN,
    NEGOTIATING
}
