package io.edgeipsec.xfrm.link;

/** RFC 2863's ifOperStatus, in the order of linux/if.h. */
public enum OperationalState {
    UNKNOWN,
    NOT_PRESENT,
    DOWN,
    LOWER_LAYER_DOWN,
    TESTING,
    DORMANT,
    UP;

    private static final OperationalState[] VALUES = values();

    static OperationalState of(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : UNKNOWN;
    }
}
