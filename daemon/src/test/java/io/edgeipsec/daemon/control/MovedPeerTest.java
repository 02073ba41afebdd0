package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.FakeIpsecKernel;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.state.EncapTemplate;
import io.edgeipsec.xfrm.state.LifetimeCurrent;
import io.edgeipsec.xfrm.state.SaEntry;
import io.edgeipsec.xfrm.state.SaStatistics;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A NAT before the peer gives it another port, or another address. */
final class MovedPeerTest {
    private static final String ELSEWHERE = "203.0.113.77";

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static SessionBuilder tunnel() {
        return SessionBuilder.routeBased("hq", 3, "192.168.50.1/30");
    }

    private static InetAddress inet(String address) {
        return IpPrefix.parse(address).address();
    }

    private static Path path(String peer, int port) {
        return new Path(
                new Endpoint(IpAddress.parse(SessionBuilder.LOCAL), 4500),
                new Endpoint(IpAddress.parse(peer), port));
    }

    private static ChildSaLocator establish(Appliance box, String session, String child) {
        ChildSaLocator reserved = box.reserve(session, child, path(SessionBuilder.PEER, 4500));
        return assertInstanceOf(
                        IkeReply.ChildSaInstalled.class,
                        box.install(box.installation(reserved, new NatSituation(false, true))))
                .locator();
    }

    private static void move(Appliance box, ChildSaLocator locator, Path to) {
        box.plane.childSas().moveChildSa(new IkeEffect.MoveChildSa(locator, to));
        box.work.checkDefect();
    }

    private static List<EncapTemplate> encapsulations(Appliance box) {
        return box.sas().stream().map(sa -> sa.udpEncapsulation().orElseThrow()).toList();
    }

