package io.edgeipsec.xfrm.state;

/** What becomes of the inner packet's don't-fragment bit in the outer IPv4 header. */
public enum DfPolicy {
    COPY,
    /** Never set: the outer packet may be fragmented, and path MTU is not discovered. */
    CLEAR
}
