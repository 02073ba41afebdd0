package io.edgeipsec.xfrm.link;

import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A route of ours in the main table, known by its protocol number.
 *
 * @param gateway next hop; none for an interface without neighbours, such as a tunnel
 * @param preferredSource address that packets of this host get; none leaves it to the kernel
 * @param metric part of the route's key; lower wins
 */
public record RouteEntry(
        IpPrefix destination,
        int linkIndex,
        @Nullable InetAddress gateway,
        @Nullable InetAddress preferredSource,
        int metric) {
    public RouteEntry {
        destination = destination.network();
        if (linkIndex <= 0) {
            throw new IllegalArgumentException("route to " + destination + " without an interface");
        }
    }

    public static RouteEntry onLink(IpPrefix destination, int linkIndex, int metric) {
        return new RouteEntry(destination, linkIndex, null, null, metric);
    }

    public Optional<InetAddress> nextHop() {
        return Optional.ofNullable(gateway);
    }

    @Override
    public String toString() {
        return "route to " + destination + " by interface index " + linkIndex + " metric " + metric;
    }
}
