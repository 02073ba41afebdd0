package io.edgeipsec.xfrm.policy;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import io.edgeipsec.xfrm.state.UserSaInfo;
import io.edgeipsec.xfrm.state.XfrmAddress;
import io.edgeipsec.xfrm.state.XfrmId;

/**
 * The SA that a policy asks for, XFRMA_TMPL (linux/xfrm.h).
 *
 * <pre>
 * struct xfrm_user_tmpl {
 *     struct xfrm_id id;
 *     __u16          family;
 *     xfrm_address_t saddr;
 *     __u32          reqid;
 *     __u8           mode;
 *     __u8           share;
 *     __u8           optional;
 *     __u32          aalgos;
 *     __u32          ealgos;
 *     __u32          calgos;
 * };                           // 64 octets
 * </pre>
 */
public record UserTemplate(
        XfrmId id,
        int family,
        XfrmAddress source,
        int reqid,
        int mode,
        int share,
        int optional,
        int integrityAlgorithms,
        int encryptionAlgorithms,
        int compressionAlgorithms) {
    public static final int OCTETS = 64;
    private static final int ALL = -1;

    static UserTemplate of(PolicyTemplate t) {
        return new UserTemplate(
                new XfrmId(XfrmAddress.of(t.destination()), 0, XfrmId.ESP),
                XfrmAddress.family(t.destination()),
                XfrmAddress.of(t.source()),
                t.reqid(),
                UserSaInfo.MODE_TUNNEL,
                0,
                0,
                ALL,
                ALL,
                ALL);
    }

    PolicyTemplate toDomain() throws MalformedNetlinkException {
        return new PolicyTemplate(
                source.toInetAddress(family), id.destination().toInetAddress(family), reqid);
    }

    public static UserTemplate read(NetlinkReader r) throws MalformedNetlinkException {
        XfrmId id = XfrmId.read(r);
        int family = r.u16();
        r.skip(2);
        XfrmAddress source = XfrmAddress.read(r);
        int reqid = r.u32();
        int mode = r.u8();
        int share = r.u8();
        int optional = r.u8();
        r.skip(1);
        return new UserTemplate(
                id, family, source, reqid, mode, share, optional, r.u32(), r.u32(), r.u32());
    }

    public void write(NetlinkWriter w) {
        id.write(w);
        w.u16(family).zeros(2);
        source.write(w);
        w.u32(reqid).u8(mode).u8(share).u8(optional).zeros(1);
        w.u32(integrityAlgorithms).u32(encryptionAlgorithms).u32(compressionAlgorithms);
    }
}
