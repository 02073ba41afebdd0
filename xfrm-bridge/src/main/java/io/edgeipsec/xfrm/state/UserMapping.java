package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;

/**
 * A peer's ESP in UDP came from another address or port than the SA says (linux/xfrm.h). The id's
 * destination is ours, the addresses and ports are the peer's.
 *
 * <pre>
 * struct xfrm_user_mapping {
 *     struct xfrm_usersa_id id;
 *     __u32                 reqid;
 *     xfrm_address_t        old_saddr;
 *     xfrm_address_t        new_saddr;
 *     __be16                old_sport;
 *     __be16                new_sport;
 * };                                   // 64 octets
 * </pre>
 */
public record UserMapping(
        UserSaId id,
        int reqid,
        XfrmAddress oldAddress,
        XfrmAddress newAddress,
        int oldPort,
        int newPort) {
    public static final int OCTETS = 64;

    public static UserMapping read(NetlinkReader r) throws MalformedNetlinkException {
        return new UserMapping(
                UserSaId.read(r),
                r.u32(),
                XfrmAddress.read(r),
                XfrmAddress.read(r),
                r.u16be(),
                r.u16be());
    }
}
