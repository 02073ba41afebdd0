package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.api.resource.MssClampingDirection;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.LinkEntry;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.policy.PolicyEntry;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.SaStatistics;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the kernel reports, and what is done about it. */
class KernelEventsTest {
    private static final Duration AUDIT_DELAY = Duration.ofSeconds(1);
    private static final InetAddress LOCAL = IpPrefix.parse(SessionBuilder.LOCAL).address();
    private static final InetAddress PEER = IpPrefix.parse(SessionBuilder.PEER).address();
    private static final KernelEvent RESYNC =
            new KernelEvent.Resync(
                    KernelEvent.Resync.Subject.SECURITY_ASSOCIATIONS, "ENOBUFS: events were lost");

    private final Appliance box =
            new Appliance()
                    .start(
                            SessionBuilder.policyBased("branch")
                                    .mode(ConnectionInitiationMode.ON_DEMAND)
                                    .rule("10.1.0.0/24 10.1.1.0/24", "10.7.0.0/16"),
                            SessionBuilder.routeBased("hq", 3, "192.168.50.1/30")
                                    .addresses(SessionBuilder.LOCAL, "203.0.113.77")
                                    .clamp(MssClampingDirection.BOTH, 1200));

    private static KernelEvent.Acquire acquire(int reqid, int sequence) {
        Selector packet =
                Selector.between(IpPrefix.parse("10.1.1.5/32"), IpPrefix.parse("10.7.0.5/32"));
        return new KernelEvent.Acquire(
                LOCAL, PEER, reqid, Scope.GLOBAL, packet, packet, PolicyDirection.OUT, 0, sequence);
    }

    private static SaEntry larval(int reqid, int sequence) {
        return new SaEntry(
                new SaId(PEER, 0, Scope.GLOBAL),
                LOCAL,
                reqid,
                sequence,
                true,
                false,
                null,
                LifetimeCurrent.NEW,
                SaStatistics.NONE,
                0,
                0,
                0);
    }

    // ---- ACQUIRE

    @Test
    void waitingPacketWakesItsChildAndNoOther() {
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        assertEquals(
                List.of(new IkeInput.TrafficWaits("branch", "p2")),
                box.told(IkeInput.TrafficWaits.class));
        assertEquals(
                "203.0.113.9", box.told.get(box.told.size() - 1).peer().toString(), "its engine");
        box.fake.emit(acquire(KernelNumbers.reqid(99), 78));
        assertEquals(1, box.told(IkeInput.TrafficWaits.class).size());
    }

    @Test
    void answerToAWaitingPacketCarriesItsSequence() {
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        box.establish("branch", "p1");
        box.establish("branch", "p2");
        assertEquals(
                List.of(0, 0, 0, 77), box.sas().stream().map(SaEntry::acquireSequence).toList());
        box.establish("branch", "p2");
        assertEquals(0, box.sas().get(5).acquireSequence(), "it was answered");
    }

    /** The number is given to somebody else next, who would not hear of packets. */
    @Test
    void packetOfADeletedSessionIsForgottenBeforeAndAfter() {
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        box.delete("branch");
        assertEquals(1, box.requests("forgetAcquire").size());
        box.fake.emit(acquire(KernelNumbers.reqid(2), 78));
        assertEquals(2, box.requests("forgetAcquire").size(), "sent before the policy went");
    }

    @Test
    void packetOfAFailedNegotiationIsForgottenSoThatTheNextIsHeard() {
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        box.plane.negotiationFailed("branch");
        assertEquals(List.of(), box.requests("forgetAcquire"), "not for every packet");
        box.pass(Duration.ofSeconds(10));
        assertEquals(1, box.requests("forgetAcquire").size());
        box.establish("branch", "p2");
        assertTrue(box.sas().stream().allMatch(sa -> sa.acquireSequence() == 0));
    }

    @Test
    void packetOfAFailedChildIsForgottenToo() {
        box.fake.emit(acquire(KernelNumbers.reqid(1), 76));
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        box.plane.childFailed("branch", "p2");
        box.plane.childFailed("branch", "p3");
        box.plane.negotiationFailed("nobody");
        box.pass(Duration.ofSeconds(10));
        List<String> forgotten =
                box.fake.requests().stream().filter(r -> r.startsWith("forgetAcquire")).toList();
        assertEquals(1, forgotten.size());
        assertTrue(forgotten.get(0).contains("sequence=77"), forgotten::toString);
    }

    @Test
    void packetThatWasAnsweredMeanwhileIsNotForgotten() {
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        box.plane.negotiationFailed("branch");
        box.establish("branch", "p2");
        box.pass(Duration.ofSeconds(10));
        assertEquals(List.of(), box.requests("forgetAcquire"));
    }

