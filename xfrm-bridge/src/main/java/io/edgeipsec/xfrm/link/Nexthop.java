package io.edgeipsec.xfrm.link;

import java.util.List;

/**
 * A nexthop object of the kernel, which routes name by its id ({@code ip route … nhid}): for IPv4,
 * since that is what our tunnels carry.
 */
public sealed interface Nexthop {

    /** Its id, without a sign. */
    int id();

    /** Packets go out by an interface without neighbours. */
    record Device(int id, int linkIndex) implements Nexthop {
        public Device {
            if (linkIndex <= 0) {
                throw new IllegalArgumentException("nexthop " + id + " without an interface");
            }
        }
    }

    /** Packets are dropped. */
    record Blackhole(int id) implements Nexthop {}

    /**
     * Packets are shared out among nexthops by their flow. A blackhole may be the only member, not
     * one of several (valid_group_nh in net/ipv4/nexthop.c).
     */
    record Group(int id, List<Integer> members) implements Nexthop {
        /** Each has a share, and the shares differ by less than a half. */
        public static final int MAX_MEMBERS = NexthopMessage.BUCKETS / 2;

        public Group {
            members = List.copyOf(members);
            if (members.isEmpty() || members.size() > MAX_MEMBERS) {
                throw new IllegalArgumentException(
                        members.size() + " members are not 1.." + MAX_MEMBERS);
            }
        }
    }
}
