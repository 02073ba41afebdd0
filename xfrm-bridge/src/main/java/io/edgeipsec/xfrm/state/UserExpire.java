package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;

/**
 * An SA reached a limit: soft (it still works) or hard (it is gone) (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_user_expire {
 *     struct xfrm_usersa_info state;
 *     __u8                    hard;
 * };                                 // 232 octets, 7 of them padding
 * </pre>
 */
public record UserExpire(UserSaInfo state, boolean hard) {
    public static final int OCTETS = 232;

    public static UserExpire read(NetlinkReader r) throws MalformedNetlinkException {
        UserExpire e = new UserExpire(UserSaInfo.read(r), r.u8() != 0);
        r.skip(7);
        return e;
    }
}
