package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.xfrm.kernel.FakeIpsecKernel;
import io.edgeipsec.xfrm.kernel.FlushReport;
import io.edgeipsec.xfrm.kernel.KernelFeatures;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.link.RouteAnswer;
import io.edgeipsec.xfrm.link.TunnelKind;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of changes of the configuration, and of the end. */
class SessionsTest {
    private static final String PACKET = "10.1.0.5 > 10.7.0.5";

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static SessionBuilder hq() {
        return SessionBuilder.routeBased("hq", 3, "192.168.50.1/30")
                .addresses(SessionBuilder.LOCAL, "203.0.113.77");
    }

    private static boolean isEmpty(Appliance box) {
        return box.policies().isEmpty()
                && Appliance.value(box.fake.memory().listTunnelLinks()).isEmpty()
                && box.sas().isEmpty();
    }

    @Test
    void disablingRemovesThePoliciesAndTellsIke() {
        Appliance box = new Appliance().start(branch(), hq());
        box.establish("branch", "p1");
        box.told.clear();
        box.put(branch().disabled());
        assertEquals(Optional.empty(), box.policyOf(PACKET));
        assertEquals(
                List.of(
                        new Appliance.Told(
                                IpAddress.parse(SessionBuilder.PEER),
                                new IkeInput.PeerRemoved("branch"))),
                box.told);
        assertEquals("Session disabled", box.reason("branch"));
        assertEquals(3, box.policies().size(), "the other's");
        box.put(branch());
        assertTrue(box.policyOf(PACKET).isPresent());
        assertEquals("", box.reason("branch"));
    }

    @Test
    void disabledTunnelKeepsItsInterface() {
        Appliance box = new Appliance().start(hq());
        box.put(hq().disabled());
        assertEquals(List.of(), box.policies());
        assertEquals("vpn3", box.link("vpn3").name());
    }

    @Test
    void deletionRemovesEverything() {
        Appliance box =
                new Appliance().start(branch(), hq().clamp(MssClampingDirection.BOTH, 1200));
        ChildSaLocator one = box.establish("branch", "p1");
        ChildSaLocator other =
                box.establish(
                        box.reserve(
                                "hq",
                                "tunnel",
                                Appliance.path(SessionBuilder.LOCAL, "203.0.113.77")));
        box.delete("branch");
        box.remove(one);
        assertEquals(3, box.policies().size());
        assertEquals(2, box.sas().size());
        assertEquals(Optional.empty(), box.board.view("branch"));
        box.delete("hq");
        box.remove(other);
        assertTrue(isEmpty(box));
        assertEquals(1, box.requests("removeTrafficRules").size());
        assertEquals(
                List.of("branch", "hq"),
                box.told(IkeInput.PeerRemoved.class).stream()
                        .map(IkeInput.PeerRemoved::session)
                        .toList());
        box.delete("hq");
        assertTrue(isEmpty(box));
    }

    @Test
    void peerWithAnotherAddressIsAnotherEnginesBusiness() {
        Appliance box = new Appliance().start(branch()).mustNeverLeaveInClear(PACKET);
        box.told.clear();
        box.put(branch().addresses(SessionBuilder.LOCAL, "203.0.113.10"));
        assertEquals(
                new Appliance.Told(
                        IpAddress.parse(SessionBuilder.PEER), new IkeInput.PeerRemoved("branch")),
                box.told.get(0));
        assertEquals(IpAddress.parse("203.0.113.10"), box.told.get(1).peer());
        PolicyEntry policy = box.policyOf(PACKET).orElseThrow();
        assertEquals(
                "203.0.113.10", policy.protection().orElseThrow().destination().getHostAddress());
    }

    @Test
    void whatDidNotChangeIsNotTouched() {
        Appliance box = new Appliance().start(branch(), hq());
        box.fake.forgetRequests();
        box.put(branch());
        box.put(hq());
        assertEquals(
                List.of(),
                box.requests(
                        "putPolicy",
                        "removePolicy",
                        "createLink",
                        "removeLink",
                        "setLinkAddresses",
                        "putTrafficRules"));
    }

