package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.XfrmAddress;
import java.net.Inet6Address;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Addresses of interfaces over NETLINK_ROUTE. Kernel request thread only. */
public final class LinkAddresses {
    private static final int WITHOUT_DUPLICATE_DETECTION = 2; // linux/if_addr.h IFA_F_NODAD

    private final NetlinkChannel channel;

    public LinkAddresses(NetlinkChannel channel) {
        this.channel = channel;
    }

    /**
     * Removes what is not wanted, adds what is missing; an IPv6 link-local address is the kernel's.
     */
    public void set(int linkIndex, Set<IpPrefix> wanted) throws NetlinkException {
        Set<IpPrefix> missing = new HashSet<>(wanted);
        for (AddressEntry entry : dump(linkIndex)) {
            if (!missing.remove(entry.address()) && !isLinkLocal(entry.address())) {
                remove(linkIndex, entry.address());
            }
        }
        for (IpPrefix address : missing) {
            add(linkIndex, address);
        }
    }

    private static boolean isLinkLocal(IpPrefix address) {
        return address.address() instanceof Inet6Address a && a.isLinkLocalAddress();
    }

    /** Adding an address that is there is no error. */
    public void add(int linkIndex, IpPrefix address) throws NetlinkException {
        try {
            channel.execute(
                    RouteMessages.NEWADDR,
                    NetlinkChannel.CREATE | NetlinkChannel.EXCLUSIVE,
                    w -> write(w, linkIndex, address));
        } catch (NetlinkException e) {
            if (!e.errno().equals(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    public void remove(int linkIndex, IpPrefix address) throws NetlinkException {
        try {
            channel.execute(RouteMessages.DELADDR, 0, w -> write(w, linkIndex, address));
        } catch (NetlinkException e) {
            // Removing a primary address takes its secondaries along
            // (net.ipv4...promote_secondaries).
            if (!e.errno().equals(Errno.EADDRNOTAVAIL)) {
                throw e;
            }
        }
    }

    /** Those of one interface, or of all with index 0. */
    public List<AddressEntry> dump(int linkIndex) throws NetlinkException {
        return channel.dump(
                RouteMessages.GETADDR,
                RouteMessages.NEWADDR,
                w -> header(w, 0, 0, 0, linkIndex),
                AddressEntry::read);
    }

    private static void write(NetlinkWriter w, int linkIndex, IpPrefix address) {
        header(
                w,
                XfrmAddress.family(address.address()),
                address.length(),
                address.isIpv4() ? 0 : WITHOUT_DUPLICATE_DETECTION,
                linkIndex);
        w.attribute(RouteMessages.IFA_LOCAL, address.address());
        w.attribute(RouteMessages.IFA_ADDRESS, address.address());
    }

    /** struct ifaddrmsg: see {@link AddressEntry#read}. */
    private static void header(
            NetlinkWriter w, int family, int prefixLength, int flags, int linkIndex) {
        w.u8(family).u8(prefixLength).u8(flags).u8(0).u32(linkIndex);
    }
}
