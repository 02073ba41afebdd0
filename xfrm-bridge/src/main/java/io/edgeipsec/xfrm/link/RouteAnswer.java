package io.edgeipsec.xfrm.link;

import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How this host would send to an address now.
 *
 * @param linkIndex outgoing interface; 0 if unreachable
 * @param source address the packet would get; none if unreachable
 * @param mtu path MTU where the kernel has learnt one, else the interface's; 0 if unreachable
 */
public record RouteAnswer(
        Reach reach,
        int linkIndex,
        @Nullable InetAddress source,
        @Nullable InetAddress gateway,
        int mtu) {
    /** What the routing table says of a destination. */
    public enum Reach {
        REACHABLE,
        /** An address of this host. */
        LOCAL,
        /** No route, or one that rejects. */
        UNREACHABLE
    }

    public static RouteAnswer noRoute() {
        return new RouteAnswer(Reach.UNREACHABLE, 0, null, null, 0);
    }

    public Optional<InetAddress> sourceAddress() {
        return Optional.ofNullable(source);
    }

    public Optional<InetAddress> nextHop() {
        return Optional.ofNullable(gateway);
    }
}
