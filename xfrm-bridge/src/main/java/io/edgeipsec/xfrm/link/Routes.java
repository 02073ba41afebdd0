package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.link.RouteAnswer.Reach;
import io.edgeipsec.xfrm.netlink.Addresses;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.XfrmAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Our routes in the main table, and questions about any. Kernel request thread only. */
public final class Routes {
    private static final int TABLE_MAIN = 254;
    private static final int SCOPE_UNIVERSE = 0;
    private static final int SCOPE_LINK = 253;
    private static final int SCOPE_NOWHERE = 255;
    private static final int TYPE_UNICAST = 1;
    private static final int TYPE_LOCAL = 2;

    /** What rejecting routes and missing ones answer (net/ipv4/fib_semantics.c fib_props). */
    private static final Set<Errno> NO_ROUTE =
            Set.of(
                    Errno.ENETUNREACH,
                    Errno.EHOSTUNREACH,
                    Errno.EACCES,
                    Errno.EINVAL,
                    Errno.ENETDOWN);

    private final NetlinkChannel channel;
    private final Links links;
    private final int protocol;

    /** {@code protocol} is what routes are known by as ours. */
    public Routes(NetlinkChannel channel, int protocol) {
        this.channel = channel;
        this.links = new Links(channel);
        this.protocol = protocol;
    }

    public void put(RouteEntry route) throws NetlinkException {
        channel.execute(
                RouteMessages.NEWROUTE,
                NetlinkChannel.CREATE | NetlinkChannel.REPLACE,
                w -> {
                    header(
                            w,
                            route.destination(),
                            route.gateway() == null ? SCOPE_LINK : SCOPE_UNIVERSE,
                            TYPE_UNICAST);
                    writeRest(w, route);
                    if (route.preferredSource() != null) {
                        w.attribute(RouteMessages.RTA_PREFSRC, route.preferredSource());
                    }
                });
    }

    public void remove(RouteEntry route) throws NetlinkException {
        channel.execute(
                RouteMessages.DELROUTE,
                0,
                w -> {
                    header(w, route.destination(), SCOPE_NOWHERE, 0);
                    writeRest(w, route);
                });
    }

    private static void writeRest(NetlinkWriter w, RouteEntry route) {
        w.attribute(RouteMessages.RTA_DST, route.destination().address());
        w.attributeU32(RouteMessages.RTA_OIF, route.linkIndex());
        if (route.gateway() != null) {
            w.attribute(RouteMessages.RTA_GATEWAY, route.gateway());
        }
        if (route.metric() != 0) {
            w.attributeU32(RouteMessages.RTA_PRIORITY, route.metric());
        }
    }

