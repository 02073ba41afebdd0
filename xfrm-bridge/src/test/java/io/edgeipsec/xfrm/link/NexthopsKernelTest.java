package io.edgeipsec.xfrm.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.libc.Errno;
import io.edgeipsec.xfrm.libc.NetlinkSocket;
import io.edgeipsec.xfrm.libc.NetworkNamespace;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.netlink.NetlinkChannel;
import io.edgeipsec.xfrm.netlink.NetlinkException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nexthop objects of the real kernel, on interfaces that any kernel has. */
@Tag("kernel")
class NexthopsKernelTest {
    private static final int PROTOCOL = 0x45;
    private static final int FIRST = 0x4500_0001;
    private static final int SECOND = 0x4500_0002;
    private static final int GROUP = 0x4580_0001;
    private static final int BLACKHOLE = 0x45ff_ffff;

    /** What a test does with the host. */
    @FunctionalInterface
    private interface Body {
        void run(NetworkNamespace host, Nexthops nexthops, Links links, Routes routes)
                throws Exception;
    }

    /** A host that sends by any of two interfaces, a default route among them. */
    private static void withHost(Body body) throws Exception {
        try (NetworkNamespace host = NetworkNamespace.create();
                NetworkNamespace first = NetworkNamespace.create();
                NetworkNamespace second = NetworkNamespace.create()) {
            host.connect("one", "192.0.2.1/24", first, "wan", "192.0.2.2/24");
            host.connect("two", "198.51.100.1/24", second, "wan", "198.51.100.2/24");
            host.run("ip", "route", "add", "default", "via", "192.0.2.2");
            try (NetlinkChannel channel =
                    host.call(() -> NetlinkChannel.open(NetlinkSocket.ROUTE))) {
                body.run(
                        host,
                        new Nexthops(channel, PROTOCOL),
                        new Links(channel),
                        new Routes(channel, PROTOCOL));
            }
        }
    }

    private static int index(Links links, String name) throws Exception {
        return links.find(name).orElseThrow().index();
    }

    /** The interface that packets to an address go out by; empty if they are dropped. */
    private static String way(NetworkNamespace host, String address) throws Exception {
        NetworkNamespace.Result result = host.tryRun("ip", "-o", "route", "get", address);
        return result.status() == 0 ? result.output().replaceAll("(?s).* dev (\\S+) .*", "$1") : "";
    }

    private static Set<String> ways(NetworkNamespace host) throws Exception {
        Set<String> ways = new HashSet<>();
        for (int i = 1; i <= 40; i++) {
            ways.add(way(host, "10.9.0." + i));
        }
        return ways;
    }

    @Test
    void routesFollowTheGroupThroughAllItsMembersAndNone() throws Exception {
        withHost(
                (host, nexthops, links, routes) -> {
                    nexthops.put(new Nexthop.Blackhole(BLACKHOLE));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(BLACKHOLE)));
                    String id = Integer.toUnsignedString(GROUP);
                    host.run("ip", "route", "add", "10.9.0.0/16", "nhid", id);
                    assertEquals(Set.of(""), ways(host), "dropped, not by the default route");
                    assertEquals("one", way(host, "10.8.0.1"));

                    nexthops.put(new Nexthop.Device(FIRST, index(links, "one")));
                    nexthops.put(new Nexthop.Device(SECOND, index(links, "two")));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(FIRST, SECOND)));
                    assertEquals(Set.of("one", "two"), ways(host));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(SECOND)));
                    assertEquals(Set.of("two"), ways(host));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(BLACKHOLE)));
                    assertEquals(Set.of(""), ways(host));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(FIRST)));
                    assertEquals(Set.of("one"), ways(host));
                    assertEquals(
                            Set.of(
                                    new Nexthop.Blackhole(BLACKHOLE),
                                    new Nexthop.Device(FIRST, index(links, "one")),
                                    new Nexthop.Device(SECOND, index(links, "two")),
                                    new Nexthop.Group(GROUP, List.of(FIRST))),
                            Set.copyOf(nexthops.dumpOurs()));
                });
    }

    @Test
    void flowsStayWithAMemberWhileItIsThere() throws Exception {
        withHost(
                (host, nexthops, links, routes) -> {
                    nexthops.put(new Nexthop.Device(FIRST, index(links, "one")));
                    nexthops.put(new Nexthop.Device(SECOND, index(links, "two")));
                    nexthops.put(new Nexthop.Device(3, index(links, "two")));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(FIRST, SECOND, 3)));
                    String id = Integer.toUnsignedString(GROUP);
                    host.run("ip", "route", "add", "10.9.0.0/16", "nhid", id);
                    Set<String> before = new HashSet<>();
                    for (int i = 1; i <= 60; i++) {
                        if (way(host, "10.9.1." + i).equals("one")) {
                            before.add("10.9.1." + i);
                        }
                    }
                    assertFalse(before.isEmpty(), "the first has a share");
                    nexthops.put(new Nexthop.Group(GROUP, List.of(FIRST, SECOND)));
                    for (String address : before) {
                        assertEquals("one", way(host, address), address);
                    }
                });
    }

    @Test
    void othersObjectsAreLeftAlone() throws Exception {
        withHost(
                (host, nexthops, links, routes) -> {
                    String id = Integer.toUnsignedString(GROUP);
                    host.run("ip", "nexthop", "add", "id", id, "dev", "one");
                    NetlinkException refused =
                            assertThrows(
                                    Nexthops.ForeignNexthopException.class,
                                    () -> nexthops.put(new Nexthop.Blackhole(GROUP)));
                    assertTrue(refused.kernelText().contains("nexthop 1166016513"), "names it");
                    assertThrows(
                            Nexthops.ForeignNexthopException.class, () -> nexthops.remove(GROUP));
                    assertEquals(List.of(), nexthops.dumpOurs());
                    assertTrue(host.run("ip", "nexthop").contains("id " + id + " dev one"));

                    assertEquals(
                            Errno.ENOENT,
                            assertThrows(NetlinkException.class, () -> nexthops.remove(SECOND))
                                    .errno());
                });
    }

    @Test
    void routeThatNamesAGroupIsFoundInAnyTable() throws Exception {
        withHost(
                (host, nexthops, links, routes) -> {
                    nexthops.put(new Nexthop.Blackhole(BLACKHOLE));
                    nexthops.put(new Nexthop.Group(GROUP, List.of(BLACKHOLE)));
                    nexthops.put(new Nexthop.Group(GROUP + 1, List.of(BLACKHOLE)));
                    assertEquals(Optional.empty(), routes.destinationOver(GROUP));
                    String other = Integer.toUnsignedString(GROUP + 1);
                    host.run("ip", "route", "add", "10.8.0.0/16", "nhid", other);
                    assertEquals(Optional.empty(), routes.destinationOver(GROUP));
                    String id = Integer.toUnsignedString(GROUP);
                    host.run("ip", "route", "add", "10.9.0.0/16", "nhid", id, "table", "77");
                    assertEquals(
                            Optional.of(IpPrefix.parse("10.9.0.0/16")),
                            routes.destinationOver(GROUP));
                    host.run("ip", "route", "del", "10.9.0.0/16", "table", "77");
                    assertEquals(Optional.empty(), routes.destinationOver(GROUP));
                    nexthops.remove(GROUP);
                    assertEquals(
                            Optional.of(IpPrefix.parse("10.8.0.0/16")),
                            routes.destinationOver(GROUP + 1));
                });
    }
}
