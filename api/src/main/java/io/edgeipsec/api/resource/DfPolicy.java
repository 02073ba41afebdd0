package io.edgeipsec.api.resource;

/** What becomes of the inner packet's DF bit in the outer header. */
public enum DfPolicy {
    COPY,
    CLEAR
}
