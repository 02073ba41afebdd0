package io.edgeipsec.xfrm.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses from octets, as they are: an IPv4-mapped IPv6 address stays one of IPv6. */
public final class Addresses {
    private Addresses() {}

    /** From 4 or 16 octets; another number is the caller's mistake. */
    public static InetAddress of(byte[] octets) {
        try {
            return octets.length == 16
                    ? Inet6Address.getByAddress(null, octets, -1)
                    : InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + octets.length + " octets", e);
        }
    }
}
