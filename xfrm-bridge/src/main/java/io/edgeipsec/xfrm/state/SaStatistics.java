package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * Packets an inbound SA refused (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_stats {
 *     __u32 replay_window;      // too old for the window
 *     __u32 replay;             // seen before
 *     __u32 integrity_failed;
 * };                            // 12 octets
 * </pre>
 */
public record SaStatistics(int outsideReplayWindow, int replayed, int integrityFailed) {
    public static final int OCTETS = 12;
    public static final SaStatistics NONE = new SaStatistics(0, 0, 0);

    public static SaStatistics read(NetlinkReader r) throws MalformedNetlinkException {
        return new SaStatistics(r.u32(), r.u32(), r.u32());
    }

    public void write(NetlinkWriter w) {
        w.u32(outsideReplayWindow).u32(replayed).u32(integrityFailed);
    }
}
