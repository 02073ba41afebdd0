package io.edgeipsec.xfrm.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.xfrm.kernel.KernelFeatures.Feature;
import io.edgeipsec.xfrm.kernel.Outcome.Kind;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.NexthopGroup;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.RouteEntry;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.policy.PolicyTemplate;
import io.edgeipsec.xfrm.state.SaDirection;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaInstall;
import io.edgeipsec.xfrm.state.SaMove;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import io.edgeipsec.xfrm.state.SpiRequest;
import io.edgeipsec.xfrm.state.UdpEncapsulation;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What every {@link IpsecKernel} does alike. Each test gets a kernel that is empty of our objects,
 * on a host with the address 192.0.2.1/24.
 */
abstract class IpsecKernelContract {
    static final InetAddress LOCAL = Requests.ip("192.0.2.1");
    static final InetAddress PEER = Requests.ip("192.0.2.2");
    static final int REQID = KernelNumbers.reqid(1);
    static final Selector SITES =
            Selector.between(IpPrefix.parse("10.1.0.0/16"), IpPrefix.parse("10.2.0.0/16"));

    /** What a test does with the kernel. */
    @FunctionalInterface
    interface Body {
        void run(IpsecKernel kernel) throws Exception;
    }

    /** Runs the body with a fresh kernel, on the kernel's thread. */
    abstract void withKernel(Body body) throws Exception;

    /** Skips the test, with the reason, on a kernel without the feature. */
    abstract void assume(IpsecKernel kernel, Feature feature);

    @Test
    void everyAllocatedSpiIsDifferentAndShownAsLarval() throws Exception {
        withKernel(
                kernel -> {
                    Map<Integer, SaEntry> byPeer = new TreeMap<>();
                    for (int i = 0; i < 50; i++) {
                        SpiRequest request = new SpiRequest(LOCAL, PEER, REQID, Scope.GLOBAL, 0);
                        int spi = Requests.value(kernel.allocateSpi(request));
                        assertEquals(0xc, spi >>> 28, "SPI " + Integer.toHexString(spi));
                        SaEntry larval =
                                Requests.value(kernel.readSa(new SaId(LOCAL, spi, Scope.GLOBAL)));
                        assertTrue(larval.larval());
                        assertEquals(PEER, larval.source());
                        assertEquals(REQID, larval.reqid());
                        byPeer.put(spi, larval);
                    }
                    assertEquals(50, byPeer.size());
                    assertEquals(50, Requests.value(kernel.listSas()).size());
                });
    }

    @Test
    void larvalSaIsScoped() throws Exception {
        withKernel(
                kernel -> {
                    Scope scope = Scope.mark(KernelNumbers.tunnelKey(7));
                    int spi =
                            Requests.value(
                                    kernel.allocateSpi(
                                            new SpiRequest(LOCAL, PEER, REQID, scope, 0)));
                    assertTrue(
                            kernel.readSa(new SaId(LOCAL, spi, Scope.GLOBAL)).isRefused(Kind.GONE));
                    SaId id = new SaId(LOCAL, spi, scope);
                    assertEquals(id, Requests.value(kernel.readSa(id)).id());
                    Requests.value(kernel.removeSa(id));
                });
    }

    @Test
    void removingWhatIsNotThereSaysGone() throws Exception {
        withKernel(
                kernel -> {
                    SaId id = new SaId(LOCAL, 0xc000_1234, Scope.GLOBAL);
                    assertTrue(kernel.removeSa(id).isRefused(Kind.GONE));
                    assertTrue(kernel.readSa(id).isRefused(Kind.GONE));
                    PolicyKey key = new PolicyKey(PolicyDirection.OUT, SITES, Scope.GLOBAL);
                    assertTrue(kernel.removePolicy(key).isRefused(Kind.GONE));
                    assertTrue(kernel.removeLink("vpn99").isRefused(Kind.GONE));
                    assertEquals(Optional.empty(), Requests.value(kernel.findLink("vpn99")));
                    assertTrue(kernel.setLinkUsable("vpn99", true).isRefused(Kind.GONE));
                });
    }

