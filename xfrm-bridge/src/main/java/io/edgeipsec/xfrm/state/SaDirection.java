package io.edgeipsec.xfrm.state;

/** Inbound SAs have our address as destination, outbound ones the peer's. */
public enum SaDirection {
    IN,
    OUT
}
