package io.edgeipsec.xfrm.policy;

/** What becomes of a packet that a policy selects. */
public enum PolicyAction {
    /** It leaves by an SA of the template, or came by one; without such an SA it does not pass. */
    PROTECT,
    /** It passes as it is. */
    BYPASS,
    /** It is dropped. */
    BLOCK
}
