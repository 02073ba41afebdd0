package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.link.TunnelLinkRequest;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.policy.PolicyKey;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import io.edgeipsec.xfrm.state.SpiRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a start makes of an empty kernel, and of what an earlier run has left in it. */
class StartTest {
    private static final String PACKET = "10.1.0.5 > 10.7.0.5";

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static SessionBuilder hq() {
        return SessionBuilder.routeBased("hq", 3, "192.168.50.1/30")
                .addresses(SessionBuilder.LOCAL, "203.0.113.77");
    }

    @Test
    void everySessionIsInTheKernelAndKnownToIke() {
        Appliance box = new Appliance().start(branch(), hq());
        assertEquals(6, box.policies(PolicyAction.PROTECT).size());
        assertEquals(Optional.of(TunnelKind.VTI), box.link("vpn3").tunnelKind());
        assertEquals(OperationalState.DORMANT, box.link("vpn3").state());
        assertEquals(
                Set.of("branch", "hq"),
                Set.copyOf(
                        box.told(IkeInput.PeerConfigured.class).stream()
                                .map(input -> input.policy().session())
                                .toList()));
        assertTrue(box.fake.isMonitored());
        assertEquals("", box.reason("branch"));
        box.store.read().forEach(StartTest::assertKeyClosed);
    }

    private static void assertKeyClosed(io.edgeipsec.daemon.store.SessionIntent intent) {
        assertThrows(
                IllegalStateException.class,
                () -> Optional.ofNullable(intent.presharedKey()).orElseThrow().copyOctets());
    }

    @Test
    void disabledSessionsAreKnownButStandNowhere() {
        Appliance box = new Appliance().start(branch().disabled());
        assertEquals(List.of(), box.policies());
        assertEquals(List.of(), box.told(IkeInput.PeerConfigured.class));
        assertEquals("Session disabled", box.reason("branch"));
    }

    @Test
    void policiesOfAllSessionsComeBeforeAnythingElse() {
        Appliance box = new Appliance().start(branch(), hq());
        assertEquals(
                List.of("putPolicy", "replaceTrafficRules", "createLink", "setLinkAddresses"),
                box
                        .requests(
                                "putPolicy",
                                "createLink",
                                "setLinkAddresses",
                                "replaceTrafficRules")
                        .stream()
                        .distinct()
                        .toList());
    }

    @Test
    void whatAnEarlierRunLeftIsAdoptedUntouched() {
        Appliance before = new Appliance().start(branch(), hq());
        before.mustNeverLeaveInClear(PACKET);
        Appliance box = before.successor().mustNeverLeaveInClear(PACKET).start();
        assertEquals(
                List.of(),
                box.requests(
                        "putPolicy",
                        "removePolicy",
                        "createLink",
                        "removeLink",
                        "setLinkAddresses",
                        "setLinkMtu"));
        assertEquals(2, box.told(IkeInput.PeerConfigured.class).size());
    }

    @Test
    void sasOfAnEarlierRunCarryOnUntilTheirSuccessorsAreIn() {
        Appliance before = new Appliance().start(branch());
        before.establish("branch", "p1");
        Set<SaEntry> old = Set.copyOf(before.sas());
        assertEquals(2, old.size());
        Appliance box = before.successor().start();
        assertTrue(box.sas().containsAll(old), "they may still carry traffic");
        ChildSaLocator reserved = box.reserve("branch", "p1");
        assertTrue(box.sas().containsAll(old), "an SPI is no successor");
        box.establish(reserved);
        assertFalse(box.sas().stream().anyMatch(old::contains), "superfluous from here on");
        assertEquals(2, box.sas().size());
    }

    /** They carry traffic, so the kernel asks for no others; nobody would rekey them. */
    @Test
    void successorsOfInheritedSasAreMadeWithoutWaitingForTraffic() {
        Appliance before =
                new Appliance().start(branch().mode(ConnectionInitiationMode.ON_DEMAND), hq());
        before.establish("branch", "p1");
        Appliance box = before.successor().start();
        assertEquals(
                List.of(new IkeInput.TrafficWaits("branch", "p1")),
                box.told(IkeInput.TrafficWaits.class));
    }

    @Test
    void sasOfVanishedSessionsGoAtOnce() {
        Appliance before = new Appliance().start(branch(), hq());
        before.establish("branch", "p1");
        before.store.delete("branch");
        Appliance box = before.successor().start();
        assertEquals(List.of(), box.sas());
        assertEquals(3, box.policies().size());
    }