    @Test
    void policiesAreReplacedInPlaceAndListed() throws Exception {
        withKernel(
                kernel -> {
                    PolicyKey out = new PolicyKey(PolicyDirection.OUT, SITES, Scope.GLOBAL);
                    int priority = KernelNumbers.policyPriority(KernelNumbers.Rank.PROTECT, SITES);
                    PolicyEntry protect =
                            PolicyEntry.protect(
                                    out, priority, new PolicyTemplate(LOCAL, PEER, REQID));
                    Requests.value(kernel.putPolicy(protect));
                    assertEquals(List.of(protect), Requests.value(kernel.listPolicies()));

                    PolicyEntry block = PolicyEntry.block(out, priority);
                    Requests.value(kernel.putPolicy(block));
                    assertEquals(List.of(block), Requests.value(kernel.listPolicies()));

                    Scope scope = Scope.interfaceId(KernelNumbers.tunnelKey(3));
                    PolicyEntry other =
                            PolicyEntry.protect(
                                    new PolicyKey(PolicyDirection.OUT, SITES, scope),
                                    priority,
                                    new PolicyTemplate(LOCAL, PEER, KernelNumbers.reqid(2)));
                    Requests.value(kernel.putPolicy(other));
                    assertEquals(
                            Set.of(block, other),
                            Set.copyOf(Requests.value(kernel.listPolicies())));

                    Requests.value(kernel.removePolicy(out));
                    assertEquals(List.of(other), Requests.value(kernel.listPolicies()));
                });
    }

    @Test
    void policiesOfEveryShapeComeBackAsTheyWerePut() throws Exception {
        withKernel(
                kernel -> {
                    Selector tcp =
                            new Selector(
                                    IpPrefix.parse("2001:db8:1::/48"),
                                    IpPrefix.parse("2001:db8:2::5/128"),
                                    6,
                                    io.edgeipsec.xfrm.state.PortMatch.ANY,
                                    io.edgeipsec.xfrm.state.PortMatch.exactly(443),
                                    0);
                    Selector all =
                            Selector.between(
                                    IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse("0.0.0.0/0"));
                    Scope vti = Scope.mark(KernelNumbers.tunnelKey(9));
                    PolicyTemplate in = new PolicyTemplate(PEER, LOCAL, REQID);
                    int p = KernelNumbers.policyPriority(KernelNumbers.Rank.BYPASS, tcp);
                    Set<PolicyEntry> wanted =
                            Set.of(
                                    PolicyEntry.bypass(
                                            new PolicyKey(PolicyDirection.OUT, tcp, Scope.GLOBAL),
                                            p),
                                    PolicyEntry.block(
                                            new PolicyKey(PolicyDirection.IN, tcp, Scope.GLOBAL),
                                            p),
                                    PolicyEntry.protect(
                                            new PolicyKey(PolicyDirection.IN, all, vti), p, in),
                                    PolicyEntry.protect(
                                            new PolicyKey(PolicyDirection.FORWARD, all, vti),
                                            p,
                                            in));
                    for (PolicyEntry policy : wanted) {
                        Requests.value(kernel.putPolicy(policy));
                    }
                    assertEquals(wanted, Set.copyOf(Requests.value(kernel.listPolicies())));
                });
    }

