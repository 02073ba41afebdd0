package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.kernel.Site.Installed;
import io.edgeipsec.xfrm.kernel.Site.Pair;
import io.edgeipsec.xfrm.libc.IkeSocket;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.state.DfPolicy;
import io.edgeipsec.xfrm.state.EspCipher;
import io.edgeipsec.xfrm.state.EspIntegrity;
import io.edgeipsec.xfrm.state.EspTransform;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaLifetimes;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.SaOptions;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.UdpEncapsulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tunnels between two gateways that carry real packets; on a kernel with ESP. */
@Tag("kernel")
class TunnelKernelTest {
    private static final String INNER_A = "192.168.1.1";
    private static final String INNER_B = "192.168.2.1";

    /** What the API's contract can ask for, and ChaCha20-Poly1305. */
    private static List<EspTransform> contractsTransforms() {
        List<EspTransform> all = new ArrayList<>();
        for (int bits : new int[] {128, 192, 256}) {
            all.add(EspTransform.aead(EspCipher.AES_GCM_16, bits));
            all.add(EspTransform.aead(EspCipher.NULL_AUTH_AES_GMAC, bits));
        }
        all.add(EspTransform.aead(EspCipher.CHACHA20_POLY1305, 256));
        for (EspIntegrity integrity :
                new EspIntegrity[] {
                    EspIntegrity.HMAC_SHA1_96,
                    EspIntegrity.HMAC_SHA2_256_128,
                    EspIntegrity.HMAC_SHA2_384_192,
                    EspIntegrity.HMAC_SHA2_512_256
                }) {
            all.add(new EspTransform(EspCipher.AES_CBC, 128, integrity));
            all.add(new EspTransform(EspCipher.AES_CBC, 256, integrity));
            all.add(new EspTransform(EspCipher.NULL, 0, integrity));
        }
        return all;
    }

    /** Two gateways with an inner address each, reached by way of the other. */
    private static void innerAddresses(Site a, Site b) throws Exception {
        a.namespace.run("ip", "addr", "add", INNER_A + "/32", "dev", "lo");
        b.namespace.run("ip", "addr", "add", INNER_B + "/32", "dev", "lo");
        a.namespace.run("ip", "route", "add", INNER_B, "via", "10.0.0.2", "src", INNER_A);
        b.namespace.run("ip", "route", "add", INNER_A, "via", "10.0.0.1", "src", INNER_B);
    }

    private static void policies(Site a, Site b, PolicyAction action, Pair pair) throws Exception {
        a.putPolicies(action, b, INNER_A + "/32", INNER_B + "/32", pair);
        b.putPolicies(action, a, INNER_B + "/32", INNER_A + "/32", pair);
    }

    /** What a test does with two gateways. */
    @FunctionalInterface
    private interface Body {
        void run(Site a, Site b) throws Exception;
    }

    private static void withSites(Body body) throws Exception {
        try (Site a = Site.create("10.0.0.1");
                Site b = Site.create("10.0.0.2")) {
            Site.connect(a, b);
            body.run(a, b);
        }
    }

