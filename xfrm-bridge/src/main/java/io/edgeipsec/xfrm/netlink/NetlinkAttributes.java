package io.edgeipsec.xfrm.netlink;

import java.util.Arrays;

/**
 * A run of netlink attributes (linux/netlink.h):
 *
 * <pre>
 * struct nlattr { __u16 nla_len; __u16 nla_type; };   // length with this header; padded to 4
 * </pre>
 *
 * <p>Unknown types are kept and ignored; of a repeated type the last counts, as in the kernel.
 */
public final class NetlinkAttributes {
    private static final int HEADER_OCTETS = 4;
    private static final int TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private int[] types = new int[8];
    private NetlinkReader[] values = new NetlinkReader[8];
    private int count;

    private NetlinkAttributes() {}

    static NetlinkAttributes read(NetlinkReader reader) throws MalformedNetlinkException {
        NetlinkAttributes result = new NetlinkAttributes();
        while (reader.remaining() > 0) {
            int length = reader.u16();
            int type = reader.u16() & TYPE_MASK;
            if (length < HEADER_OCTETS) {
                throw new MalformedNetlinkException(
                        "attribute " + type + " has length " + length + ", below its header");
            }
            result.add(type, reader.slice(length - HEADER_OCTETS));
            reader.align4();
        }
        return result;
    }

    private void add(int type, NetlinkReader value) {
        if (count == types.length) {
            types = Arrays.copyOf(types, count * 2);
            values = Arrays.copyOf(values, count * 2);
        }
        types[count] = type;
        values[count++] = value;
    }

    public boolean has(int type) {
        return indexOf(type) >= 0;
    }

    /** A fresh reader of the attribute's value; an error if it is not there. */
    public NetlinkReader required(int type) throws MalformedNetlinkException {
        int i = indexOf(type);
        if (i < 0) {
            throw new MalformedNetlinkException("attribute " + type + " is missing");
        }
        return values[i].fresh();
    }

    public int u32(int type, int whenAbsent) throws MalformedNetlinkException {
        return has(type) ? required(type).u32() : whenAbsent;
    }

    public int u8(int type, int whenAbsent) throws MalformedNetlinkException {
        return has(type) ? required(type).u8() : whenAbsent;
    }

    public String string(int type, String whenAbsent) throws MalformedNetlinkException {
        return has(type) ? required(type).string() : whenAbsent;
    }

    private int indexOf(int type) {
        for (int i = count - 1; i >= 0; i--) {
            if (types[i] == type) {
                return i;
            }
        }
        return -1;
    }
}