    @Test
    void inboundSaNeedsItsLarvalOne() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.ESP);
                    SaInstall sa = Requests.sa(SaDirection.IN, LOCAL, PEER, 0xc000_0001, REQID);
                    assertTrue(kernel.installSa(sa).isRefused(Kind.GONE));
                    assertTrue(sa.encryptionKey().isClosed(), "keys are zeroed on refusal too");
                });
    }

    @Test
    void outboundSpiIsTakenOnce() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.ESP);
                    Requests.value(
                            kernel.installSa(
                                    Requests.sa(SaDirection.OUT, LOCAL, PEER, 0x1000, REQID)));
                    SaInstall again = Requests.sa(SaDirection.OUT, LOCAL, PEER, 0x1000, REQID);
                    assertTrue(kernel.installSa(again).isRefused(Kind.EXISTS));
                });
    }

    @Test
    void saPairIsInstalledReadMovedAndRemoved() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.ESP);
                    int spi =
                            Requests.value(
                                    kernel.allocateSpi(
                                            new SpiRequest(LOCAL, PEER, REQID, Scope.GLOBAL, 0)));
                    SaInstall in = Requests.sa(SaDirection.IN, LOCAL, PEER, spi, REQID);
                    Requests.value(kernel.installSa(in));
                    SaInstall out = Requests.sa(SaDirection.OUT, LOCAL, PEER, 0x1000, REQID);
                    Requests.value(kernel.installSa(out));
                    assertTrue(out.encryptionKey().isClosed());
                    assertEquals(2, Requests.value(kernel.listSas()).size());
                    SaEntry installed = Requests.value(kernel.readSa(in.id()));
                    assertFalse(installed.larval());
                    assertEquals(PEER, installed.source());

                    InetAddress moved = Requests.ip("192.0.2.3");
                    SaMove move = new SaMove(out.id(), SaDirection.OUT, LOCAL, moved, null);
                    Requests.value(kernel.moveSa(move));
                    assertTrue(kernel.readSa(out.id()).isRefused(Kind.GONE));
                    SaEntry there = Requests.value(kernel.readSa(move.movedId()));
                    assertEquals(REQID, there.reqid());
                    SaMove inbound = new SaMove(in.id(), SaDirection.IN, LOCAL, moved, null);
                    Requests.value(kernel.moveSa(inbound));
                    assertEquals(moved, Requests.value(kernel.readSa(in.id())).source());

                    Requests.value(kernel.removeSa(in.id()));
                    Requests.value(kernel.removeSa(move.movedId()));
                    assertEquals(List.of(), Requests.value(kernel.listSas()));
                    assertTrue(kernel.moveSa(move).isRefused(Kind.GONE));
                });
    }

    @Test
    void linksOfBothKinds() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.VTI);
                    assume(kernel, Feature.XFRM_INTERFACE);
                    TunnelLinkRequest vti =
                            TunnelLinkRequest.vti(
                                    "vpn1", "a", LOCAL, PEER, KernelNumbers.tunnelKey(1), 1400);
                    TunnelLinkRequest xfrm =
                            TunnelLinkRequest.xfrm("vpn2", "b", KernelNumbers.tunnelKey(2), 1390);
                    for (TunnelLinkRequest request : List.of(vti, xfrm)) {
                        LinkEntry link = Requests.value(kernel.createLink(request));
                        assertEquals(request.name(), link.name());
                        assertEquals(Optional.of(request.kind()), link.tunnelKind());
                        assertEquals(request.key(), link.key());
                        assertEquals(request.mtu(), link.mtu());
                        assertEquals("edge-ipsec " + request.session(), link.alias());
                        assertEquals(request.session(), KernelNumbers.session(link));
                        assertTrue(link.up());
                        assertEquals(OperationalState.DORMANT, link.state());
                        assertTrue(link.satisfies(request));
                        assertTrue(KernelNumbers.isOurs(link));
                        assertTrue(kernel.createLink(request).isRefused(Kind.EXISTS));
                    }
                    assertFalse(Requests.link(kernel, "vpn1").satisfies(xfrm));

                    Requests.value(kernel.setLinkUsable("vpn1", true));
                    assertEquals(OperationalState.UP, Requests.link(kernel, "vpn1").state());
                    assertTrue(Requests.link(kernel, "vpn1").up());
                    Requests.value(kernel.setLinkUsable("vpn1", false));
                    assertEquals(OperationalState.DORMANT, Requests.link(kernel, "vpn1").state());
                    assertTrue(Requests.link(kernel, "vpn1").up());
                    assertEquals(OperationalState.DORMANT, Requests.link(kernel, "vpn2").state());

                    Requests.value(kernel.setLinkMtu("vpn2", 1300));
                    assertEquals(1300, Requests.link(kernel, "vpn2").mtu());
                    assertEquals(2, Requests.value(kernel.listTunnelLinks()).size());
                    Requests.value(kernel.removeLink("vpn1"));
                    assertEquals(
                            List.of("vpn2"),
                            Requests.value(kernel.listTunnelLinks()).stream()
                                    .map(LinkEntry::name)
                                    .toList());
                });
    }

    @Test
    void changedLinkKeepsItsRoutesAndAddresses() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.VTI);
                    assume(kernel, Feature.XFRM_INTERFACE);
                    int key = KernelNumbers.tunnelKey(1);
                    for (TunnelLinkRequest before :
                            List.of(
                                    TunnelLinkRequest.vti("vpn1", "a", LOCAL, PEER, key, 1400),
                                    TunnelLinkRequest.xfrm("vpn2", "b", key + 1, 1400))) {
                        boolean vti = before.kind() == TunnelKind.VTI;
                        TunnelLinkRequest after =
                                vti
                                        ? TunnelLinkRequest.vti(
                                                "vpn1", "a", LOCAL, LOCAL, key + 2, 1300)
                                        : TunnelLinkRequest.xfrm("vpn2", "b", key + 3, 1300);
                        assertTrue(kernel.changeLink(after).isRefused(Kind.GONE));
                        LinkEntry link = Requests.value(kernel.createLink(before));
                        IpPrefix inner = IpPrefix.parse(vti ? "169.254.7.1/30" : "169.254.8.1/30");
                        Requests.value(kernel.setLinkAddresses(link.name(), Set.of(inner)));
                        Requests.value(kernel.setLinkUsable(link.name(), true));
                        RouteEntry route =
                                new RouteEntry(
                                        IpPrefix.parse(vti ? "10.7.0.0/16" : "10.8.0.0/16"),
                                        link.index(),
                                        null,
                                        null,
                                        20);
                        Requests.value(kernel.putRoute(route));

                        Requests.value(kernel.changeLink(after));
                        LinkEntry changed = Requests.link(kernel, link.name());
                        assertTrue(changed.satisfies(after), changed.toString());
                        assertEquals(link.index(), changed.index());
                        assertEquals(1300, changed.mtu());
                        assertEquals(link.alias(), changed.alias());
                        assertTrue(changed.up());
                        assertEquals(OperationalState.UP, changed.state());
                        assertEquals(Set.of(inner), Requests.ipv4Addresses(kernel, link));
                        Requests.value(kernel.removeRoute(route)); // so it was there
                    }
                    assertTrue(
                            kernel.changeLink(TunnelLinkRequest.xfrm("vpn1", "a", key, 1400))
                                    .isRefused(Kind.NOT_SUPPORTED));
                });
    }

    @Test
    void addressesAndRoutesOfTunnel() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.XFRM_INTERFACE);
                    LinkEntry link =
                            Requests.value(
                                    kernel.createLink(
                                            TunnelLinkRequest.xfrm(
                                                    "vpn2",
                                                    "b",
                                                    KernelNumbers.tunnelKey(2),
                                                    1390)));
                    IpPrefix first = IpPrefix.parse("169.254.7.1/30");
                    IpPrefix second = IpPrefix.parse("169.254.8.1/30");
                    Requests.value(kernel.setLinkAddresses("vpn2", Set.of(first)));
                    assertEquals(Set.of(first), Requests.ipv4Addresses(kernel, link));
                    Requests.value(kernel.setLinkAddresses("vpn2", Set.of(first, second)));
                    assertEquals(Set.of(first, second), Requests.ipv4Addresses(kernel, link));
                    Requests.value(kernel.setLinkAddresses("vpn2", Set.of(second)));
                    assertEquals(Set.of(second), Requests.ipv4Addresses(kernel, link));

                    RouteEntry route =
                            RouteEntry.onLink(IpPrefix.parse("10.9.0.0/16"), link.index(), 50);
                    Requests.value(kernel.putRoute(route));
                    Requests.value(kernel.putRoute(route));
                    assertEquals(List.of(route), Requests.value(kernel.listRoutes()));
                    Requests.value(kernel.removeRoute(route));
                    assertTrue(kernel.removeRoute(route).isRefused(Kind.GONE));
                    Requests.value(kernel.putRoute(route));
                    Requests.value(kernel.removeLink("vpn2"));
                    assertEquals(List.of(), Requests.value(kernel.listRoutes()));
                });
    }

    @Test
    void nexthopGroupsOfTunnels() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.XFRM_INTERFACE);
                    for (int i = 3; i <= 4; i++) {
                        Requests.value(
                                kernel.createLink(
                                        TunnelLinkRequest.xfrm(
                                                "vpn" + i,
                                                "s" + i,
                                                KernelNumbers.tunnelKey(i),
                                                1390)));
                    }
                    int id = KernelNumbers.nexthopGroup(7);
                    NexthopGroup both = new NexthopGroup(id, Set.of("vpn3", "vpn4"));
                    NexthopGroup one = new NexthopGroup(id, Set.of("vpn4"));
                    NexthopGroup none = new NexthopGroup(id, Set.of());
                    for (NexthopGroup group : List.of(none, both, one, none, one, both)) {
                        Requests.value(kernel.putNexthopGroup(group));
                        assertEquals(List.of(group), Requests.value(kernel.listNexthopGroups()));
                    }
                    Requests.value(kernel.setLinkUsable("vpn3", false));
                    Requests.value(kernel.setLinkUsable("vpn3", true));
                    Requests.value(kernel.setLinkUsable("vpn3", false));
                    assertEquals(
                            List.of(both),
                            Requests.value(kernel.listNexthopGroups()),
                            "the operational state alone changes nothing");

                    NexthopGroup more = new NexthopGroup(id, Set.of("vpn3", "vpn4", "vpn5"));
                    assertTrue(kernel.putNexthopGroup(more).isRefused(Kind.GONE));
                    assertEquals(List.of(both), Requests.value(kernel.listNexthopGroups()));
                    Requests.value(kernel.removeLink("vpn3"));
                    assertEquals(List.of(one), Requests.value(kernel.listNexthopGroups()));
                    Requests.value(kernel.tidyNexthops());
                    assertEquals(List.of(one), Requests.value(kernel.listNexthopGroups()));
                    Requests.value(kernel.removeNexthopGroup(id));
                    assertTrue(kernel.removeNexthopGroup(id).isRefused(Kind.GONE));
                    Requests.value(kernel.putNexthopGroup(one));
                    assertEquals(1, Requests.value(kernel.removeAll()).nexthopGroups());
                    assertEquals(List.of(), Requests.value(kernel.listNexthopGroups()));
                });
    }

    @Test
    void hostAddressesAndRoutes() throws Exception {
        withKernel(
                kernel -> {
                    assertTrue(
                            Requests.value(kernel.listAddresses()).stream()
                                    .anyMatch(
                                            a ->
                                                    a.address()
                                                            .equals(
                                                                    IpPrefix.parse(
                                                                            "192.0.2.1/24"))));
                    RouteAnswer answer = Requests.value(kernel.lookUpRoute(PEER, Optional.empty()));
                    assertEquals(RouteAnswer.Reach.REACHABLE, answer.reach());
                    assertEquals(Optional.of(LOCAL), answer.sourceAddress());
                    assertEquals(1500, answer.mtu());
                    assertNotEquals(0, answer.linkIndex());
                    assertEquals(
                            RouteAnswer.Reach.UNREACHABLE,
                            Requests.value(
                                            kernel.lookUpRoute(
                                                    Requests.ip("198.51.100.1"), Optional.empty()))
                                    .reach());
                    assertEquals(
                            RouteAnswer.Reach.LOCAL,
                            Requests.value(kernel.lookUpRoute(LOCAL, Optional.empty())).reach());
                });
    }

    @Test
    void removeAllLeavesNothingOfOurs() throws Exception {
        withKernel(
                kernel -> {
                    Requests.value(
                            kernel.allocateSpi(
                                    new SpiRequest(LOCAL, PEER, REQID, Scope.GLOBAL, 0)));
                    int p = KernelNumbers.policyPriority(KernelNumbers.Rank.PROTECT, SITES);
                    for (PolicyDirection d : PolicyDirection.values()) {
                        Requests.value(
                                kernel.putPolicy(
                                        PolicyEntry.block(
                                                new PolicyKey(d, SITES, Scope.GLOBAL), p)));
                    }
                    FlushReport report = Requests.value(kernel.removeAll());
                    assertEquals(List.of(), report.failures());
                    assertEquals(1, report.securityAssociations());
                    assertEquals(3, report.policies());
                    assertEquals(List.of(), Requests.value(kernel.listSas()));
                    assertEquals(List.of(), Requests.value(kernel.listPolicies()));
                    assertEquals(0, Requests.value(kernel.removeAll()).policies());
                });
    }

    @Test
    void udpPortsOfAnSaChangeInPlace() throws Exception {
        withKernel(
                kernel -> {
                    assume(kernel, Feature.ESP);
                    SaInstall out =
                            Requests.sa(
                                    SaDirection.OUT,
                                    LOCAL,
                                    PEER,
                                    0x1000,
                                    REQID,
                                    Requests.AES_GCM_256,
                                    new UdpEncapsulation(4500, 40_000));
                    Requests.value(kernel.installSa(out));
                    Requests.value(
                            kernel.moveSa(
                                    new SaMove(
                                            out.id(),
                                            SaDirection.OUT,
                                            LOCAL,
                                            PEER,
                                            new UdpEncapsulation(4500, 40_001))));
                    SaEntry entry = Requests.value(kernel.readSa(out.id()));
                    assertEquals(40_001, entry.udpEncapsulation().orElseThrow().destinationPort());
                    assertEquals(4500, entry.udpEncapsulation().orElseThrow().sourcePort());
                });
    }

    @Test
    void kindOfTunnelIsNamedInTheRequest() {
        assertEquals(
                TunnelKind.VTI, TunnelLinkRequest.vti("vpn1", "a", LOCAL, PEER, 1, 1400).kind());
    }

    @Test
    void closedMonitorMakesRoomForAnother() throws Exception {
        withKernel(
                kernel -> {
                    for (int i = 0; i < 2; i++) {
                        Requests.value(kernel.monitor(event -> {})).close();
                    }
                });
    }
}