    /** Also the formula of the tunnel's MTU: the kernel says what it would let through. */
    @Test
    void everyTransformCarriesPacketsAndHasTheMtuWeCompute() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP);
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    Set<EspTransform> supported =
                            a.ask(k -> k.probe(contractsTransforms())).transforms();
                    assertEquals(Set.copyOf(contractsTransforms()), supported);
                    for (EspTransform transform : contractsTransforms()) {
                        Installed pair = Site.install(a, b, Pair.of(1).with(transform));
                        assertTrue(a.pings(INNER_B), transform + " carries a ping");
                        SaEntry out = a.ask(k -> k.readSa(pair.out()));
                        SaEntry in = a.ask(k -> k.readSa(pair.in()));
                        assertEquals(1, out.counters().packets());
                        assertEquals(84, out.counters().octets());
                        assertEquals(1, out.outboundSequence());
                        assertEquals(1, in.counters().packets());
                        assertEquals(1, in.inboundSequence());
                        assertNotEquals(0, in.counters().useTime());
                        assertEquals(0, in.statistics().integrityFailed());
                        assertEquals(
                                transform.tunnelMtu(1500, false, false),
                                kernelsMtu(a, INNER_B),
                                "MTU of " + transform);
                        Site.remove(a, b, pair);
                    }
                });
    }

    private static int kernelsMtu(Site site, String destination) throws Exception {
        String output =
                site.namespace
                        .tryRun("ping", "-n", "-c", "1", "-M", "do", "-s", "1472", destination)
                        .output();
        Matcher m = Pattern.compile("mtu ?= ?(\\d+)").matcher(output);
        assertTrue(m.find(), output);
        return Integer.parseInt(m.group(1));
    }

    @Test
    void esnAndWindowSizesCarryPackets() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP);
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    for (boolean esn : new boolean[] {false, true}) {
                        for (int window : new int[] {0, 32, 33, 960, 4096}) {
                            if (esn && window == 0) {
                                continue;
                            }
                            SaOptions options =
                                    new SaOptions(
                                            window, esn, SaLifetimes.NONE, DfPolicy.CLEAR, 0, 0);
                            Installed pair = Site.install(a, b, Pair.of(1).with(options));
                            assertTrue(a.pings(INNER_B), "window " + window + " ESN " + esn);
                            assertEquals(esn, a.ask(k -> k.readSa(pair.in())).esn());
                            Site.remove(a, b, pair);
                        }
                    }
                });
    }

    @Test
    void vtiCarriesPacketsAndShowsItsState() throws Exception {
        routeBased(TunnelKind.VTI, Feature.VTI);
    }

    @Test
    void xfrmInterfaceCarriesPacketsAndShowsItsState() throws Exception {
        routeBased(TunnelKind.XFRM_INTERFACE, Feature.XFRM_INTERFACE);
    }

    private static void routeBased(TunnelKind kind, Feature feature) throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP).needs(feature).monitored();
                    Pair pair = Pair.of(1);
                    Scope scope = a.createTunnel(b, kind, "192.168.50.1/24", pair);
                    b.createTunnel(a, kind, "192.168.50.2/24", pair);
                    a.namespace.run("ip", "addr", "add", INNER_A + "/32", "dev", "lo");
                    b.namespace.run("ip", "addr", "add", INNER_B + "/32", "dev", "lo");
                    route(a, INNER_B);
                    route(b, INNER_A);
                    assertFalse(a.pings("192.168.50.2", "-W", "1"), "without SAs");
                    KernelEvent.Acquire acquire =
                            a.event(KernelEvent.Acquire.class, e -> e.reqid() == pair.reqid());
                    assertEquals(scope, acquire.scope());
                    assertEquals(b.address, acquire.peer());
                    a.ask(k -> k.forgetAcquire(acquire));

                    Site.install(a, b, pair.with(scope));
                    assertTrue(a.pings("192.168.50.2"), "between the tunnel's addresses");
                    assertTrue(a.pings("-I", INNER_A, INNER_B), "between subnets, by route");
                    assertTrue(b.pings("-I", INNER_B, INNER_A), "the other way");

                    a.ask(k -> k.setLinkUsable("vpn1", true));
                    KernelEvent.LinkChanged up =
                            a.event(
                                    KernelEvent.LinkChanged.class,
                                    e ->
                                            e.link().name().equals("vpn1")
                                                    && e.link().state() == OperationalState.UP);
                    assertTrue(up.link().up());
                    a.ask(k -> k.setLinkUsable("vpn1", false));
                    a.event(
                            KernelEvent.LinkChanged.class,
                            e ->
                                    e.link().name().equals("vpn1")
                                            && e.link().state() == OperationalState.DORMANT
                                            && e.link().up());
                    assertTrue(
                            a.namespace.run("ip", "route", "show", INNER_B).contains("dev vpn1"),
                            "routes stay while the link is dormant");

                    a.ask(k -> k.removeLink("vpn1"));
                    a.event(KernelEvent.LinkRemoved.class, e -> e.link().name().equals("vpn1"));
                });
    }

    private static void route(Site site, String destination) throws Exception {
        LinkEntry link = site.ask(k -> k.findLink("vpn1")).orElseThrow();
        site.ask(
                k ->
                        k.putRoute(
                                RouteEntry.onLink(
                                        IpPrefix.parse(destination + "/32"), link.index(), 0)));
    }

    @Test
    void softAndHardExpiryAreReported() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP).monitored();
                    SaOptions options =
                            new SaOptions(
                                    64, false, SaLifetimes.ofSeconds(1, 3), DfPolicy.COPY, 0, 0);
                    Installed pair = Site.install(a, b, Pair.of(5).with(options));
                    KernelEvent.Expire soft =
                            a.event(
                                    KernelEvent.Expire.class,
                                    e -> e.id().equals(pair.in()) && !e.hard());
                    assertEquals(KernelNumbers.reqid(5), soft.reqid());
                    assertEquals(b.address, soft.source());
                    assertFalse(a.ask(k -> k.readSa(pair.in())).larval(), "it works on");
                    a.event(KernelEvent.Expire.class, e -> e.id().equals(pair.in()) && e.hard());
                    assertTrue(a.outcome(k -> k.readSa(pair.in())).isRefused(Outcome.Kind.GONE));
                });
    }

    /** The kernel looks at its counter before it adds the packet (xfrm_state_check_expire). */
    @Test
    void packetLimitExpires() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP).monitored();
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    SaOptions options =
                            new SaOptions(
                                    64,
                                    true,
                                    new SaLifetimes(0, 0, 0, 0, 1, 0),
                                    DfPolicy.COPY,
                                    0,
                                    0);
                    Installed pair = Site.install(a, b, Pair.of(1).with(options));
                    assertTrue(a.pings(INNER_B));
                    assertTrue(a.pings(INNER_B));
                    a.event(KernelEvent.Expire.class, e -> e.id().equals(pair.out()) && !e.hard());
                });
    }

    /** As at the end of the sequence numbers: reported once, then gone, and nothing leaves. */
    @Test
    void hardPacketLimitEndsTheSa() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP).monitored();
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    SaOptions options =
                            new SaOptions(
                                    64,
                                    false,
                                    new SaLifetimes(0, 0, 0, 0, 1, 2),
                                    DfPolicy.COPY,
                                    0,
                                    0);
                    Installed pair = Site.install(a, b, Pair.of(1).with(options));
                    assertTrue(a.pings(INNER_B));
                    assertTrue(a.pings(INNER_B));
                    a.event(KernelEvent.Expire.class, e -> e.id().equals(pair.out()) && !e.hard());
                    assertFalse(a.pings(INNER_B));
                    a.event(KernelEvent.Expire.class, e -> e.id().equals(pair.out()) && e.hard());
                    assertTrue(a.outcome(k -> k.readSa(pair.out())).isRefused(Outcome.Kind.GONE));
                });
    }

    @Test
    void newestSaCarries() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP);
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    Installed first = Site.install(a, b, Pair.of(1));
                    assertTrue(a.pings(INNER_B));
                    Installed second = Site.install(a, b, Pair.of(1));
                    assertTrue(a.pings(INNER_B));
                    assertEquals(1, a.ask(k -> k.readSa(first.out())).counters().packets());
                    assertEquals(1, a.ask(k -> k.readSa(second.out())).counters().packets());
                });
    }

    /** The peer's NAT gives it another port: its packets on the old SA say so. */
    @Test
    void udpEncapsulationAndItsChangedMapping() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP).monitored();
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    try (IkeSocket socketA = espInUdp(a);
                            IkeSocket socketB = espInUdp(b);
                            IkeSocket moved = espInUdp(b, 4600)) {
                        assertEquals(4600, moved.localPort());
                        Installed pair =
                                Site.install(
                                        a, b, Pair.of(1).with(new UdpEncapsulation(4500, 4500)));
                        assertTrue(a.pings(INNER_B));
                        b.ask(
                                k ->
                                        k.moveSa(
                                                new SaMove(
                                                        pair.in(),
                                                        SaDirection.OUT,
                                                        b.address,
                                                        a.address,
                                                        new UdpEncapsulation(4600, 4500))));
                        b.pings(INNER_A, "-W", "1");
                        KernelEvent.Mapping mapping = a.event(KernelEvent.Mapping.class, e -> true);
                        assertEquals(pair.in().spi(), mapping.spi());
                        assertEquals(a.address, mapping.local());
                        assertEquals(KernelNumbers.reqid(1), mapping.reqid());
                        assertEquals(4500, mapping.oldPort());
                        assertEquals(4600, mapping.newPort());
                        assertEquals(b.address, mapping.newAddress());

                        UdpEncapsulation now = new UdpEncapsulation(4500, 4600);
                        for (SaMove move :
                                List.of(
                                        new SaMove(
                                                pair.in(),
                                                SaDirection.IN,
                                                a.address,
                                                b.address,
                                                now),
                                        new SaMove(
                                                pair.out(),
                                                SaDirection.OUT,
                                                a.address,
                                                b.address,
                                                now))) {
                            a.ask(k -> k.moveSa(move));
                        }
                        b.ask(
                                k ->
                                        k.moveSa(
                                                new SaMove(
                                                        pair.out(),
                                                        SaDirection.IN,
                                                        b.address,
                                                        a.address,
                                                        new UdpEncapsulation(4600, 4500))));
                        assertTrue(a.pings(INNER_B), "after the move");
                        assertEquals(4500, socketA.localPort());
                        assertEquals(4500, socketB.localPort());
                    }
                });
    }

    private static IkeSocket espInUdp(Site site) throws Exception {
        return espInUdp(site, 4500);
    }

    private static IkeSocket espInUdp(Site site, int port) throws Exception {
        return site.namespace.call(
                () ->
                        IkeSocket.open(
                                new IkeSocket.Options(
                                        Requests.ip("0.0.0.0"), port, true, true, 2048)));
    }

    /** The peer comes from another address: SAs and templates move, the numbering goes on. */
    @Test
    void movedSaGoesOnWhereItStood() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP);
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    for (boolean longWindow : new boolean[] {false, true}) {
                        SaOptions options =
                                new SaOptions(
                                        longWindow ? 960 : 32,
                                        longWindow,
                                        SaLifetimes.NONE,
                                        DfPolicy.COPY,
                                        0,
                                        0);
                        String other = longWindow ? "10.0.0.4" : "10.0.0.3";
                        b.namespace.run("ip", "addr", "add", other + "/24", "dev", "wan");
                        moveTo(a, b, other, Pair.of(1).with(options));
                        policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    }
                });
    }

    private static void moveTo(Site a, Site b, String other, Pair shared) throws Exception {
        Installed pair = Site.install(a, b, shared);
        assertTrue(a.pings(INNER_B));
        assertTrue(a.pings(INNER_B));
        var moved = Requests.ip(other);
        SaMove out = new SaMove(pair.out(), SaDirection.OUT, a.address, moved, null);
        SaMove in = new SaMove(pair.in(), SaDirection.IN, a.address, moved, null);
        SaMove peersOut = new SaMove(pair.in(), SaDirection.OUT, moved, a.address, null);
        SaMove peersIn = new SaMove(pair.out(), SaDirection.IN, moved, a.address, null);
        a.ask(k -> k.moveSa(out));
        a.ask(k -> k.moveSa(in));
        b.ask(k -> k.moveSa(peersOut));
        b.ask(k -> k.moveSa(peersIn));
        templates(a, b, other);
        assertTrue(a.pings(INNER_B), "after the move to " + other);
        SaEntry now = a.ask(k -> k.readSa(out.movedId()));
        assertTrue(now.outboundSequence() > 1 << 20, "it jumped ahead: " + now.outboundSequence());
        assertEquals(3, now.counters().packets(), "it counts on");
        SaEntry inbound = a.ask(k -> k.readSa(in.movedId()));
        assertTrue(inbound.inboundSequence() > 1 << 20, "and so did the peer");
        assertEquals(0, inbound.statistics().replayed());
        Site.remove(a, b, new Installed(in.movedId(), out.movedId()));
    }

    /** The same policies with the peer's other address in their templates. */
    private static void templates(Site a, Site b, String other) throws Exception {
        for (Site site : List.of(a, b)) {
            for (var policy : site.ask(IpsecKernel::listPolicies)) {
                var t = policy.protection().orElseThrow();
                var moved = Requests.ip(other);
                var template =
                        new io.edgeipsec.xfrm.policy.PolicyTemplate(
                                t.source().equals(a.address) ? a.address : moved,
                                t.destination().equals(a.address) ? a.address : moved,
                                t.reqid());
                site.ask(
                        k ->
                                k.putPolicy(
                                        io.edgeipsec.xfrm.policy.PolicyEntry.protect(
                                                policy.key(), policy.priority(), template)));
            }
        }
    }

    @Test
    void countersOfTheKernelAreRead() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP);
                    innerAddresses(a, b);
                    policies(a, b, PolicyAction.PROTECT, Pair.of(1));
                    a.pings(INNER_B, "-W", "1");
                    Map<String, Long> counters = a.ask(IpsecKernel::statistics);
                    assertTrue(
                            counters.getOrDefault("XfrmOutNoStates", 0L) > 0
                                    || counters.getOrDefault("XfrmAcquireError", 0L) > 0,
                            () -> "" + counters);
                });
    }

    @Test
    void everythingOfOursIsRemovedAndNothingElse() throws Exception {
        withSites(
                (a, b) -> {
                    a.needs(Feature.ESP).needs(Feature.XFRM_INTERFACE);
                    a.monitored(); // without a listener the kernel makes no larval SA
                    a.namespace.run(
                            "ip",
                            "xfrm",
                            "state",
                            "add",
                            "src",
                            "10.0.0.1",
                            "dst",
                            "10.0.0.2",
                            "proto",
                            "esp",
                            "spi",
                            "0x99",
                            "reqid",
                            "77",
                            "mode",
                            "tunnel",
                            "aead",
                            "rfc4106(gcm(aes))",
                            "0x0102030405060708090a0b0c0d0e0f1011121314",
                            "128");
                    a.namespace.run("ip", "link", "add", "other0", "type", "xfrm", "if_id", "42");
                    Pair pair = Pair.of(1);
                    a.createTunnel(b, TunnelKind.XFRM_INTERFACE, "192.168.50.1/24", pair);
                    b.createTunnel(a, TunnelKind.XFRM_INTERFACE, "192.168.50.2/24", pair);
                    Site.install(a, b, pair);
                    route(a, INNER_B);
                    assertFalse(a.pings("192.168.50.2", "-W", "1")); // leaves a larval SA
                    assertEquals(3, a.ask(IpsecKernel::listSas).size());
                    assertTrue(
                            a.outcome(k -> k.removeLink("other0"))
                                    .isRefused(Outcome.Kind.NOT_OURS));

                    FlushReport report = a.ask(IpsecKernel::removeAll);
                    assertEquals(new FlushReport(3, 3, 1, 1, 0, List.of()), report);
                    assertEquals(List.of(), a.ask(IpsecKernel::listSas));
                    assertEquals(Optional.empty(), a.ask(k -> k.findLink("vpn1")));
                    assertEquals("", a.namespace.run("ip", "xfrm", "policy"));
                    String states = a.namespace.run("ip", "xfrm", "state");
                    assertEquals(1, states.split("proto esp", -1).length - 1, states);
                    assertTrue(states.contains("spi 0x00000099"), states);
                    assertTrue(a.ask(k -> k.findLink("other0")).isPresent());
                });
    }
}
