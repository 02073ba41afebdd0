package io.edgeipsec.xfrm.link;

/** The two kinds of interface that a route-based tunnel can have. */
public enum TunnelKind {
    /** Looks packets up by outer addresses and a mark: {@code vti}, over IPv6 {@code vti6}. */
    VTI,
    /**
     * Looks packets up by an interface id, whatever the addresses: kind {@code xfrm}, Linux 4.19.
     */
    XFRM_INTERFACE
}
