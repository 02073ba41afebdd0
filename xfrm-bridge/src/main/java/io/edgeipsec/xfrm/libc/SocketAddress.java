package io.edgeipsec.xfrm.libc;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Socket addresses in native memory (netinet/in.h).
 *
 * <pre>
 * struct sockaddr_in {                struct sockaddr_in6 {
 *     sa_family_t    sin_family;          sa_family_t     sin6_family;
 *     in_port_t      sin_port;            in_port_t       sin6_port;
 *     struct in_addr sin_addr;            uint32_t        sin6_flowinfo;
 * };        // 16 octets with padding     struct in6_addr sin6_addr;
 *                                         uint32_t        sin6_scope_id;
 *                                     };                                  // 28 octets
 * </pre>
 */
final class SocketAddress {
    static final int OCTETS_IPV4 = 16;
    static final int OCTETS_IPV6 = 28;

    private SocketAddress() {}

    /** Writes it at {@code at}; returns its length. */
    static int write(ByteBuffer memory, int at, InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        boolean ipv4 = ip instanceof Inet4Address;
        int octets = ipv4 ? OCTETS_IPV4 : OCTETS_IPV6;
        for (int i = 0; i < octets; i += 4) {
            memory.putInt(at + i, 0);
        }
        memory.putShort(at, (short) (ipv4 ? LibC.AF_INET : LibC.AF_INET6));
        memory.put(at + 2, (byte) (address.getPort() >> 8));
        memory.put(at + 3, (byte) address.getPort());
        memory.put(at + (ipv4 ? 4 : 8), ip.getAddress());
        if (ip instanceof Inet6Address ip6) {
            memory.putInt(at + 24, ip6.getScopeId());
        }
        return octets;
    }

    static int port(ByteBuffer memory, int at) {
        return ((memory.get(at + 2) & 0xff) << 8) | (memory.get(at + 3) & 0xff);
    }

    static InetSocketAddress read(ByteBuffer memory, int at, boolean ipv6) {
        InetAddress address =
                ipv6 ? ip(memory, at + 8, 16, memory.getInt(at + 24)) : ip(memory, at + 4, 4, 0);
        return new InetSocketAddress(address, port(memory, at));
    }

    /** An address of 4 or 16 octets; an IPv4-mapped one stays of IPv6. */
    static InetAddress ip(ByteBuffer memory, int at, int octets, int scope) {
        byte[] b = new byte[octets];
        memory.get(at, b);
        try {
            return octets == 4
                    ? InetAddress.getByAddress(b)
                    : Inet6Address.getByAddress(null, b, scope == 0 ? -1 : scope);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + octets + " octets", e);
        }
    }
}