    @Test
    void refusedAnswerLeavesThePacketToTheNextAttempt() {
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        ChildSaLocator reserved = box.reserve("branch", "p2");
        box.refuse(request -> request.startsWith("installSa [outbound"));
        box.install(box.installation(reserved, io.edgeipsec.ike.model.NatSituation.NONE));
        box.refuseNothing();
        box.remove(reserved);
        box.establish("branch", "p2");
        assertEquals(77, box.sas().get(1).acquireSequence());
    }

    @Test
    void packetWhoseEventWasLostIsFoundInTheListing() {
        box.answer("listSas", List.of(larval(KernelNumbers.reqid(2), 77)));
        box.fake.emit(RESYNC);
        box.pass(AUDIT_DELAY);
        assertEquals(
                List.of(new IkeInput.TrafficWaits("branch", "p2")),
                box.told(IkeInput.TrafficWaits.class));
        box.establish("branch", "p2");
        assertEquals(77, box.sas().get(1).acquireSequence());
    }

    // ---- EXPIRE

    @Test
    void softExpireAsksForARekeyAndHardSaysItIsGone() {
        ChildSaLocator locator = box.establish("branch", "p1");
        for (SaEntry sa : box.sas()) {
            for (boolean hard : new boolean[] {false, true}) {
                box.told.clear();
                box.fake.emit(expire(sa.id(), hard));
                assertEquals(
                        List.of(
                                new IkeInput.ChildSaExpired(
                                        "branch", "p1", locator.inbound(), hard)),
                        box.told(IkeInput.ChildSaExpired.class));
            }
        }
    }

    @Test
    void expiryOfUnknownSasIsNobodysBusiness() {
        ChildSaLocator locator = box.establish("branch", "p1");
        SaEntry sa = box.sas().get(0);
        box.remove(locator);
        box.told.clear();
        box.fake.emit(expire(sa.id(), true));
        box.fake.emit(expire(new SaId(PEER, 0, Scope.GLOBAL), true));
        assertEquals(List.of(), box.told);
    }

    private static KernelEvent expire(SaId sa, boolean hard) {
        return new KernelEvent.Expire(
                sa, LOCAL, KernelNumbers.reqid(1), hard, LifetimeCurrent.NEW, SaStatistics.NONE);
    }

    // ---- what was lost, or changed behind our back

    private void flushPolicies() {
        for (PolicyEntry policy : box.policies()) {
            box.fake.memory().removePolicy(policy.key());
        }
    }

    @Test
    void flushedPoliciesArePutBack() {
        Set<PolicyEntry> before = Set.copyOf(box.policies());
        flushPolicies();
        box.fake.emit(
                new KernelEvent.ForeignChange(KernelEvent.ForeignChange.Change.POLICIES_FLUSHED));
        box.fake.emit(
                new KernelEvent.ForeignChange(KernelEvent.ForeignChange.Change.POLICY_DELETED));
        assertEquals(List.of(), box.policies(), "one audit for all notifications");
        box.fake.forgetRequests();
        box.pass(AUDIT_DELAY);
        assertEquals(before, Set.copyOf(box.policies()));
        assertEquals(1, box.requests("listPolicies").size());
    }

    @Test
    void lossOfEventsRepairsEverythingThatIsMissing() {
        Set<PolicyEntry> before = Set.copyOf(box.policies());
        ChildSaLocator lost = box.establish("branch", "p1");
        box.establish("branch", "p2");
        flushPolicies();
        box.fake.memory().removeLink("vpn3");
        box.fake.memory().removeSa(box.sas().get(0).id());
        box.fake.emit(RESYNC);
        box.pass(AUDIT_DELAY);
        assertEquals(before, Set.copyOf(box.policies()));
        assertEquals(KernelNumbers.tunnelKey(3), box.link("vpn3").key());
        assertEquals(
                List.of(new IkeInput.ChildSaExpired("branch", "p1", lost.inbound(), true)),
                box.told(IkeInput.ChildSaExpired.class));
    }

    @Test
    void deletedInterfaceComesBackAndShowsTheTunnelThatIsUp() {
        box.establish(
                box.reserve("hq", "tunnel", Appliance.path(SessionBuilder.LOCAL, "203.0.113.77")));
        LinkEntry link = box.link("vpn3");
        assertEquals(OperationalState.UP, link.state());
        box.fake.memory().removeLink("vpn3");
        box.fake.emit(new KernelEvent.LinkRemoved(link));
        box.pass(AUDIT_DELAY);
        assertEquals(OperationalState.UP, box.link("vpn3").state());
        assertEquals(link.mtu(), box.link("vpn3").mtu());
        int index = box.link("vpn3").index();
        assertTrue(
                Appliance.value(box.fake.memory().listAddresses()).stream()
                        .anyMatch(
                                a ->
                                        a.linkIndex() == index
                                                && a.address()
                                                        .equals(
                                                                IpPrefix.parse(
                                                                        "192.168.50.1/30"))));
    }

