package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.Selector;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers and names by which the kernel's objects are known as ours, so that a start-up can
 * adopt them, {@code --flush} can remove them, and nobody else's are touched.
 */
public final class KernelNumbers {
    /**
     * reqids, VTI keys and if_ids of ours: 0x45 ('E') on top, 24 bits to choose. Other IKE daemons
     * count theirs up from 1 or 16384, administrators write small ones.
     */
    private static final int BASE = 0x4500_0000;

    private static final int BASE_MASK = 0xff00_0000;

    /** The largest value that {@link #reqid}, {@link #tunnelKey} take. */
    public static final int MAX_INDEX = 0x00ff_ffff;

    /**
     * Priorities of our policies: 0x450000 to 0x45ffff. Block and bypass policies have no template
     * and so no reqid; the priority is what tells them. Lower numbers win. strongSwan's lie below
     * 400,000, libreswan's below 2,100,000: what an administrator sets up beside us is preferred to
     * ours.
     */
    private static final int PRIORITY_BASE = 0x45_0000;

    private static final int PRIORITY_MASK = 0xffff_0000;

    /** Larger than what {@link #narrowness} can be. */
    private static final int PRIORITY_RANK = 0x1000;

    /** Of {@code ip route}: not assigned in linux/rtnetlink.h nor by the routing daemons. 'E'. */
    public static final int ROUTE_PROTOCOL = 0x45;

    private static final String ALIAS_PREFIX = "edge-ipsec ";
    private static final Pattern TUNNEL_NAME = Pattern.compile("vpn(\\d{1,8})");

    private KernelNumbers() {}

    public static int reqid(int index) {
        return BASE | checked(index);
    }

    /** A VTI's key and mark, or an XFRM interface's if_id. */
    public static int tunnelKey(int index) {
        return BASE | checked(index);
    }

    private static int checked(int index) {
        if (index < 1 || index > MAX_INDEX) {
            throw new IllegalArgumentException(index + " is not 1.." + MAX_INDEX);
        }
        return index;
    }

    /** True of a reqid, VTI key or if_id of ours. */
    public static boolean isOurs(int number) {
        return (number & BASE_MASK) == BASE && number != BASE;
    }

    /** What {@link #reqid} or {@link #tunnelKey} was given; nothing if the number is not ours. */
    public static OptionalInt index(int number) {
        return isOurs(number) ? OptionalInt.of(number & MAX_INDEX) : OptionalInt.empty();
    }

    /** Nexthop ids of ours above this one are those of groups. */
    private static final int NEXTHOP_GROUPS = 0x80_0000;

    /** The largest value that {@link #nexthopGroup} takes; {@link #nexthop} takes one more. */
    public static final int MAX_GROUP = NEXTHOP_GROUPS - 2;

    /** Stands in for the members that a group has not. */
    static final int NEXTHOP_BLACKHOLE = BASE | MAX_INDEX;

    /** The nexthop that leads into the tunnel interface {@code vpn<N>}. */
    static int nexthop(int tunnelIndex) {
        if (tunnelIndex < 1 || tunnelIndex >= NEXTHOP_GROUPS) {
            throw new IllegalArgumentException("no nexthop for tunnel " + tunnelIndex);
        }
        return BASE | tunnelIndex;
    }

    /** N of the nexthop that leads into {@code vpn<N>}; nothing for another. */
    static OptionalInt tunnelOfNexthop(int id) {
        return isOurs(id) && (id & MAX_INDEX) < NEXTHOP_GROUPS
                ? OptionalInt.of(id & MAX_INDEX)
                : OptionalInt.empty();
    }

    /** The id that routes name a nexthop group by; kernel and routing daemons count up from 1. */
    public static int nexthopGroup(int number) {
        if (number < 1 || number > MAX_GROUP) {
            throw new IllegalArgumentException(number + " is not 1.." + MAX_GROUP);
        }
        return BASE | NEXTHOP_GROUPS | number;
    }

    static boolean isNexthopGroup(int id) {
        return isOurs(id) && (id & MAX_INDEX) > NEXTHOP_GROUPS && id != NEXTHOP_BLACKHOLE;
    }

    /** {@code vpn<N>}. */
    public static String tunnelName(int index) {
        return "vpn" + checked(index);
    }

    /** N of {@code vpn<N>}; nothing for another name. */
    public static OptionalInt tunnelIndex(String name) {
        Matcher m = TUNNEL_NAME.matcher(name);
        return m.matches() ? OptionalInt.of(Integer.parseInt(m.group(1))) : OptionalInt.empty();
    }

    public static String tunnelAlias(String session) {
        return ALIAS_PREFIX + session;
    }

    /** The session of a tunnel interface of ours, from its alias; empty if it has none. */
    public static String session(LinkEntry link) {
        return link.alias().startsWith(ALIAS_PREFIX)
                ? link.alias().substring(ALIAS_PREFIX.length())
                : "";
    }

    /** How policies stand against each other; within a rank the narrower selector wins. */
    public enum Rank {
        BYPASS(0),
        /** Also of the block policy that stands in for a protecting one. */
        PROTECT(PRIORITY_RANK);

        private final int offset;

        Rank(int offset) {
            this.offset = offset;
        }
    }

    public static int policyPriority(Rank rank, Selector selector) {
        int widest = PRIORITY_RANK - 1;
        return PRIORITY_BASE + rank.offset + widest - narrowness(selector);
    }

    /** Sum of prefix lengths, then protocol, then ports: 0 (everything) to 2063. */
    private static int narrowness(Selector s) {
        int lengths = s.source().length() + s.destination().length();
        int fine =
                (s.protocol() != 0 ? 1 : 0)
                        + (s.sourcePort().mask() != 0 ? 2 : 0)
                        + (s.destinationPort().mask() != 0 ? 2 : 0)
                        + (s.interfaceIndex() != 0 ? 2 : 0);
        return lengths * 8 + fine;
    }

    public static boolean isOurs(SaEntry sa) {
        return isOurs(sa.reqid());
    }

    public static boolean isOurs(PolicyEntry policy) {
        PolicyTemplate template = policy.template();
        return (policy.priority() & PRIORITY_MASK) == PRIORITY_BASE
                && (template == null || isOurs(template.reqid()));
    }

    /**
     * The alias tells; a crash between creating an interface and naming it leaves one without,
     * which its name and key tell.
     */
    public static boolean isOurs(LinkEntry link) {
        return link.tunnelKind().isPresent()
                && (link.alias().startsWith(ALIAS_PREFIX)
                        || (tunnelIndex(link.name()).isPresent() && isOurs(link.key())));
    }
}