    @Test
    void profileChangeReachesEverySessionOfIt() {
        Appliance box = new Appliance().start(branch(), hq());
        box.told.clear();
        box.profileChanged();
        assertEquals(
                Set.of("branch", "hq"),
                Set.copyOf(
                        box.told(IkeInput.PeerConfigured.class).stream()
                                .map(input -> input.policy().session())
                                .toList()));
    }

    /** The store refuses work beyond a limit: what it did not answer has to be asked again. */
    @Test
    void busyStoreDelaysAChangeAndLosesNone() {
        Appliance box = new Appliance().start(branch());
        box.told.clear();
        box.store.busyFor(2);
        box.put(branch().disabled());
        assertEquals(List.of(), box.told);
        box.pass(Duration.ofMinutes(1));
        assertEquals(List.of(), box.policies());

        box.put(branch());
        box.told.clear();
        box.store.busyFor(3);
        box.profileChanged();
        assertEquals(List.of(), box.told(IkeInput.PeerConfigured.class));
        box.pass(Duration.ofMinutes(1));
        assertEquals(1, box.told(IkeInput.PeerConfigured.class).size());
    }

    /** A profile may serve more sessions than the store lets wait. */
    @Test
    void profileChangeReadsOneSessionAtATime() {
        Appliance box = new Appliance().start(branch(), hq());
        box.told.clear();
        box.store.holdAnswers();
        box.profileChanged();
        assertEquals(1, box.store.answerNext(), "the question which sessions");
        assertEquals(1, box.store.answerNext(), "the first session");
        assertEquals(1, box.store.answerNext(), "the second");
        assertEquals(0, box.store.answerNext());
        assertEquals(2, box.told(IkeInput.PeerConfigured.class).size());
    }

    @Test
    void defectOfOneSessionIsItsReasonAndNobodyElsesProblem() {
        Appliance before = new Appliance().start(branch(), hq()).mustNeverLeaveInClear(PACKET);
        before.store.put(branch().withoutNumbers());
        Appliance box = before.successor().mustNeverLeaveInClear(PACKET).start();
        assertEquals(
                "Configuration failed: session branch: no number for 10.1.0.0/24 -> 10.7.0.0/16",
                box.reason("branch"));
        assertEquals("", box.reason("hq"));
        assertEquals(1, box.told(IkeInput.PeerConfigured.class).size());
        box.pass(Duration.ofMinutes(20));
        box.put(branch());
        assertEquals("", box.reason("branch"));
        box.put(branch().withoutNumbers());
        assertFalse(box.reason("branch").isEmpty());
        assertEquals(6, box.policies().size(), "it keeps what it has");
    }

    @Test
    void defectiveSessionThatIsDeletedLeavesNothing() {
        Appliance before = new Appliance().start(branch());
        before.store.put(branch().withoutNumbers());
        Appliance box = before.successor().start();
        assertEquals(3, box.policies().size());
        box.delete("branch");
        box.pass(Duration.ofMinutes(10));
        assertTrue(isEmpty(box));
    }

    @Test
    void pathThatLetsHardlyAnythingThroughIsNoDefect() {
        FakeIpsecKernel fake = new FakeIpsecKernel(SessionBuilder.LOCAL + "/24");
        fake.answerRoutes(
                new RouteAnswer(
                        RouteAnswer.Reach.REACHABLE,
                        2,
                        IpPrefix.parse(SessionBuilder.LOCAL).address(),
                        null,
                        68));
        Appliance box =
                new Appliance(fake, new StoredSessions(), Config.TunnelInterface.AUTO).start(hq());
        assertEquals(68, box.link("vpn3").mtu());
        assertEquals("", box.reason("hq"));
        box.establish("hq", "tunnel");
        assertEquals(68, box.link("vpn3").mtu());
    }

