package io.edgeipsec.ike.model;

/** Who starts the tunnel; each mode also answers. */
public enum InitiationMode {
    /** We start, and try again for ever. */
    INITIATOR,
    /** We never start. */
    RESPOND_ONLY,
    /** We start when the kernel reports a packet that needs the tunnel. */
    ON_DEMAND
}
