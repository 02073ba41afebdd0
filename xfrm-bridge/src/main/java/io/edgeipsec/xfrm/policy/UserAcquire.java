package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.state.Selector;
import io.edgeipsec.xfrm.state.XfrmAddress;
import io.edgeipsec.xfrm.state.XfrmId;

/**
 * A packet met a policy without an SA (linux/xfrm.h): outer addresses, the packet's own selector,
 * the policy, and the number that its SA should carry. The template follows as XFRMA_TMPL.
 *
 * <pre>
 * struct xfrm_user_acquire {
 *     struct xfrm_id              id;
 *     xfrm_address_t              saddr;
 *     struct xfrm_selector        sel;
 *     struct xfrm_userpolicy_info policy;
 *     __u32                       aalgos;
 *     __u32                       ealgos;
 *     __u32                       calgos;
 *     __u32                       seq;
 * };                                       // 280 octets
 * </pre>
 */
public record UserAcquire(
        XfrmId id, XfrmAddress source, Selector selector, UserPolicyInfo policy, int sequence) {
    public static final int OCTETS = 280;

    public static UserAcquire read(NetlinkReader r) throws MalformedNetlinkException {
        XfrmId id = XfrmId.read(r);
        XfrmAddress source = XfrmAddress.read(r);
        Selector selector = Selector.read(r);
        UserPolicyInfo policy = UserPolicyInfo.read(r);
        r.skip(12);
        return new UserAcquire(id, source, selector, policy, r.u32());
    }
}
