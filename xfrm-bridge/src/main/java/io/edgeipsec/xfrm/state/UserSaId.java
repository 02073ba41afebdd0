package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * Names an SA in GETSA and DELSA (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_usersa_id {
 *     xfrm_address_t daddr;
 *     __be32         spi;
 *     __u16          family;
 *     __u8           proto;
 * };                           // 24 octets, 1 of them padding
 * </pre>
 */
public record UserSaId(XfrmAddress destination, int spi, int family, int protocol) {
    public static final int OCTETS = 24;

    public static UserSaId read(NetlinkReader r) throws MalformedNetlinkException {
        UserSaId id = new UserSaId(XfrmAddress.read(r), r.u32be(), r.u16(), r.u8());
        r.skip(1);
        return id;
    }

    public void write(NetlinkWriter w) {
        destination.write(w);
        w.u32be(spi).u16(family).u8(protocol).zeros(1);
    }
}
