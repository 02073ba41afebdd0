package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.message.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The addresses of IKE and those of the JDK. */
public final class InetAddresses {
    private InetAddresses() {}

    public static IpAddress toIke(InetAddress address) {
        return IpAddress.of(address.getAddress());
    }

    public static InetAddress toInet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.octets().toByteArray());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }
}
