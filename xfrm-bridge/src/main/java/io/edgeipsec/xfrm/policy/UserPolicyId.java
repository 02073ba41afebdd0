package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.Selector;

/**
 * Names a policy in GETPOLICY and DELPOLICY, by selector if the index is 0 (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_userpolicy_id {
 *     struct xfrm_selector sel;
 *     __u32                index;
 *     __u8                 dir;
 * };                                // 64 octets, 3 of them padding
 * </pre>
 */
public record UserPolicyId(Selector selector, int index, int direction) {
    public static final int OCTETS = 64;

    public void write(NetlinkWriter w) {
        selector.write(w);
        w.u32(index).u8(direction).zeros(3);
    }
}
