package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import java.net.InetAddress;
import java.util.Objects;

/** An address of an interface, with the length of its subnet. */
public record AddressEntry(int linkIndex, IpPrefix address) {
    public AddressEntry {
        Objects.requireNonNull(address);
    }

    /**
     * Reads the body of RTM_NEWADDR and RTM_DELADDR (linux/if_addr.h). On a point-to-point link
     * IFA_ADDRESS is the other end's and IFA_LOCAL ours; IPv6 may leave IFA_LOCAL out.
     *
     * <pre>
     * struct ifaddrmsg {
     *     __u8  ifa_family;
     *     __u8  ifa_prefixlen;
     *     __u8  ifa_flags;
     *     __u8  ifa_scope;
     *     __u32 ifa_index;
     * };                       // 8 octets
     * </pre>
     */
    public static AddressEntry read(NetlinkReader body) throws MalformedNetlinkException {
        body.skip(1);
        int length = body.u8();
        body.skip(2);
        int index = body.u32();
        NetlinkAttributes attributes = body.attributes();
        InetAddress address =
                attributes
                        .required(
                                attributes.has(RouteMessages.IFA_LOCAL)
                                        ? RouteMessages.IFA_LOCAL
                                        : RouteMessages.IFA_ADDRESS)
                        .address();
        if (length > address.getAddress().length * 8) {
            throw new MalformedNetlinkException("prefix length " + length + " of an address");
        }
        return new AddressEntry(index, new IpPrefix(address, length));
    }
}
