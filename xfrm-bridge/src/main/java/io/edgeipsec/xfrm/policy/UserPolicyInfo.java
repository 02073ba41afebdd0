package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.LifetimeConfig;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.Selector;

/**
 * A policy without its templates, which are an attribute (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_userpolicy_info {
 *     struct xfrm_selector     sel;
 *     struct xfrm_lifetime_cfg lft;
 *     struct xfrm_lifetime_cur curlft;
 *     __u32                    priority;
 *     __u32                    index;
 *     __u8                     dir;
 *     __u8                     action;
 *     __u8                     flags;
 *     __u8                     share;
 * };                                      // 168 octets, 4 of them padding
 * </pre>
 */
public record UserPolicyInfo(
        Selector selector,
        LifetimeConfig lifetime,
        LifetimeCurrent current,
        int priority,
        int index,
        int direction,
        int action,
        int flags,
        int share) {
    public static final int OCTETS = 168;

    static final int ACTION_ALLOW = 0;
    static final int ACTION_BLOCK = 1;

    public static UserPolicyInfo read(NetlinkReader r) throws MalformedNetlinkException {
        UserPolicyInfo info =
                new UserPolicyInfo(
                        Selector.read(r),
                        LifetimeConfig.read(r),
                        LifetimeCurrent.read(r),
                        r.u32(),
                        r.u32(),
                        r.u8(),
                        r.u8(),
                        r.u8(),
                        r.u8());
        r.skip(4);
        return info;
    }

    public void write(NetlinkWriter w) {
        selector.write(w);
        lifetime.write(w);
        current.write(w);
        w.u32(priority).u32(index).u8(direction).u8(action).u8(flags).u8(share).zeros(4);
    }
}
