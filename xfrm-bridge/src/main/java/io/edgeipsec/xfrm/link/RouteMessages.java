package io.edgeipsec.xfrm.link;

/**
 * Message and attribute types of linux/rtnetlink.h, linux/if_link.h, linux/if_tunnel.h and
 * linux/nexthop.h.
 */
public final class RouteMessages {
    public static final int NEWLINK = 16;
    public static final int DELLINK = 17;
    static final int GETLINK = 18;
    static final int SETLINK = 19;
    public static final int NEWADDR = 20;
    public static final int DELADDR = 21;
    static final int GETADDR = 22;
    static final int NEWROUTE = 24;
    static final int DELROUTE = 25;
    static final int GETROUTE = 26;
    static final int NEWNEXTHOP = 104;
    public static final int DELNEXTHOP = 105;
    static final int GETNEXTHOP = 106;

    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_OPERSTATE = 16;
    static final int IFLA_LINKMODE = 17;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_EXT_MASK = 29;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_VTI_IKEY = 2;
    static final int IFLA_VTI_OKEY = 3;
    static final int IFLA_VTI_LOCAL = 4;
    static final int IFLA_VTI_REMOTE = 5;
    static final int IFLA_XFRM_IF_ID = 2;

    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;

    static final int RTA_DST = 1;
    static final int RTA_SRC = 2;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_METRICS = 8;
    static final int RTA_TABLE = 15;
    static final int RTA_NH_ID = 30;
    static final int RTAX_MTU = 2;

    static final int NHA_ID = 1;
    static final int NHA_GROUP = 2;
    static final int NHA_GROUP_TYPE = 3;
    static final int NHA_BLACKHOLE = 4;
    static final int NHA_OIF = 5;
    static final int NHA_RES_GROUP = 12;
    static final int NHA_RES_GROUP_BUCKETS = 1;
    static final int NHA_RES_GROUP_IDLE_TIMER = 2;
    static final int NHA_RES_GROUP_UNBALANCED_TIMER = 3;

    private RouteMessages() {}
}
