package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.util.Objects;

/**
 * Which packets a policy (or an SA) is for (linux/xfrm.h). For ICMP the source port is the type and
 * the destination port the code. {@code protocol} 0 is any, {@code interfaceIndex} 0 is any.
 *
 * <pre>
 * struct xfrm_selector {
 *     xfrm_address_t       daddr;
 *     xfrm_address_t       saddr;
 *     __be16               dport;
 *     __be16               dport_mask;
 *     __be16               sport;
 *     __be16               sport_mask;
 *     __u16                family;
 *     __u8                 prefixlen_d;
 *     __u8                 prefixlen_s;
 *     __u8                 proto;
 *     int                  ifindex;
 *     __kernel_uid32_t     user;
 * };                                  // 56 octets
 * </pre>
 */
public record Selector(
        IpPrefix source,
        IpPrefix destination,
        int protocol,
        PortMatch sourcePort,
        PortMatch destinationPort,
        int interfaceIndex) {
    public static final int OCTETS = 56;

    /** Prefixes are reduced to their networks: the kernel compares selectors octet by octet. */
    public Selector {
        Objects.requireNonNull(sourcePort);
        Objects.requireNonNull(destinationPort);
        if (source.isIpv4() != destination.isIpv4()) {
            throw new IllegalArgumentException(
                    "selector from " + source + " to " + destination + " mixes address families");
        }
        if (protocol < 0 || protocol > 255) {
            throw new IllegalArgumentException("protocol " + protocol + " is not 0..255");
        }
        source = source.network();
        destination = destination.network();
    }

    /** Everything from one subnet to another. */
    public static Selector between(IpPrefix source, IpPrefix destination) {
        return new Selector(source, destination, 0, PortMatch.ANY, PortMatch.ANY, 0);
    }

    public Selector reversed() {
        return new Selector(
                destination, source, protocol, destinationPort, sourcePort, interfaceIndex);
    }

    int family() {
        return XfrmAddress.family(source.address());
    }

    public static Selector read(NetlinkReader r) throws MalformedNetlinkException {
        XfrmAddress daddr = XfrmAddress.read(r);
        XfrmAddress saddr = XfrmAddress.read(r);
        PortMatch destinationPort = new PortMatch(r.u16be(), r.u16be());
        PortMatch sourcePort = new PortMatch(r.u16be(), r.u16be());
        int family = r.u16();
        int destinationLength = r.u8();
        int sourceLength = r.u8();
        int protocol = r.u8();
        r.skip(3);
        int interfaceIndex = r.u32();
        r.skip(4); // user: the kernel never sets it
        return new Selector(
                prefix(saddr, sourceLength, family),
                prefix(daddr, destinationLength, family),
                protocol,
                sourcePort,
                destinationPort,
                interfaceIndex);
    }

    private static IpPrefix prefix(XfrmAddress address, int length, int family)
            throws MalformedNetlinkException {
        if (length > (family == XfrmAddress.AF_INET ? 32 : 128)) {
            throw new MalformedNetlinkException("prefix length " + length + " in a selector");
        }
        return new IpPrefix(address.toInetAddress(family), length);
    }

    public void write(NetlinkWriter w) {
        XfrmAddress.of(destination.address()).write(w);
        XfrmAddress.of(source.address()).write(w);
        w.u16be(destinationPort.port()).u16be(destinationPort.mask());
        w.u16be(sourcePort.port()).u16be(sourcePort.mask());
        w.u16(family()).u8(destination.length()).u8(source.length()).u8(protocol).zeros(3);
        w.u32(interfaceIndex).u32(0);
    }

    @Override
    public String toString() {
        String ports =
                sourcePort.mask() == 0 && destinationPort.mask() == 0
                        ? ""
                        : " ports " + sourcePort + " to " + destinationPort;
        return source
                + " to "
                + destination
                + (protocol == 0 ? "" : " protocol " + protocol)
                + ports
                + (interfaceIndex == 0 ? "" : " interface index " + interfaceIndex);
    }
}