    /** Our routes. The kernel filters where it can; older ones send all, so we look again. */
    public List<RouteEntry> dumpOurs() throws NetlinkException {
        List<RouteEntry> result = new ArrayList<>();
        for (int family : new int[] {XfrmAddress.AF_INET, XfrmAddress.AF_INET6}) {
            try {
                channel.dump(
                                RouteMessages.GETROUTE,
                                RouteMessages.NEWROUTE,
                                w -> header(w, family, 0, TABLE_MAIN, protocol, 0, 0),
                                Message::read)
                        .forEach(m -> m.toEntry(protocol).ifPresent(result::add));
            } catch (NetlinkException e) {
                // No such table before the first route; no such family with ipv6.disable=1.
                if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.EOPNOTSUPP)) {
                    throw e;
                }
            }
        }
        return result;
    }

    /**
     * The destination of an IPv4 route of anybody's, in any table, that names this nexthop group,
     * which must have a blackhole as its member: the kernel then counts such routes to the loopback
     * interface, and spares us all others.
     */
    public Optional<IpPrefix> destinationOver(int blackholeGroup) throws NetlinkException {
        int loopback = links.find("lo").map(LinkEntry::index).orElse(0);
        try {
            return channel
                    .dump(
                            RouteMessages.GETROUTE,
                            RouteMessages.NEWROUTE,
                            w -> {
                                header(w, XfrmAddress.AF_INET, 0, 0, 0, 0, 0);
                                w.attributeU32(RouteMessages.RTA_OIF, loopback);
                            },
                            Message::read)
                    .stream()
                    .filter(m -> m.nexthop == blackholeGroup)
                    .map(Message::destination)
                    .findFirst();
        } catch (NetlinkException e) {
            if (e.errno().equals(Errno.ENOENT)) {
                return Optional.empty(); // no table yet
            }
            throw e;
        }
    }

    /** How this host would send to an address now. */
    public RouteAnswer lookUp(InetAddress destination, Optional<InetAddress> source)
            throws NetlinkException {
        int family = XfrmAddress.family(destination);
        int bits = destination.getAddress().length * 8;
        Message m;
        try {
            m =
                    channel.query(
                            RouteMessages.GETROUTE,
                            RouteMessages.NEWROUTE,
                            w -> {
                                w.u8(family).u8(bits).u8(source.isPresent() ? bits : 0).zeros(9);
                                w.attribute(RouteMessages.RTA_DST, destination);
                                source.ifPresent(s -> w.attribute(RouteMessages.RTA_SRC, s));
                            },
                            Message::read);
        } catch (NetlinkException e) {
            if (NO_ROUTE.contains(e.errno())) {
                return RouteAnswer.noRoute();
            }
            throw e;
        }
        if ((m.type != TYPE_UNICAST && m.type != TYPE_LOCAL) || m.link <= 0) {
            return RouteAnswer.noRoute();
        }
        return new RouteAnswer(
                m.type == TYPE_LOCAL ? Reach.LOCAL : Reach.REACHABLE,
                m.link,
                m.preferredSource == null ? source.orElse(null) : m.preferredSource,
                m.gateway,
                m.mtu > 0 ? m.mtu : links.get(m.link).map(LinkEntry::mtu).orElse(0));
    }

    private void header(NetlinkWriter w, IpPrefix destination, int scope, int type) {
        header(
                w,
                XfrmAddress.family(destination.address()),
                destination.length(),
                TABLE_MAIN,
                protocol,
                scope,
                type);
    }

    private static void header(
            NetlinkWriter w,
            int family,
            int destinationLength,
            int table,
            int protocol,
            int scope,
            int type) {
        w.u8(family).u8(destinationLength).u8(0).u8(0);
        w.u8(table).u8(protocol).u8(scope).u8(type).u32(0);
    }

    /**
     * RTM_NEWROUTE (linux/rtnetlink.h).
     *
     * <pre>
     * struct rtmsg {
     *     unsigned char rtm_family;
     *     unsigned char rtm_dst_len;
     *     unsigned char rtm_src_len;
     *     unsigned char rtm_tos;
     *     unsigned char rtm_table;
     *     unsigned char rtm_protocol;
     *     unsigned char rtm_scope;
     *     unsigned char rtm_type;
     *     unsigned      rtm_flags;
     * };                              // 12 octets
     * </pre>
     */
    private record Message(
            IpPrefix destination,
            int table,
            int protocol,
            int type,
            int link,
            @Nullable InetAddress gateway,
            @Nullable InetAddress preferredSource,
            int metric,
            int mtu,
            int nexthop) {
        static Message read(NetlinkReader r) throws MalformedNetlinkException {
            int family = r.u8();
            int length = r.u8();
            r.skip(2);
            int table = r.u8();
            int protocol = r.u8();
            r.skip(1);
            int type = r.u8();
            r.skip(4);
            NetlinkAttributes a = r.attributes();
            int mtu =
                    a.has(RouteMessages.RTA_METRICS)
                            ? a.required(RouteMessages.RTA_METRICS)
                                    .attributes()
                                    .u32(RouteMessages.RTAX_MTU, 0)
                            : 0;
            return new Message(
                    destination(family, length, address(a, RouteMessages.RTA_DST)),
                    a.u32(RouteMessages.RTA_TABLE, table),
                    protocol,
                    type,
                    a.u32(RouteMessages.RTA_OIF, 0),
                    address(a, RouteMessages.RTA_GATEWAY),
                    address(a, RouteMessages.RTA_PREFSRC),
                    a.u32(RouteMessages.RTA_PRIORITY, 0),
                    mtu,
                    a.u32(RouteMessages.RTA_NH_ID, 0));
        }

        /** A default route has no RTA_DST. */
        private static IpPrefix destination(int family, int length, @Nullable InetAddress address)
                throws MalformedNetlinkException {
            InetAddress base =
                    address != null
                            ? address
                            : Addresses.of(new byte[family == XfrmAddress.AF_INET ? 4 : 16]);
            if (length > base.getAddress().length * 8) {
                throw new MalformedNetlinkException("prefix length " + length + " of a route");
            }
            return new IpPrefix(base, length);
        }

        private static @Nullable InetAddress address(NetlinkAttributes a, int attribute)
                throws MalformedNetlinkException {
            return a.has(attribute) ? a.required(attribute).address() : null;
        }

        /** Routes with several next hops have no interface of their own: none of ours. */
        Optional<RouteEntry> toEntry(int ourProtocol) {
            return protocol == ourProtocol && table == TABLE_MAIN && link > 0
                    ? Optional.of(
                            new RouteEntry(destination, link, gateway, preferredSource, metric))
                    : Optional.empty();
        }
    }
}
