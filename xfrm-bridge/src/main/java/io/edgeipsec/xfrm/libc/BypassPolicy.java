package io.edgeipsec.xfrm.libc;

import java.nio.ByteBuffer;

/**
 * The policy of a socket that lets its packets pass as they are: a struct xfrm_userpolicy_info
 * (linux/xfrm.h) with an empty selector, no limits, no template. Which fields those are stands in
 * {@code xfrm.policy}, which this package does not import; a test compares the two.
 */
final class BypassPolicy {
    static final int IN = 0;
    static final int OUT = 1;

    private static final int OCTETS = 168;
    private static final int SELECTOR_FAMILY = 40;
    private static final int LIFETIME_LIMITS = 56;
    private static final int DIRECTION = 160;

    private BypassPolicy() {}

    static NativeMemory of(boolean ipv6, int direction) {
        NativeMemory policy = new NativeMemory(OCTETS);
        ByteBuffer b = policy.bytes();
        b.putShort(SELECTOR_FAMILY, (short) (ipv6 ? LibC.AF_INET6 : LibC.AF_INET));
        for (int i = 0; i < 4; i++) {
            b.putLong(LIFETIME_LIMITS + 8 * i, -1L); // XFRM_INF octets and packets, soft and hard
        }
        b.put(DIRECTION, (byte) direction); // the action after it is 0, allow
        return policy;
    }
}
