package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * An SA without its algorithms, which are attributes (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_usersa_info {
 *     struct xfrm_selector     sel;
 *     struct xfrm_id           id;
 *     xfrm_address_t           saddr;
 *     struct xfrm_lifetime_cfg lft;
 *     struct xfrm_lifetime_cur curlft;
 *     struct xfrm_stats        stats;
 *     __u32                    seq;
 *     __u32                    reqid;
 *     __u16                    family;
 *     __u8                     mode;
 *     __u8                     replay_window;
 *     __u8                     flags;
 * };                                         // 224 octets, 7 of them padding
 * </pre>
 *
 * <p>The selector is always written as unspecified (family 0, flag AF_UNSPEC): in tunnel mode the
 * policies select, and inner IPv6 must fit into outer IPv4. It is skipped when read.
 */
public record UserSaInfo(
        XfrmId id,
        XfrmAddress source,
        LifetimeConfig lifetime,
        LifetimeCurrent current,
        SaStatistics statistics,
        int sequence,
        int reqid,
        int family,
        int mode,
        int replayWindow,
        int flags) {
    public static final int OCTETS = 224;

    public static final int MODE_TUNNEL = 1;

    public static final int FLAG_NOPMTUDISC = 4;
    public static final int FLAG_AF_UNSPEC = 32;
    public static final int FLAG_ESN = 128;

    public static UserSaInfo read(NetlinkReader r) throws MalformedNetlinkException {
        r.skip(Selector.OCTETS);
        XfrmId id = XfrmId.read(r);
        XfrmAddress source = XfrmAddress.read(r);
        LifetimeConfig lifetime = LifetimeConfig.read(r);
        LifetimeCurrent current = LifetimeCurrent.read(r);
        SaStatistics statistics = SaStatistics.read(r);
        UserSaInfo info =
                new UserSaInfo(
                        id,
                        source,
                        lifetime,
                        current,
                        statistics,
                        r.u32(),
                        r.u32(),
                        r.u16(),
                        r.u8(),
                        r.u8(),
                        r.u8());
        r.skip(7);
        return info;
    }

    public void write(NetlinkWriter w) {
        w.zeros(Selector.OCTETS);
        id.write(w);
        source.write(w);
        lifetime.write(w);
        current.write(w);
        statistics.write(w);
        w.u32(sequence).u32(reqid).u16(family).u8(mode).u8(replayWindow).u8(flags).zeros(7);
    }
}
