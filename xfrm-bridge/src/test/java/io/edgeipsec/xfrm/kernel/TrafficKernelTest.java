package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.kernel.Site.Pair;
import io.edgeipsec.xfrm.libc.NetworkNamespace;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.nft.LoggedRule;
import io.edgeipsec.xfrm.nft.MssClamp;
import io.edgeipsec.xfrm.nft.MssClamp.Direction;
import io.edgeipsec.xfrm.nft.TrafficRules;
import io.edgeipsec.xfrm.policy.PolicyAction;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * MSS clamping and the log of rules with real connections. Two gateways, a host behind each:
 *
 * <pre>
 * hostA 192.168.1.2 --- .1 gateway A 10.0.0.1 === 10.0.0.2 gateway B 192.168.2.1 --- .2 hostB
 * </pre>
 *
 * <p>Gateway A clamps.
 */
@Tag("kernel")
class TrafficKernelTest {
    private static final int CLAMP = 1111;
    private static final int PORT = 7777;
    private static final int CONNECT_MILLIS = 30_000;
    private static final Pattern COUNTER = Pattern.compile("counter (\\w+) \\{\\s+packets (\\d+)");

    /** Counts the TCP connections that open at a host, by the MSS that they announce there. */
    private static final String WATCH =
            """
            add table inet watch
            add counter inet watch syn_low
            add counter inet watch syn_high
            add counter inet watch answer_low
            add counter inet watch answer_high
            add chain inet watch input { type filter hook input priority 0; policy accept; }
            add rule inet watch input tcp flags & (syn|ack) == syn tcp option maxseg size %1$d \
            counter name syn_low
            add rule inet watch input tcp flags & (syn|ack) == syn tcp option maxseg size > %1$d \
            counter name syn_high
            add rule inet watch input tcp flags & (syn|ack) == (syn|ack) \
            tcp option maxseg size %1$d counter name answer_low
            add rule inet watch input tcp flags & (syn|ack) == (syn|ack) \
            tcp option maxseg size > %1$d counter name answer_high
            """
                    .formatted(CLAMP);

    private record Network(Site a, Site b, NetworkNamespace hostA, NetworkNamespace hostB) {}

    /** What a test does with the network. */
    @FunctionalInterface
    private interface Body {
        void run(Network network) throws Exception;
    }

    private static void withNetwork(Body body) throws Exception {
        try (Site a = Site.create("10.0.0.1");
                Site b = Site.create("10.0.0.2");
                NetworkNamespace hostA = NetworkNamespace.create();
                NetworkNamespace hostB = NetworkNamespace.create()) {
            a.needs(Feature.ESP).needs(Feature.NFTABLES);
            Site.connect(a, b);
            a.namespace.connect("lan", "192.168.1.1/24", hostA, "eth0", "192.168.1.2/24");
            b.namespace.connect("lan", "192.168.2.1/24", hostB, "eth0", "192.168.2.2/24");
            hostA.run("ip", "route", "add", "default", "via", "192.168.1.1");
            hostB.run("ip", "route", "add", "default", "via", "192.168.2.1");
            for (Site site : List.of(a, b)) {
                site.namespace.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
                site.namespace.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0");
            }
            b.namespace.run("ip", "route", "add", "192.168.1.0/24", "via", "10.0.0.1");
            for (NetworkNamespace n : List.of(hostA, hostB, a.namespace, b.namespace)) {
                n.run("nft", WATCH);
            }
            body.run(new Network(a, b, hostA, hostB));
        }
    }

    @Test
    void policyBasedSessionIsClampedByReqid() throws Exception {
        withNetwork(n -> clamps(n, null));
    }

    @Test
    void vtiIsClampedByInterface() throws Exception {
        withNetwork(
                n -> {
                    n.a().needs(Feature.VTI);
                    clamps(n, TunnelKind.VTI);
                });
    }

    @Test
    void xfrmInterfaceIsClampedByInterface() throws Exception {
        withNetwork(
                n -> {
                    n.a().needs(Feature.XFRM_INTERFACE);
                    clamps(n, TunnelKind.XFRM_INTERFACE);
                });
    }

    private static void tunnel(Network n, @Nullable TunnelKind kind) throws Exception {
        Pair pair = Pair.of(1);
        if (kind == null) {
            n.a.putPolicies(PolicyAction.PROTECT, n.b, "192.168.1.0/24", "192.168.2.0/24", pair);
            n.b.putPolicies(PolicyAction.PROTECT, n.a, "192.168.2.0/24", "192.168.1.0/24", pair);
            n.a.namespace.run(
                    "ip",
                    "route",
                    "add",
                    "192.168.2.0/24",
                    "via",
                    "10.0.0.2",
                    "src",
                    "192.168.1.1");
            Site.install(n.a, n.b, pair);
        } else {
            Pair scoped = pair.with(n.a.createTunnel(n.b, kind, "192.168.50.1/24", pair));
            n.b.createTunnel(n.a, kind, "192.168.50.2/24", pair);
            Site.install(n.a, n.b, scoped);
            n.b.namespace.run("ip", "route", "del", "192.168.1.0/24");
            route(n.a, "192.168.2.0/24", "192.168.1.1");
            route(n.b, "192.168.1.0/24", "192.168.2.1");
        }
    }

    private static void route(Site site, String destination, String source) throws Exception {
        LinkEntry link = site.ask(k -> k.findLink("vpn1")).orElseThrow();
        InetAddress from = Requests.ip(source);
        site.ask(
                k ->
                        k.putRoute(
                                new RouteEntry(
                                        IpPrefix.parse(destination), link.index(), null, from, 0)));
        assertEquals(from, site.ask(IpsecKernel::listRoutes).get(0).preferredSource());
    }

