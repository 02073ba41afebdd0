package io.edgeipsec.daemon.reconcile;

import io.edgeipsec.api.resource.Ipv4Address;
import io.edgeipsec.api.resource.Ipv4Subnet;
import io.edgeipsec.daemon.adapter.InetAddresses;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.net.InetAddress;

/** The same address in the words of the API, of IKE and of the kernel side. */
public final class Conversions {
    private Conversions() {}

    public static IpAddress toIke(Ipv4Address address) {
        return toIke(address.toInetAddress());
    }

    public static IpAddress toIke(InetAddress address) {
        return InetAddresses.toIke(address);
    }

    public static InetAddress toInet(IpAddress address) {
        return InetAddresses.toInet(address);
    }

    static TrafficSelector toSelector(Ipv4Subnet subnet) {
        return TrafficSelector.ofSubnet(toIke(subnet.address()), subnet.prefixLength());
    }

    static IpPrefix toPrefix(Ipv4Subnet subnet) {
        return new IpPrefix(subnet.address().toInetAddress(), subnet.prefixLength());
    }
}
