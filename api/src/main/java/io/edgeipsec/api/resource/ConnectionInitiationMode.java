package io.edgeipsec.api.resource;

/** Who starts: we at once, only the peer, or we at the first packet that matches. */
public enum ConnectionInitiationMode {
    INITIATOR,
    RESPOND_ONLY,
    ON_DEMAND
}
