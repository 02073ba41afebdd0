package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * What names an SA (linux/xfrm.h); the family stands elsewhere.
 *
 * <pre>
 * struct xfrm_id {
 *     xfrm_address_t daddr;
 *     __be32         spi;
 *     __u8           proto;
 * };                          // 24 octets, 3 of them padding
 * </pre>
 */
public record XfrmId(XfrmAddress destination, int spi, int protocol) {
    public static final int OCTETS = 24;
    public static final int ESP = 50;

    public static XfrmId read(NetlinkReader r) throws MalformedNetlinkException {
        XfrmId id = new XfrmId(XfrmAddress.read(r), r.u32be(), r.u8());
        r.skip(3);
        return id;
    }

    public void write(NetlinkWriter w) {
        destination.write(w);
        w.u32be(spi).u8(protocol).zeros(3);
    }
}