    private static void clamps(Network n, @Nullable TunnelKind kind) throws Exception {
        tunnel(n, kind);
        // Where B has a route into the tunnel, its answers to host A would take it.
        NetworkNamespace outsider = kind == null ? n.hostA : n.a.namespace;
        for (Direction direction : Direction.values()) {
            MssClamp clamp = new MssClamp(direction, CLAMP);
            TrafficRules rules =
                    kind == null
                            ? TrafficRules.ofReqids(
                                    "s", Set.of(KernelNumbers.reqid(1)), clamp, List.of())
                            : TrafficRules.ofInterface("s", "vpn1", clamp, List.of());
            n.a.ask(k -> k.putTrafficRules(rules));
            assertEquals(List.of(), n.a.ask(IpsecKernel::verifyTrafficRules));
            boolean in = direction == Direction.INBOUND_CONNECTION || direction == Direction.BOTH;
            boolean out = direction == Direction.OUTBOUND_CONNECTION || direction == Direction.BOTH;
            String what = kind + " " + direction + ": ";
            expect(what + "host A to host B", n.hostA, n.hostB, "192.168.2.2", out);
            expect(what + "host B to host A", n.hostB, n.hostA, "192.168.1.2", in);
            expect(what + "gateway A to host B", n.a.namespace, n.hostB, "192.168.2.2", out);
            expect(what + "host B to gateway A", n.hostB, n.a.namespace, "192.168.1.1", in);
            expect(what + "host A to its gateway", n.hostA, n.a.namespace, "192.168.1.1", false);
            expect(what + "outside", outsider, n.b.namespace, "10.0.0.2", false);
        }
        n.a.ask(k -> k.removeTrafficRules("s"));
        expect("without rules", n.hostA, n.hostB, "192.168.2.2", false);
    }

    /**
     * Opens a connection, and looks at its SYN where it arrives and its SYN-ACK where it started.
     */
    private static void expect(
            String what,
            NetworkNamespace from,
            NetworkNamespace to,
            String address,
            boolean clamped)
            throws Exception {
        counters(from);
        counters(to);
        InetSocketAddress server = new InetSocketAddress(Requests.ip(address), PORT);
        try (ServerSocket listener = to.call(ServerSocket::new)) {
            to.execute(() -> listener.bind(server));
            try (Socket socket = from.call(Socket::new)) {
                from.execute(() -> socket.connect(server, CONNECT_MILLIS));
            }
        }
        Map<String, Integer> there = counters(to);
        Map<String, Integer> here = counters(from);
        String seen = what + ": arrived " + there + ", answered " + here;
        assertTrue(there.getOrDefault(clamped ? "syn_low" : "syn_high", 0) > 0, seen);
        assertEquals(0, there.get(clamped ? "syn_high" : "syn_low"), seen);
        assertTrue(here.getOrDefault(clamped ? "answer_low" : "answer_high", 0) > 0, seen);
        assertEquals(0, here.get(clamped ? "answer_high" : "answer_low"), seen);
    }

    /** Reads the counters and starts them anew. */
    private static Map<String, Integer> counters(NetworkNamespace n) throws Exception {
        Map<String, Integer> result = new TreeMap<>();
        Matcher m = COUNTER.matcher(n.run("nft", "reset counters table inet watch"));
        while (m.find()) {
            result.put(m.group(1), Integer.parseInt(m.group(2)));
        }
        assertEquals(4, result.size());
        return result;
    }

    /** The MSS is only ever lowered. */
    @Test
    void largerValueThanAnnouncedChangesNothing() throws Exception {
        withNetwork(
                n -> {
                    tunnel(n, null);
                    n.a.ask(
                            k ->
                                    k.putTrafficRules(
                                            TrafficRules.ofReqids(
                                                    "s",
                                                    Set.of(KernelNumbers.reqid(1)),
                                                    new MssClamp(Direction.BOTH, 8902),
                                                    List.of())));
                    n.hostB.run(
                            "nft",
                            "add rule inet watch input tcp flags & (syn|ack) == syn"
                                    + " tcp option maxseg size > 1460 drop");
                    expect("8902", n.hostA, n.hostB, "192.168.2.2", false);
                });
    }

    @Test
    void trafficOfALoggedRuleReachesItsLogAndNoOther() throws Exception {
        withNetwork(
                n -> {
                    tunnel(n, null);
                    TrafficRules rules =
                            new TrafficRules(
                                    "s",
                                    null,
                                    Set.of(),
                                    null,
                                    List.of(
                                            new LoggedRule("s/1", Set.of(KernelNumbers.reqid(1))),
                                            new LoggedRule("s/2", Set.of(KernelNumbers.reqid(2)))));
                    n.a.ask(k -> k.putTrafficRules(rules));
                    for (String chain : List.of("log_1", "log_2")) {
                        n.a.namespace.run(
                                "nft", "insert rule inet edge_ipsec " + chain + " counter");
                    }
                    n.hostA.run("ping", "-n", "-c", "1", "-W", "10", "192.168.2.2");
                    n.hostA.run("ping", "-n", "-c", "1", "-W", "10", "10.0.0.2");
                    String one = n.a.namespace.run("nft", "list chain inet edge_ipsec log_1");
                    assertTrue(one.contains("counter packets 2 "), one); // there and back
                    String two = n.a.namespace.run("nft", "list chain inet edge_ipsec log_2");
                    assertTrue(two.contains("counter packets 0 "), two);
                });
    }
}