    @Test
    void foreignInterfacesMayComeAndGo() {
        box.fake.forgetRequests();
        box.fake.emit(
                new KernelEvent.LinkRemoved(
                        new LinkEntry(
                                7,
                                "eth7",
                                "",
                                "",
                                1500,
                                true,
                                OperationalState.UP,
                                0,
                                null,
                                null)));
        box.fake.emit(new KernelEvent.LinkChanged(box.link("vpn3")));
        box.pass(AUDIT_DELAY);
        assertEquals(List.of(), box.fake.requests());
    }

    @Test
    void regularAuditFindsWhatNoEventTold() {
        Set<PolicyEntry> before = Set.copyOf(box.policies());
        flushPolicies();
        box.pass(Duration.ofMinutes(10));
        assertEquals(before, Set.copyOf(box.policies()));
        flushPolicies();
        box.pass(Duration.ofMinutes(10));
        assertEquals(before, Set.copyOf(box.policies()), "and the next one too");
    }

    @Test
    void rulesThatSomebodyFlushedArePutBack() {
        box.answer("verifyTrafficRules", List.of("chain forward is missing"));
        box.fake.forgetRequests();
        box.fake.emit(new KernelEvent.ForeignChange(KernelEvent.ForeignChange.Change.SAS_FLUSHED));
        box.pass(AUDIT_DELAY);
        List<String> replaced =
                box.fake.requests().stream()
                        .filter(r -> r.startsWith("replaceTrafficRules"))
                        .toList();
        assertEquals(List.of("replaceTrafficRules [[traffic rules of session hq]]"), replaced);
        box.pass(Duration.ofMinutes(10));
        assertEquals(1, box.requests("replaceTrafficRules").size(), "nothing differs any more");
    }

    /** An empty answer and no answer are two things: only the first says that all are gone. */
    @Test
    void whatCannotBeListedIsNotTakenForGone() {
        box.establish("branch", "p1");
        box.fake.forgetRequests();
        for (String listing :
                List.of("listSas", "listPolicies", "listTunnelLinks", "listAddresses")) {
            box.fake.refuseNext(listing, Outcome.Kind.OTHER, "EINTR", true);
            box.fake.emit(RESYNC);
            box.pass(Duration.ofSeconds(11));
        }
        assertEquals(List.of(), box.told(IkeInput.ChildSaExpired.class));
        assertEquals(List.of(), box.requests("putPolicy", "createLink", "removePolicy"));
        assertEquals("", box.reason("hq"));
        flushPolicies();
        box.fake.refuseNext("listPolicies", Outcome.Kind.OTHER, "EINTR", true);
        box.fake.emit(RESYNC);
        box.pass(Duration.ofSeconds(11));
        assertFalse(box.policies().isEmpty(), "it is tried again without another event");
    }

    // ---- the monitor

    @Test
    void monitorThatStoppedIsStartedAgainAndEverythingReadAgain() {
        flushPolicies();
        box.fake.emit(new KernelEvent.MonitorStopped("ENOMEM"));
        assertTrue(box.fake.isMonitored());
        box.pass(AUDIT_DELAY);
        assertFalse(box.policies().isEmpty());
        box.fake.emit(acquire(KernelNumbers.reqid(2), 77));
        assertEquals(1, box.told(IkeInput.TrafficWaits.class).size());
    }

    @Test
    void monitorThatCannotBeStartedIsTriedUntilItCan() {
        for (int i = 0; i < 3; i++) {
            box.fake.refuseNext("monitor", Outcome.Kind.OTHER, "EMFILE", false);
        }
        box.fake.emit(new KernelEvent.MonitorStopped("ENOMEM"));
        assertFalse(box.fake.isMonitored());
        box.pass(AUDIT_DELAY);
        flushPolicies();
        box.pass(Duration.ofMinutes(1));
        assertTrue(box.fake.isMonitored());
        assertFalse(box.policies().isEmpty(), "what it could not report was looked for");
    }

    @Test
    void eventsAfterTheEndAreLostQuietly() {
        List<KernelEvent> events = new ArrayList<>();
        events.add(RESYNC);
        box.work.close();
        events.forEach(box.fake::emit);
        assertEquals(Optional.empty(), box.board.view("nobody"));
    }
}
