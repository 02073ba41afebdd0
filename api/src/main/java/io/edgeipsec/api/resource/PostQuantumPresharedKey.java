package io.edgeipsec.api.resource;

/**
 * A post-quantum pre-shared key (RFC 8784), our extension of the contract, without the key itself;
 * that travels as {@link io.edgeipsec.api.port.PresharedKey} beside the session.
 *
 * @param id by which the peer knows the key too, 1 to 64 printable ASCII characters
 * @param required whether a peer that does not have it is refused
 */
public record PostQuantumPresharedKey(String id, boolean required) {}
