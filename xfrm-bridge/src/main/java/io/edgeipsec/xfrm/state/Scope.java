package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkAttributes;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;

/**
 * Which lookups an SA or a policy takes part in, beyond its addresses: all ({@link #GLOBAL}), those
 * of packets with a mark (a VTI sets its key as the mark), or those of one XFRM interface (if_id).
 * It is part of the key of both, so it must be named in every request about them.
 *
 * <pre>
 * struct xfrm_mark {        // linux/xfrm.h, 8 octets, XFRMA_MARK
 *     __u32 v;
 *     __u32 m;              // mask
 * };
 * </pre>
 */
public record Scope(int mark, int markMask, int interfaceId) {
    public static final int OCTETS_OF_MARK = 8;
    public static final Scope GLOBAL = new Scope(0, 0, 0);

    public Scope {
        if ((mark & ~markMask) != 0) {
            throw new IllegalArgumentException(
                    "mark " + Integer.toHexString(mark) + " has bits outside its mask");
        }
    }

    public static Scope mark(int value) {
        return new Scope(value, -1, 0);
    }

    public static Scope interfaceId(int id) {
        return new Scope(0, 0, id);
    }

    public static Scope read(NetlinkAttributes attributes) throws MalformedNetlinkException {
        int value = 0;
        int mask = 0;
        if (attributes.has(XfrmAttribute.MARK)) {
            NetlinkReader r = attributes.required(XfrmAttribute.MARK);
            value = r.u32();
            mask = r.u32();
        }
        return new Scope(value & mask, mask, attributes.u32(XfrmAttribute.IF_ID, 0));
    }

    public void writeAttributes(NetlinkWriter w) {
        if (markMask != 0) {
            int at = w.begin(XfrmAttribute.MARK);
            w.u32(mark).u32(markMask).end(at);
        }
        if (interfaceId != 0) {
            w.attributeU32(XfrmAttribute.IF_ID, interfaceId);
        }
    }

    @Override
    public String toString() {
        if (equals(GLOBAL)) {
            return "global";
        }
        return (markMask == 0 ? "" : "mark " + hex(mark) + "/" + hex(markMask))
                + (markMask != 0 && interfaceId != 0 ? " " : "")
                + (interfaceId == 0 ? "" : "if_id " + hex(interfaceId));
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }
}
