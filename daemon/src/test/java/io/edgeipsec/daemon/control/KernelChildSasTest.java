package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.TunnelTraffic;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.RequestId;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.OperationalState;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaId;
import io.edgeipsec.xfrm.state.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelChildSasTest {
    private static final Path PATH = Appliance.path(SessionBuilder.LOCAL, SessionBuilder.PEER);

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static SessionBuilder tunnel() {
        return SessionBuilder.routeBased("hq", 3, "192.168.50.1/30");
    }

    private static String refusal(IkeReply reply) {
        return assertInstanceOf(IkeReply.KernelRefused.class, reply).reason();
    }

    @Test
    void bothSasCarryTheReqidOfTheirPolicies() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator locator = box.establish("branch", "p1");
        assertEquals(2, box.sas().size());
        for (SaEntry sa : box.sas()) {
            assertEquals(KernelNumbers.reqid(1), sa.reqid());
            assertEquals(Scope.GLOBAL, sa.id().scope());
            assertFalse(sa.larval());
            assertTrue(sa.esn());
        }
        assertEquals(locator.inbound().value(), box.sas().get(0).id().spi());
        assertEquals(locator.outbound().value(), box.sas().get(1).id().spi());
        box.remove(locator);
        assertEquals(List.of(), box.sas());
    }

    @Test
    void natPutsEspIntoUdpOnThePortsOfThePath() {
        Appliance box = new Appliance().start(branch());
        ChildSaInstallation installation =
                box.installation(box.reserve("branch", "p1"), new NatSituation(true, false));
        assertInstanceOf(IkeReply.ChildSaInstalled.class, box.install(installation));
        box.sas().forEach(sa -> assertTrue(sa.udpEncapsulation().isPresent()));
    }

    @Test
    void interfaceShowsWhetherItCarriesTraffic() {
        Appliance box = new Appliance().start(tunnel());
        ChildSaLocator first = box.establish("hq", "tunnel");
        assertEquals(OperationalState.UP, box.link("vpn3").state());
        // 1500 less 20 IPv4, 8 ESP, 8 IV, 16 ICV and 2 of trailer; no UDP was negotiated.
        assertEquals(1446, box.link("vpn3").mtu());
        ChildSaLocator second = box.establish("hq", "tunnel");
        box.remove(first);
        assertEquals(OperationalState.UP, box.link("vpn3").state(), "rekeyed");
        box.remove(second);
        assertEquals(OperationalState.DORMANT, box.link("vpn3").state());
        assertTrue(box.link("vpn3").up(), "its routes stay");
    }

    @Test
    void sessionThatGoesAndComesBackCountsItsSasAfresh() {
        Appliance box = new Appliance().start(tunnel());
        ChildSaLocator old = box.establish("hq", "tunnel");
        box.delete("hq");
        box.put(tunnel());
        ChildSaLocator first = box.establish("hq", "tunnel");
        box.remove(old);
        assertEquals(OperationalState.UP, box.link("vpn3").state());
        ChildSaLocator second = box.establish("hq", "tunnel");
        box.remove(first);
        assertEquals(OperationalState.UP, box.link("vpn3").state(), "the second carries");
        box.remove(second);
        assertEquals(OperationalState.DORMANT, box.link("vpn3").state());
    }

    /** SPIs of the SAs by which we send. */
    private static List<Integer> outbound(Appliance box) {
        return box.sas().stream()
                .map(SaEntry::id)
                .filter(id -> id.destination().getHostAddress().equals(SessionBuilder.PEER))
                .map(SaId::spi)
                .toList();
    }

    @Test
    void whatThePeerRekeysIsSentByOnceThePeerDeletesTheOld() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation next = box.rekeyedByPeer(box.reserve("branch", "p1"));
        assertInstanceOf(IkeReply.ChildSaInstalled.class, box.install(next));
        assertEquals(3, box.sas().size(), "we receive by both");
        assertEquals(List.of(old.outbound().value()), outbound(box));
        box.fake.forgetRequests();
        box.remove(old);
        assertEquals(
                List.of("installSa", "removeSa"),
                box.requests("installSa", "removeSa"),
                "the new one before the old one goes");
        assertEquals(List.of(next.locator().outbound().value()), outbound(box));
        assertTrue(next.outboundEncryption().isClosed());
        box.pass(Duration.ofSeconds(2));
        box.remove(next.locator());
        assertEquals(List.of(), box.sas());
    }

    @Test
    void whatIsReplacedReceivesALittleLonger() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaLocator next = box.establish("branch", "p1");
        box.remove(old);
        assertEquals(List.of(next.outbound().value()), outbound(box));
        assertEquals(3, box.sas().size(), "what was on its way still arrives");
        box.pass(Duration.ofSeconds(2));
        assertEquals(2, box.sas().size());
        box.remove(next);
        assertEquals(List.of(), box.sas(), "nothing carries the traffic any more");
    }

    @Test
    void aPeerThatKeepsTheOldIsSentByTheNewAfterAWhile() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation next = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(next);
        box.pass(Duration.ofSeconds(9));
        assertEquals(1, outbound(box).size());
        box.pass(Duration.ofSeconds(1));
        assertEquals(
                List.of(old.outbound().value(), next.locator().outbound().value()), outbound(box));
        box.remove(old);
        assertEquals(List.of(next.locator().outbound().value()), outbound(box));
    }

    @Test
    void withoutAnOldOneWhatThePeerRekeysIsSentByAtOnce() {
        Appliance box = new Appliance().start(branch());
        ChildSaInstallation next = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(next);
        assertEquals(List.of(next.locator().outbound().value()), outbound(box));
        assertTrue(next.outboundEncryption().isClosed());
    }

    @Test
    void ofTwoThatCollidedTheOneThatIsDeletedIsNeverSentBy() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation theirs = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(theirs);
        ChildSaLocator ours = box.establish("branch", "p1");
        box.remove(theirs.locator());
        assertTrue(theirs.outboundEncryption().isClosed());
        box.remove(old);
        box.pass(Duration.ofMinutes(1));
        assertEquals(List.of(ours.outbound().value()), outbound(box));
        assertEquals(2, box.sas().size());
    }

    @Test
    void ofTwoThatCollidedThePeersWaitsForTheOldToGoWhenOursIsDeleted() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation theirs = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(theirs);
        ChildSaLocator ours = box.establish("branch", "p1");
        box.remove(ours);
        assertEquals(List.of(old.outbound().value()), outbound(box));
        box.remove(old);
        assertEquals(List.of(theirs.locator().outbound().value()), outbound(box));
    }

    @Test
    void whatIsAboutToBeDeletedIsReceivedByAndNotSentBy() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation theirs = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(theirs);
        ChildSaLocator ours = box.establish("branch", "p1");
        assertEquals(1, box.stopSending(ours, /* deletedByPeer= */ false).size());
        assertEquals(List.of(old.outbound().value()), outbound(box));
        assertEquals(4, box.sas().size(), "all three receive");
        assertEquals(1, box.stopSending(old, /* deletedByPeer= */ true).size());
        assertEquals(List.of(theirs.locator().outbound().value()), outbound(box));
        box.remove(old);
        box.remove(ours);
        box.pass(Duration.ofSeconds(2));
        assertEquals(2, box.sas().size());
        assertEquals(1, box.stopSending(ours, /* deletedByPeer= */ false).size());
        assertEquals(2, box.sas().size(), "what is gone is gone");
    }

    @Test
    void whatIsToBeDeletedIsSentByUntilThePeerReceivesByAnother() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator older = box.establish("branch", "p1");
        ChildSaInstallation theirs = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(theirs);
        List<IkeReply> replies = box.stopSending(older, /* deletedByPeer= */ false);
        box.pass(Duration.ofSeconds(9));
        assertEquals(List.of(older.outbound().value()), outbound(box));
        assertEquals(List.of(), replies, "not yet");
        box.pass(Duration.ofSeconds(1));
        assertEquals(List.of(theirs.locator().outbound().value()), outbound(box));
        assertEquals(1, replies.size());
    }

    /** The peer has deleted the successor of its own, for ours is to stay, and we still make it. */
    @Test
    void whatIsToBeDeletedIsSentByUntilAnotherOneIsMade() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator older = box.establish("branch", "p1");
        ChildSaInstallation theirs = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(theirs);
        List<IkeReply> replies = box.stopSending(older, /* deletedByPeer= */ false);
        box.remove(theirs.locator());
        box.pass(Duration.ofSeconds(3));
        assertEquals(List.of(older.outbound().value()), outbound(box));
        assertEquals(List.of(), replies, "not yet");
        ChildSaLocator ours = box.establish("branch", "p1");
        box.pass(Duration.ofSeconds(1));
        assertEquals(List.of(ours.outbound().value()), outbound(box));
        assertEquals(1, replies.size());
    }

    @Test
    void whatIsToBeDeletedIsNotKeptForEver() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator only = box.establish("branch", "p1");
        List<IkeReply> replies = box.stopSending(only, /* deletedByPeer= */ false);
        box.pass(Duration.ofSeconds(15));
        assertEquals(List.of(), outbound(box));
        assertEquals(1, replies.size());
    }

    @Test
    void aSessionThatIsDeletedMeanwhileLeavesNothing() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation next = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(next);
        box.delete("branch");
        box.remove(old);
        box.remove(next.locator());
        assertEquals(List.of(), box.sas());
        assertTrue(next.outboundEncryption().isClosed());
    }

    @Test
    void anOutboundSaThatTheKernelRefusesLaterIsReportedAsLost() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator old = box.establish("branch", "p1");
        ChildSaInstallation next = box.rekeyedByPeer(box.reserve("branch", "p1"));
        box.install(next);
        box.fake.refuseNext("installSa", Outcome.Kind.OTHER, "ENOMEM", true);
        box.remove(old);
        assertEquals(
                List.of(
                        new IkeInput.ChildSaExpired(
                                "branch", "p1", next.locator().inbound(), /* hard= */ true)),
                box.told(IkeInput.ChildSaExpired.class));
        assertTrue(next.outboundEncryption().isClosed());
    }

    @Test
    void missingAlgorithmIsTheReasonAndLeavesNothing() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator reserved = box.reserve("branch", "p1");
        box.fake.refuseNext("installSa", Outcome.Kind.MISSING_ALGORITHM, "ENOSYS", false);
        String reason = refusal(box.install(box.installation(reserved, NatSituation.NONE)));
        assertTrue(reason.contains("ENOSYS"), reason);
        assertTrue(reason.contains("This kernel has no such algorithm: load its module"), reason);
        assertEquals(List.of(), box.sas());
        box.remove(reserved);
        box.establish("branch", "p1");
        assertEquals(2, box.sas().size(), "IKE's next attempt");
    }

    @Test
    void halfAChildSaIsUndone() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator reserved = box.reserve("branch", "p1");
        box.refuse(request -> request.startsWith("installSa [outbound"));
        assertTrue(
                refusal(box.install(box.installation(reserved, NatSituation.NONE)))
                        .contains("outbound"));
        assertEquals(List.of(), box.sas());
    }

    @Test
    void refusedSpiIsTheReason() {
        Appliance box = new Appliance().start(branch());
        box.fake.refuseNext("allocateSpi", Outcome.Kind.OTHER, "ENOMEM", true);
        assertTrue(refusal(box.allocateSpi("branch", "p1", PATH)).contains("ENOMEM"));
    }

    @Test
    void ruleThatIsGoneMeanwhileGetsNeitherSpiNorSa() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator reserved = box.reserve("branch", "p1");
        box.put(branch().disabled());
        ChildSaInstallation late = box.installation(reserved, NatSituation.NONE);
        assertEquals("the rule was removed meanwhile", refusal(box.install(late)));
        assertEquals(
                "the rule was removed meanwhile", refusal(box.allocateSpi("branch", "p1", PATH)));
        box.remove(reserved);
        assertEquals(List.of(), box.sas());
    }

    @Test
    void reservedSpiIsGivenBack() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator reserved = box.reserve("branch", "p1");
        assertEquals(1, box.sas().size());
        box.remove(reserved);
        assertEquals(List.of(), box.sas());
        box.remove(reserved);
    }

    /** A peer that has restarted too may choose the SPI that it had given to our dead run. */
    @Test
    void spiOfADeadRunIsFreeForTheLiving() {
        Appliance before = new Appliance().start(branch());
        ChildSaLocator dead = before.establish("branch", "p1");
        Appliance box = before.successor().start();
        ChildSaLocator reserved = box.reserve("branch", "p1");
        ChildSaInstallation sameSpi = box.installation(reserved, dead.outbound());
        assertInstanceOf(IkeReply.ChildSaInstalled.class, box.install(sameSpi));
        assertEquals(2, box.sas().size());
    }

    @Test
    void anSaThatLivesIsNotTakenForADeadOne() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator first = box.establish("branch", "p1");
        ChildSaInstallation sameSpi =
                box.installation(box.reserve("branch", "p1"), first.outbound());
        assertTrue(refusal(box.install(sameSpi)).contains("EEXIST"));
        assertEquals(2, box.sas().size());
        assertTrue(new EspSpi(box.sas().get(1).id().spi()).equals(first.outbound()));
    }

    @Test
    void afterTheEndKeysAreZeroedAllTheSame() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator reserved = box.reserve("branch", "p1");
        box.work.close();
        assertEquals("closed", refusal(box.install(box.installation(reserved, NatSituation.NONE))));
        List<IkeReply> replies = new ArrayList<>();
        box.plane
                .childSas()
                .allocateSpi(
                        new IkeEffect.AllocateSpi(
                                new RequestId(new io.edgeipsec.ike.message.IkeSpi(1), 1),
                                ChildSaLocator.wanted("branch", "p1", PATH)),
                        replies::add);
        assertEquals("closed", refusal(replies.get(0)));
        box.remove(reserved);
    }

    @Test
    void trafficIsWhatTheSasOfTheSessionCarried() {
        Appliance box =
                new Appliance().start(branch(), tunnel().addresses("192.0.2.1", "203.0.113.77"));
        box.establish("branch", "p1");
        box.establish("branch", "p1");
        box.fake.forgetRequests();
        assertEquals(
                TunnelTraffic.NONE, Appliance.value(box.plane.traffic().traffic("branch")).total());
        assertEquals(4, box.requests("readSa").size(), "each SA once");
        Appliance.value(box.plane.traffic().traffic("hq"));
        assertEquals(4, box.requests("readSa").size(), "and no other session's");
    }
}
