package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * Limits of an SA or a policy (linux/xfrm.h). No limit is {@link #UNLIMITED} for octets and packets
 * and 0 for seconds.
 *
 * <pre>
 * struct xfrm_lifetime_cfg {
 *     __u64 soft_byte_limit;
 *     __u64 hard_byte_limit;
 *     __u64 soft_packet_limit;
 *     __u64 hard_packet_limit;
 *     __u64 soft_add_expires_seconds;
 *     __u64 hard_add_expires_seconds;
 *     __u64 soft_use_expires_seconds;
 *     __u64 hard_use_expires_seconds;
 * };                                   // 64 octets
 * </pre>
 */
public record LifetimeConfig(
        long softOctets,
        long hardOctets,
        long softPackets,
        long hardPackets,
        long softAddSeconds,
        long hardAddSeconds,
        long softUseSeconds,
        long hardUseSeconds) {
    public static final int OCTETS = 64;
    public static final long UNLIMITED = -1; // XFRM_INF
    public static final LifetimeConfig NONE =
            new LifetimeConfig(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED, 0, 0, 0, 0);

    public static LifetimeConfig read(NetlinkReader r) throws MalformedNetlinkException {
        return new LifetimeConfig(
                r.u64(), r.u64(), r.u64(), r.u64(), r.u64(), r.u64(), r.u64(), r.u64());
    }

    public void write(NetlinkWriter w) {
        w.u64(softOctets).u64(hardOctets).u64(softPackets).u64(hardPackets);
        w.u64(softAddSeconds).u64(hardAddSeconds).u64(softUseSeconds).u64(hardUseSeconds);
    }
}
