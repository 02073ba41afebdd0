package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;

/** Which packets a policy looks at; in the kernel's order. A tunnel gateway needs all three. */
public enum PolicyDirection {
    /** Packets to this host. */
    IN(0),
    OUT(1),
    /** Packets that this host forwards, after they came in; same selectors as IN. */
    FORWARD(2);

    private static final PolicyDirection[] VALUES = values();

    private final int code;

    PolicyDirection(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Whether a policy belongs to one socket: the same directions behind XFRM_POLICY_MAX. */
    static boolean isOfSocket(int code) {
        return code >= VALUES.length && code < 2 * VALUES.length;
    }

    public static PolicyDirection of(int code) throws MalformedNetlinkException {
        if (code < 0 || code >= VALUES.length) {
            throw new MalformedNetlinkException("policy direction " + code);
        }
        return VALUES[code];
    }
}