    @Test
    void ikeIsToldWhereTheKernelSawEspComeFrom() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator locator = establish(box, "branch", "p1");
        KernelEvent mapping =
                new KernelEvent.Mapping(
                        inet(SessionBuilder.LOCAL),
                        locator.inbound().value(),
                        1,
                        inet(SessionBuilder.PEER),
                        4500,
                        inet(SessionBuilder.PEER),
                        31000);
        box.fake.emit(mapping);
        assertEquals(
                List.of(
                        new IkeInput.EspSourceChanged(
                                "branch",
                                locator.inbound(),
                                new Endpoint(IpAddress.parse(SessionBuilder.PEER), 31000))),
                box.told(IkeInput.EspSourceChanged.class));
        box.remove(locator);
        box.fake.emit(mapping);
        assertEquals(1, box.told(IkeInput.EspSourceChanged.class).size(), "an SA that is gone");
    }

    @Test
    void anotherPortChangesBothSasAndNothingElse() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator locator = establish(box, "branch", "p1");
        var policies = box.policies();
        box.fake.forgetRequests();
        move(box, locator, path(SessionBuilder.PEER, 31000));
        assertEquals(
                List.of(
                        new EncapTemplate(EncapTemplate.ESPINUDP, 31000, 4500),
                        new EncapTemplate(EncapTemplate.ESPINUDP, 4500, 31000)),
                encapsulations(box));
        assertEquals(List.of("moveSa", "moveSa"), box.requests("moveSa", "putPolicy", "removeSa"));
        assertEquals(policies, box.policies());
        box.remove(locator);
        assertEquals(List.of(), box.sas());
    }

    @Test
    void anotherAddressTakesThePoliciesAlongUntilTheSasAreGone() {
        Appliance box =
                new Appliance().start(branch()).mustNeverLeaveInClear("10.1.0.5 > 10.7.0.5");
        var before = box.policies();
        ChildSaLocator locator = establish(box, "branch", "p1");
        move(box, locator, path(ELSEWHERE, 31000));
        SaEntry outbound = box.sas().get(1);
        assertEquals(inet(ELSEWHERE), outbound.id().destination());
        box.policies(PolicyAction.PROTECT)
                .forEach(
                        policy ->
                                assertTrue(
                                        List.of(
                                                        policy.protection().orElseThrow().source(),
                                                        policy.protection()
                                                                .orElseThrow()
                                                                .destination())
                                                .contains(inet(ELSEWHERE)),
                                        policy.toString()));
        box.remove(locator);
        assertEquals(List.of(), box.sas());
        assertEquals(before, box.policies());
    }

    @Test
    void aReplacementMadeWhereThePeerIsNowKeepsThePoliciesThere() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator first = establish(box, "branch", "p1");
        move(box, first, path(ELSEWHERE, 31000));
        ChildSaLocator reserved = box.reserve("branch", "p1", path(ELSEWHERE, 31000));
        box.install(box.installation(reserved, new NatSituation(false, true)));
        box.remove(first);
        assertTrue(
                box.policies(PolicyAction.PROTECT).stream()
                        .anyMatch(
                                policy ->
                                        policy.protection()
                                                .orElseThrow()
                                                .destination()
                                                .equals(inet(ELSEWHERE))));
        // Its engine is found by the address that is configured.
        box.fake.emit(
                new KernelEvent.Expire(
                        box.sas().get(0).id(),
                        inet(ELSEWHERE),
                        1,
                        /* hard= */ false,
                        LifetimeCurrent.NEW,
                        SaStatistics.NONE));
        assertEquals(
                IpAddress.parse(SessionBuilder.PEER), box.told.get(box.told.size() - 1).peer());
    }

    @Test
    void aMoveThatTheKernelRefusesLeadsToARekey() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator locator = establish(box, "branch", "p1");
        box.fake.refuseNext("moveSa", Outcome.Kind.OTHER, "EACCES", false);
        move(box, locator, path(SessionBuilder.PEER, 31000));
        assertEquals(
                List.of(
                        new IkeInput.ChildSaExpired(
                                "branch", "p1", locator.inbound(), /* hard= */ false)),
                box.told(IkeInput.ChildSaExpired.class));
    }

    @Test
    void anSaThatIsLostInAMoveIsReplaced() {
        Appliance box = new Appliance().start(branch());
        ChildSaLocator locator = establish(box, "branch", "p1");
        box.fake.memory().removeSa(box.sas().get(1).id());
        move(box, locator, path(SessionBuilder.PEER, 31000));
        assertTrue(box.told(IkeInput.ChildSaExpired.class).get(0).hard());
    }

    @Test
    void aVtiFollowsToAnotherAddressAndBackOnceItsSasAreGone() {
        Appliance box = new Appliance().start(tunnel());
        ChildSaLocator locator = establish(box, "hq", "tunnel");
        move(box, locator, path(SessionBuilder.PEER, 31000));
        assertEquals(List.of(), box.requests("changeLink"), "another port alone");
        move(box, locator, path(ELSEWHERE, 31000));
        assertEquals(inet(ELSEWHERE), box.sas().get(1).id().destination());
        assertEquals(inet(ELSEWHERE), box.link("vpn3").peer());
        box.remove(locator);
        assertEquals(inet(SessionBuilder.PEER), box.link("vpn3").peer());
        assertEquals(1, box.requests("createLink").size());
        assertEquals(List.of(), box.requests("removeLink"));
    }

    @Test
    void aVtiDoesNotFollowToWhereAnotherSessionsPeerIs() {
        Appliance box =
                new Appliance()
                        .start(
                                tunnel(),
                                SessionBuilder.policyBased("other")
                                        .addresses(SessionBuilder.LOCAL, ELSEWHERE)
                                        .pairsFrom(5)
                                        .rule("10.3.0.0/24", "10.4.0.0/24"));
        ChildSaLocator locator = establish(box, "hq", "tunnel");
        box.fake.forgetRequests();
        move(box, locator, path(ELSEWHERE, 31000));
        assertEquals(List.of(), box.requests("moveSa", "putPolicy", "changeLink", "removeLink"));
        assertEquals(inet(SessionBuilder.PEER), box.sas().get(1).id().destination());
    }

    @Test
    void anXfrmInterfaceFollowsToAnotherAddress() {
        Appliance box =
                new Appliance(
                                new FakeIpsecKernel(SessionBuilder.LOCAL + "/24"),
                                new StoredSessions(),
                                Config.TunnelInterface.XFRM)
                        .start(tunnel());
        ChildSaLocator locator = establish(box, "hq", "tunnel");
        box.fake.forgetRequests();
        move(box, locator, path(ELSEWHERE, 31000));
        assertEquals(inet(ELSEWHERE), box.sas().get(1).id().destination());
        assertFalse(box.requests("putPolicy").isEmpty());
        assertEquals(List.of(), box.requests("createLink", "removeLink"));
    }
}
