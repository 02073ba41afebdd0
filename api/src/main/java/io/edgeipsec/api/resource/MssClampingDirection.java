package io.edgeipsec.api.resource;

/** Which TCP connections have their MSS clamped, seen from the tunnel. */
public enum MssClampingDirection {
    NONE,
    INBOUND_CONNECTION,
    OUTBOUND_CONNECTION,
    BOTH
}
