package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * Sequence numbers of an SA with a window of at most 32, XFRMA_REPLAY_VAL (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_replay_state {
 *     __u32 oseq;
 *     __u32 seq;
 *     __u32 bitmap;
 * };                          // 12 octets
 * </pre>
 */
public record ReplayState(int outboundSequence, int inboundSequence, int bitmap) {
    public static final int OCTETS = 12;

    public static ReplayState read(NetlinkReader r) throws MalformedNetlinkException {
        return new ReplayState(r.u32(), r.u32(), r.u32());
    }

    public void write(NetlinkWriter w) {
        w.u32(outboundSequence).u32(inboundSequence).u32(bitmap);
    }
}
