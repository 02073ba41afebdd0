package io.edgeipsec.xfrm.state;

import io.edgeipsec.xfrm.netlink.Addresses;
import io.edgeipsec.xfrm.netlink.MalformedNetlinkException;
import io.edgeipsec.xfrm.netlink.NetlinkReader;
import io.edgeipsec.xfrm.netlink.NetlinkWriter;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * An address as XFRM keeps it; the family stands elsewhere in each struct (linux/xfrm.h).
 *
 * <pre>
 * typedef union {
 *     __be32          a4;
 *     __be32          a6[4];
 *     struct in6_addr in6;
 * } xfrm_address_t;          // 16 octets
 * </pre>
 */
public record XfrmAddress(long high, long low) {
    public static final int OCTETS = 16;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final XfrmAddress NONE = new XfrmAddress(0, 0);

    public static XfrmAddress of(InetAddress address) {
        ByteBuffer b = ByteBuffer.allocate(OCTETS).put(address.getAddress());
        return new XfrmAddress(b.getLong(0), b.getLong(8));
    }

    public static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    public InetAddress toInetAddress(int family) throws MalformedNetlinkException {
        ByteBuffer b = ByteBuffer.allocate(OCTETS).putLong(high).putLong(low);
        byte[] octets;
        if (family == AF_INET) {
            octets = new byte[4];
        } else if (family == AF_INET6) {
            octets = new byte[OCTETS];
        } else {
            throw new MalformedNetlinkException("address family " + family);
        }
        b.get(0, octets);
        return Addresses.of(octets);
    }

    public static XfrmAddress read(NetlinkReader r) throws MalformedNetlinkException {
        return new XfrmAddress(r.u64be(), r.u64be());
    }

    public void write(NetlinkWriter w) {
        w.u64be(high).u64be(low);
    }
}