    @Test
    void sasOfARuleThatIsRemovedLaterGoWithIt() {
        Appliance before = new Appliance().start(branch());
        before.establish("branch", "p1");
        Appliance box = before.successor().start();
        box.put(
                SessionBuilder.policyBased("branch")
                        .pairsFrom(2)
                        .rule("10.1.9.0/24", "10.7.0.0/16"));
        assertEquals(List.of(), box.sas());
    }

    @Test
    void orphansGoOnceTheirSuccessorsStand() {
        Appliance before = new Appliance().start(branch(), hq());
        before.mustNeverLeaveInClear(PACKET);
        before.store.delete("hq");
        before.store.put(
                SessionBuilder.policyBased("branch")
                        .pairsFrom(9)
                        .rule("10.1.0.0/16", "10.7.0.0/16"));
        Appliance box = before.successor().mustNeverLeaveInClear(PACKET).start();
        assertEquals(3, box.policies().size());
        assertEquals(List.of(), Appliance.value(box.fake.memory().listTunnelLinks()));
        List<String> order = box.requests("putPolicy", "removePolicy");
        assertTrue(order.lastIndexOf("putPolicy") < order.indexOf("removePolicy"));
    }

    @Test
    void blocksBecomeProtectionInPlace() {
        Appliance before = new Appliance().start(branch());
        before.mustNeverLeaveInClear(PACKET);
        Appliance.value(before.plane.stop(Config.OnStop.BLOCK));
        assertEquals(3, before.policies(PolicyAction.BLOCK).size());
        Appliance box = before.successor().mustNeverLeaveInClear(PACKET).start();
        assertEquals(3, box.policies(PolicyAction.PROTECT).size());
        assertEquals(List.of(), box.requests("removePolicy"));
    }

    @Test
    void interfacesThatAreNotAsTheyShouldBeAreMadeAnew() {
        Appliance before = new Appliance().start(hq());
        before.fake.memory().removeLink("vpn3");
        before.fake
                .memory()
                .createLink(TunnelLinkRequest.xfrm("vpn3", "hq", KernelNumbers.tunnelKey(4), 1400));
        Appliance box = before.successor().start();
        assertEquals(KernelNumbers.tunnelKey(3), box.link("vpn3").key());
        assertEquals(
                Optional.of(TunnelKind.XFRM_INTERFACE),
                box.link("vpn3").tunnelKind(),
                "the kind in use is kept");
        assertEquals(
                Set.of(IpPrefix.parse("192.168.50.1/30")),
                Set.copyOf(
                        Appliance.value(box.fake.memory().listAddresses()).stream()
                                .filter(a -> a.linkIndex() == box.link("vpn3").index())
                                .map(a -> a.address())
                                .toList()));
    }

    @Test
    void strayInterfacesOfOursGo() {
        Appliance box = new Appliance();
        box.fake
                .memory()
                .createLink(TunnelLinkRequest.xfrm("vpn8", "", KernelNumbers.tunnelKey(8), 1400));
        box.start(hq());
        assertEquals(
                List.of("vpn3"),
                Appliance.value(box.fake.memory().listTunnelLinks()).stream()
                        .map(link -> link.name())
                        .toList());
    }

    @Test
    void larvalSasOfAnEarlierRunGoWithTheOthers() {
        Appliance box = new Appliance();
        box.fake
                .memory()
                .allocateSpi(
                        new SpiRequest(
                                IpPrefix.parse("192.0.2.1").address(),
                                IpPrefix.parse("203.0.113.9").address(),
                                KernelNumbers.reqid(77),
                                Scope.GLOBAL,
                                0));
        box.start(branch());
        assertEquals(List.of(), box.sas());
    }

    @Test
    void blocksOfVanishedSessionsGo() {
        PolicyEntry left =
                PolicyEntry.block(
                        new PolicyKey(
                                PolicyDirection.OUT,
                                Selector.between(
                                        IpPrefix.parse("10.3.0.0/16"),
                                        IpPrefix.parse("10.4.0.0/16")),
                                Scope.GLOBAL),
                        0x45_1000);
        Appliance box = new Appliance();
        box.fake.memory().putPolicy(left);
        box.start(branch());
        assertFalse(box.policies().contains(left));
    }

    @Test
    void kernelThatCannotBeAskedStopsTheStart() {
        Appliance box = new Appliance();
        box.fake.refuseNext(
                "probe", io.edgeipsec.xfrm.kernel.Outcome.Kind.NO_PERMISSION, "EPERM", false);
        Exception failure =
                assertThrows(Exception.class, () -> Appliance.value(box.plane.prepare()));
        assertTrue(String.valueOf(failure.getMessage()).contains("CAP_NET_ADMIN"));
    }
}
