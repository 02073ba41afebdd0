package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.net.Inet6Address;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tunnel interfaces over NETLINK_ROUTE. Kernel request thread only. */
public final class Links {
    private static final int IFF_UP = 1;
    private static final int LINK_MODE_DORMANT = 1; // linux/if.h IF_LINK_MODE_DORMANT
    private static final int OPER_DORMANT = 5; // linux/if.h IF_OPER_DORMANT
    private static final int OPER_UP = 6; // linux/if.h IF_OPER_UP
    private static final int WITHOUT_STATISTICS = 8; // linux/rtnetlink.h RTEXT_FILTER_SKIP_STATS

    private final NetlinkChannel channel;

    public Links(NetlinkChannel channel) {
        this.channel = channel;
    }

    /** Creates the interface, down and without alias: the kernel takes those only from a change. */
    public void create(TunnelLinkRequest request) throws NetlinkException {
        channel.execute(
                RouteMessages.NEWLINK,
                NetlinkChannel.CREATE | NetlinkChannel.EXCLUSIVE,
                w -> {
                    header(w, 0, 0, 0);
                    w.attribute(RouteMessages.IFLA_IFNAME, request.name());
                    writeTunnel(w, request);
                });
    }

    /**
     * Gives an interface other outer addresses, another key and MTU (vti_changelink in
     * net/ipv4/ip_vti.c, xfrmi_changelink in net/xfrm/xfrm_interface_core.c). It keeps its routes.
     * EOPNOTSUPP if it is of another kind.
     */
    public void change(int index, TunnelLinkRequest request) throws NetlinkException {
        channel.execute(
                RouteMessages.NEWLINK,
                0,
                w -> {
                    header(w, index, 0, 0);
                    writeTunnel(w, request);
                });
    }

    private static void writeTunnel(NetlinkWriter w, TunnelLinkRequest request) {
        w.attributeU32(RouteMessages.IFLA_MTU, request.mtu());
        int info = w.begin(RouteMessages.IFLA_LINKINFO);
        w.attribute(RouteMessages.IFLA_INFO_KIND, kernelKind(request));
        int data = w.begin(RouteMessages.IFLA_INFO_DATA);
        if (request.kind() == TunnelKind.VTI) {
            writeVti(w, request);
        } else {
            w.attributeU32(RouteMessages.IFLA_XFRM_IF_ID, request.key());
        }
        w.end(data).end(info);
    }

    private static String kernelKind(TunnelLinkRequest request) {
        if (request.kind() == TunnelKind.XFRM_INTERFACE) {
            return "xfrm";
        }
        return request.local() instanceof Inet6Address ? "vti6" : "vti";
    }

    private static void writeVti(NetlinkWriter w, TunnelLinkRequest request) {
        for (int key : new int[] {RouteMessages.IFLA_VTI_IKEY, RouteMessages.IFLA_VTI_OKEY}) {
            int at = w.begin(key);
            w.u32be(request.key()).end(at);
        }
        if (request.local() != null && request.peer() != null) {
            w.attribute(RouteMessages.IFLA_VTI_LOCAL, request.local());
            w.attribute(RouteMessages.IFLA_VTI_REMOTE, request.peer());
        }
    }

    /**
     * Whether the kernel can make interfaces of a kind, found without making one: a kind's
     * attributes are checked before anything else, and one of a single octet is too short.
     * EOPNOTSUPP says that the kind is unknown, even after the kernel tried to load its module.
     */
    public void probe(TunnelKind kind) throws NetlinkException {
        try {
            channel.execute(
                    RouteMessages.NEWLINK,
                    NetlinkChannel.CREATE | NetlinkChannel.EXCLUSIVE,
                    w -> {
                        header(w, 0, 0, 0);
                        int info = w.begin(RouteMessages.IFLA_LINKINFO);
                        boolean vti = kind == TunnelKind.VTI;
                        w.attribute(RouteMessages.IFLA_INFO_KIND, vti ? "vti" : "xfrm");
                        int data = w.begin(RouteMessages.IFLA_INFO_DATA);
                        w.attributeU8(
                                vti ? RouteMessages.IFLA_VTI_IKEY : RouteMessages.IFLA_XFRM_IF_ID,
                                0);
                        w.end(data).end(info);
                    });
            throw new IllegalStateException("the kernel took a malformed attribute of " + kind);
        } catch (NetlinkException e) {
            if (!e.errno().equals(Errno.ERANGE) && !e.errno().equals(Errno.EINVAL)) {
                throw e;
            }
        }
    }

    /**
     * Names an interface of ours and puts it up, dormant: from then on its operational state
     * follows {@link #setUsable} and not the carrier.
     */
    public void adopt(int index, String alias) throws NetlinkException {
        change(
                index,
                IFF_UP,
                w ->
                        w.attribute(RouteMessages.IFLA_IFALIAS, alias)
                                .attributeU8(RouteMessages.IFLA_LINKMODE, LINK_MODE_DORMANT)
                                .attributeU8(RouteMessages.IFLA_OPERSTATE, OPER_DORMANT));
    }

    public void setUsable(int index, boolean usable) throws NetlinkException {
        change(
                index,
                0,
                w -> w.attributeU8(RouteMessages.IFLA_OPERSTATE, usable ? OPER_UP : OPER_DORMANT));
    }

    public void setMtu(int index, int mtu) throws NetlinkException {
        change(index, 0, w -> w.attributeU32(RouteMessages.IFLA_MTU, mtu));
    }

    private void change(int index, int flags, java.util.function.Consumer<NetlinkWriter> attributes)
            throws NetlinkException {
        channel.execute(
                RouteMessages.SETLINK,
                0,
                w -> {
                    header(w, index, flags, flags);
                    attributes.accept(w);
                });
    }

    public void delete(int index) throws NetlinkException {
        channel.execute(RouteMessages.DELLINK, 0, w -> header(w, index, 0, 0));
    }

    public Optional<LinkEntry> find(String name) throws NetlinkException {
        return query(0, name);
    }

    public Optional<LinkEntry> get(int index) throws NetlinkException {
        return query(index, null);
    }

    private Optional<LinkEntry> query(int index, @Nullable String name) throws NetlinkException {
        try {
            return Optional.of(
                    channel.query(
                            RouteMessages.GETLINK,
                            RouteMessages.NEWLINK,
                            w -> {
                                header(w, index, 0, 0);
                                if (name != null) {
                                    w.attribute(RouteMessages.IFLA_IFNAME, name);
                                }
                                w.attributeU32(RouteMessages.IFLA_EXT_MASK, WITHOUT_STATISTICS);
                            },
                            LinkEntry::read));
        } catch (NetlinkException e) {
            if (e.errno().equals(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public List<LinkEntry> dump() throws NetlinkException {
        return channel.dump(
                RouteMessages.GETLINK,
                RouteMessages.NEWLINK,
                w -> {
                    header(w, 0, 0, 0);
                    w.attributeU32(RouteMessages.IFLA_EXT_MASK, WITHOUT_STATISTICS);
                },
                LinkEntry::read);
    }

    /** struct ifinfomsg: see {@link LinkEntry#read}. */
    private static void header(NetlinkWriter w, int index, int flags, int change) {
        w.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(change);
    }
}
