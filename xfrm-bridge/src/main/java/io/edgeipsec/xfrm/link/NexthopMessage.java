package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.XfrmAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * RTM_NEWNEXTHOP and its like (linux/nexthop.h).
 *
 * <pre>
 * struct nhmsg {
 *     unsigned char   nh_family;
 *     unsigned char   nh_scope;     // return only
 *     unsigned char   nh_protocol;  // who made it
 *     unsigned char   resvd;
 *     unsigned int    nh_flags;
 * };                                // 8 octets
 *
 * struct nexthop_grp {              // NHA_GROUP is an array of these
 *     __u32           id;
 *     __u8            weight;       // less one; the same of all of ours
 *     __u8            resvd1;
 *     __u16           resvd2;
 * };                                // 8 octets
 * </pre>
 *
 * @param members of a group; empty of anything else
 */
record NexthopMessage(
        int id, int protocol, int family, int link, boolean blackhole, List<Integer> members) {
    private static final int NESTED = 0x8000; // linux/netlink.h NLA_F_NESTED, which is checked here
    private static final int GROUP_TYPE_RESILIENT = 1; // NEXTHOP_GRP_TYPE_RES

    /** Shares of a group, which its members divide among themselves; eight octets each. */
    static final int BUCKETS = 128;

    /** In clock_t, which is 1/100 s to user space everywhere (asm-generic/param.h USER_HZ). */
    private static final int IDLE_TIMER = 100;

    private static final int UNBALANCED_TIMER = 6_000;

    static NexthopMessage read(NetlinkReader r) throws MalformedNetlinkException {
        int family = r.u8();
        r.skip(1);
        int protocol = r.u8();
        r.skip(5);
        NetlinkAttributes a = r.attributes();
        List<Integer> members = new ArrayList<>();
        if (a.has(RouteMessages.NHA_GROUP)) {
            NetlinkReader group = a.required(RouteMessages.NHA_GROUP);
            while (group.remaining() > 0) {
                members.add(group.u32());
                group.skip(4);
            }
        }
        return new NexthopMessage(
                a.required(RouteMessages.NHA_ID).u32(),
                protocol,
                family,
                a.u32(RouteMessages.NHA_OIF, 0),
                a.has(RouteMessages.NHA_BLACKHOLE),
                members);
    }

    /** What it tells of, if that has a form that ours have. */
    Optional<Nexthop> toNexthop() {
        if (!members.isEmpty()) {
            return members.size() > Nexthop.Group.MAX_MEMBERS
                    ? Optional.empty()
                    : Optional.of(new Nexthop.Group(id, members));
        }
        if (family != XfrmAddress.AF_INET) {
            return Optional.empty();
        }
        return blackhole
                ? Optional.of(new Nexthop.Blackhole(id))
                : link > 0 ? Optional.of(new Nexthop.Device(id, link)) : Optional.empty();
    }

    /** A question about the object of this id, or an order to remove it. */
    static void writeId(NetlinkWriter w, int id) {
        writeAll(w);
        w.attributeU32(RouteMessages.NHA_ID, id);
    }

    /** A question about all objects. */
    static void writeAll(NetlinkWriter w) {
        header(w, 0, 0);
    }

    /** An order to make it, and to mark it as this protocol's. */
    static void write(NetlinkWriter w, Nexthop nexthop, int protocol) {
        header(w, nexthop instanceof Nexthop.Group ? 0 : XfrmAddress.AF_INET, protocol);
        w.attributeU32(RouteMessages.NHA_ID, nexthop.id());
        if (nexthop instanceof Nexthop.Device device) {
            w.attributeU32(RouteMessages.NHA_OIF, device.linkIndex());
        } else if (nexthop instanceof Nexthop.Group group) {
            writeGroup(w, group);
        } else {
            w.attribute(RouteMessages.NHA_BLACKHOLE, new byte[0]);
        }
    }

    private static void header(NetlinkWriter w, int family, int protocol) {
        w.u8(family).u8(0).u8(protocol).u8(0).u32(0);
    }

    private static void writeGroup(NetlinkWriter w, Nexthop.Group group) {
        int members = w.begin(RouteMessages.NHA_GROUP);
        for (int member : group.members()) {
            w.u32(member).zeros(4);
        }
        w.end(members);
        int type = w.begin(RouteMessages.NHA_GROUP_TYPE);
        w.u16(GROUP_TYPE_RESILIENT).end(type);
        int resilient = w.begin(RouteMessages.NHA_RES_GROUP | NESTED);
        int buckets = w.begin(RouteMessages.NHA_RES_GROUP_BUCKETS);
        w.u16(BUCKETS).end(buckets);
        w.attributeU32(RouteMessages.NHA_RES_GROUP_IDLE_TIMER, IDLE_TIMER);
        w.attributeU32(RouteMessages.NHA_RES_GROUP_UNBALANCED_TIMER, UNBALANCED_TIMER);
        w.end(resilient);
    }
}
