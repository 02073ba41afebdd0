package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * UDP encapsulation of an SA, RFC 3948, XFRMA_ENCAP (linux/xfrm.h). The ports are those of the SA's
 * packets: on an inbound SA the source port is the peer's. {@code oa} matters only in transport
 * mode.
 *
 * <pre>
 * struct xfrm_encap_tmpl {
 *     __u16          encap_type;
 *     __be16         encap_sport;
 *     __be16         encap_dport;
 *     xfrm_address_t encap_oa;
 * };                              // 24 octets
 * </pre>
 */
public record EncapTemplate(int type, int sourcePort, int destinationPort) {
    public static final int OCTETS = 24;
    public static final int ESPINUDP = 2;

    public static EncapTemplate read(NetlinkReader r) throws MalformedNetlinkException {
        EncapTemplate t = new EncapTemplate(r.u16(), r.u16be(), r.u16be());
        r.skip(2 + XfrmAddress.OCTETS);
        return t;
    }

    public void write(NetlinkWriter w) {
        w.u16(type).u16be(sourcePort).u16be(destinationPort).zeros(2 + XfrmAddress.OCTETS);
    }
}