    @Test
    void secondSessionBetweenTwoAddressesGetsAnXfrmInterface() {
        Appliance box = new Appliance().start(branch());
        box.put(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        assertEquals(Optional.of(TunnelKind.XFRM_INTERFACE), box.link("vpn3").tunnelKind());
        box.delete("branch");
        box.put(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        assertEquals(
                Optional.of(TunnelKind.XFRM_INTERFACE),
                box.link("vpn3").tunnelKind(),
                "changing it would interrupt the tunnel");
    }

    @Test
    void vtiThatMovesToATakenAddressPairBecomesAnXfrmInterface() {
        Appliance box = new Appliance().start(branch(), hq());
        assertEquals(Optional.of(TunnelKind.VTI), box.link("vpn3").tunnelKind());
        box.put(SessionBuilder.routeBased("hq", 3, "192.168.50.1/30"));
        assertEquals(Optional.of(TunnelKind.XFRM_INTERFACE), box.link("vpn3").tunnelKind());
    }

    @Test
    void kernelWithoutVtiGetsXfrmInterfaces() {
        Appliance box = new Appliance();
        box.answer(
                "probe",
                new KernelFeatures(Map.of(KernelFeatures.Feature.VTI, "no module"), Set.of()));
        box.start(hq());
        assertEquals(Optional.of(TunnelKind.XFRM_INTERFACE), box.link("vpn3").tunnelKind());
    }

    // ---- the end

    @Test
    void blockingEndKeepsEverythingBackButTheInterface() {
        Appliance box = new Appliance().start(branch(), hq()).mustNeverLeaveInClear(PACKET);
        box.establish("branch", "p1");
        box.establish(
                box.reserve("hq", "tunnel", Appliance.path(SessionBuilder.LOCAL, "203.0.113.77")));
        FlushReport report = Appliance.value(box.plane.stop(Config.OnStop.BLOCK));
        assertEquals(List.of(), report.failures());
        assertEquals(6, box.policies(PolicyAction.BLOCK).size());
        assertEquals(6, box.policies().size());
        assertEquals(List.of(), box.sas());
        assertEquals(OperationalState.DORMANT, box.link("vpn3").state());
        assertTrue(box.link("vpn3").up(), "a link set down loses its routes");
    }

    @Test
    void clearingEndLeavesNothing() {
        Appliance box = new Appliance().start(branch(), hq());
        box.establish("branch", "p1");
        FlushReport report = Appliance.value(box.plane.stop(Config.OnStop.CLEAR));
        assertEquals(new FlushReport(2, 6, 1, 0, 0, List.of()), report);
        assertTrue(isEmpty(box));
    }

    @Test
    void flushTellsWhatItCouldNot() {
        Appliance box = new Appliance().start(branch());
        box.fake.refuseNext(
                "removeAll", io.edgeipsec.xfrm.kernel.Outcome.Kind.NO_PERMISSION, "EPERM", false);
        List<String> failures = DataPlane.flush(box.fake.kernel()).failures();
        assertEquals(1, failures.size());
        assertTrue(failures.get(0).contains("CAP_NET_ADMIN"));
        assertEquals(List.of(), DataPlane.flush(box.fake.kernel()).failures());
        assertTrue(isEmpty(box));
    }

    /** IKE may still be taking its leave when the kernel is left to itself. */
    @Test
    void whatComesAfterTheEndChangesNothing() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator late = box.reserve("branch", "p1");
        Appliance.value(box.plane.stop(Config.OnStop.BLOCK));
        box.install(box.installation(late, io.edgeipsec.ike.model.NatSituation.NONE));
        box.put(branch());
        box.pass(Duration.ofMinutes(20));
        assertEquals(3, box.policies(PolicyAction.BLOCK).size());
        assertInstanceOf(
                IkeReply.KernelRefused.class,
                box.allocateSpi(
                        "branch", "p1", Appliance.path(SessionBuilder.LOCAL, SessionBuilder.PEER)));
        assertEquals(List.of(), box.sas());
    }
}
