package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * What an SA or a policy has seen so far; times are seconds of the wall clock, 0 for never
 * (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_lifetime_cur {
 *     __u64 bytes;
 *     __u64 packets;
 *     __u64 add_time;
 *     __u64 use_time;
 * };                      // 32 octets
 * </pre>
 */
public record LifetimeCurrent(long octets, long packets, long addTime, long useTime) {
    public static final int OCTETS = 32;
    public static final LifetimeCurrent NEW = new LifetimeCurrent(0, 0, 0, 0);

    public static LifetimeCurrent read(NetlinkReader r) throws MalformedNetlinkException {
        return new LifetimeCurrent(r.u64(), r.u64(), r.u64(), r.u64());
    }

    public void write(NetlinkWriter w) {
        w.u64(octets).u64(packets).u64(addTime).u64(useTime);
    }
}
