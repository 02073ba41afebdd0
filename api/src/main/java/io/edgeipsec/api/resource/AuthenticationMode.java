package io.edgeipsec.api.resource;

/** How the peers prove who they are (RFC 7296 §2.15). */
public enum AuthenticationMode {
    PSK,
    CERTIFICATE
}
