package io.edgeipsec.xfrm.kernel;

import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@link MemoryIpsecKernel} knows of the network around it. */
public interface HostNetwork {
    List<AddressEntry> addresses();

    RouteAnswer route(InetAddress destination, Optional<InetAddress> source);

    /** This host's own addresses and routes, as an unprivileged program can find them out. */
    static HostNetwork ofThisHost() {
        return new HostNetwork() {
            @Override
            public List<AddressEntry> addresses() {
                List<AddressEntry> result = new ArrayList<>();
                try {
                    for (NetworkInterface link :
                            (Iterable<NetworkInterface>)
                                    NetworkInterface.networkInterfaces()::iterator) {
                        for (InterfaceAddress a : link.getInterfaceAddresses()) {
                            result.add(
                                    new AddressEntry(
                                            link.getIndex(),
                                            new IpPrefix(
                                                    a.getAddress(), a.getNetworkPrefixLength())));
                        }
                    }
                } catch (IOException e) {
                    return List.of(); // a host that cannot list its interfaces has none to show
                }
                return result;
            }

            /** Connecting a UDP socket sends nothing, but makes the kernel choose a route. */
            @Override
            public RouteAnswer route(InetAddress destination, Optional<InetAddress> source) {
                InetSocketAddress from =
                        source.map(s -> new InetSocketAddress(s, 0))
                                .orElseGet(() -> new InetSocketAddress(0));
                try (DatagramSocket socket = new DatagramSocket(from)) {
                    socket.connect(new InetSocketAddress(destination, 500));
                    InetAddress local = socket.getLocalAddress();
                    NetworkInterface link = NetworkInterface.getByInetAddress(local);
                    return link == null
                            ? RouteAnswer.noRoute()
                            : new RouteAnswer(
                                    local.equals(destination)
                                            ? RouteAnswer.Reach.LOCAL
                                            : RouteAnswer.Reach.REACHABLE,
                                    link.getIndex(),
                                    local,
                                    null,
                                    link.getMTU());
                } catch (IOException | java.io.UncheckedIOException e) {
                    return RouteAnswer.noRoute();
                }
            }
        };
    }
}
