package io.edgeipsec.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.api.resource.ConnectionInitiationMode;
import io.edgeipsec.daemon.config.Config;
import io.edgeipsec.daemon.testing.SessionBuilder;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.xfrm.event.KernelEvent;
import io.edgeipsec.xfrm.kernel.FakeIpsecKernel;
import io.edgeipsec.xfrm.kernel.KernelNumbers;
import io.edgeipsec.xfrm.kernel.Outcome;
import io.edgeipsec.xfrm.link.AddressEntry;
import io.edgeipsec.xfrm.netlink.IpPrefix;
import io.edgeipsec.xfrm.policy.PolicyAction;
import io.edgeipsec.xfrm.policy.PolicyDirection;
import io.edgeipsec.xfrm.state.Scope;
import io.edgeipsec.xfrm.state.Selector;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions whose local_address is not there, comes, and goes. */
final class LocalAddressTest {
    private static final String PREFIX = SessionBuilder.LOCAL + "/24";
    private static final String PACKET = "10.1.0.5 > 10.7.0.5";
    private static final AddressEntry LOCAL = new AddressEntry(2, IpPrefix.parse(PREFIX));

    private static SessionBuilder branch() {
        return SessionBuilder.policyBased("branch").rule("10.1.0.0/24", "10.7.0.0/16");
    }

    private static Appliance on(String... addresses) {
        return new Appliance(
                new FakeIpsecKernel(addresses), new StoredSessions(), Config.TunnelInterface.AUTO);
    }

    private static void add(Appliance box, String... addresses) {
        box.fake.setAddresses(addresses);
        box.fake.emit(new KernelEvent.AddressAdded(LOCAL));
        box.work.checkDefect();
    }

    private static void remove(Appliance box, String... addresses) {
        box.fake.setAddresses(addresses);
        box.fake.emit(new KernelEvent.AddressRemoved(LOCAL));
        box.work.checkDefect();
    }

    @Test
    void anAddressThatIsMissingAtTheStartIsTheReason() {
        Appliance box = on("198.51.100.1/24").start(branch());
        box.mustNeverLeaveInClear(PACKET);
        assertEquals(List.of(), box.told(IkeInput.PeerConfigured.class));
        assertEquals(
                "Local address missing: local address 192.0.2.1 is not on this machine; add it to"
                        + " an interface, and the session goes on at once",
                box.reason("branch"));
        assertEquals(3, box.policies(PolicyAction.PROTECT).size());
    }

    @Test
    void theSessionStartsWhenTheAddressAppears() {
        Appliance box = on("198.51.100.1/24").start(branch());
        add(box, "198.51.100.1/24", PREFIX);
        List<IkeInput.PeerConfigured> configured = box.told(IkeInput.PeerConfigured.class);
        assertEquals(1, configured.size());
        Authentication.SharedKey secret =
                (Authentication.SharedKey) configured.get(0).policy().authentication();
        assertFalse(secret.key().isClosed());
        assertEquals("", box.reason("branch"));
        add(box, "198.51.100.1/24", PREFIX);
        assertEquals(
                1, box.told(IkeInput.PeerConfigured.class).size(), "as when a lease is renewed");
    }

    @Test
    void anAddressThatGoesTakesTheTunnelDownAndLeavesThePolicies() {
        Appliance box = on(PREFIX).start(branch());
        box.mustNeverLeaveInClear(PACKET);
        remove(box);
        List<IkeInput.PeerSuspended> suspended = box.told(IkeInput.PeerSuspended.class);
        assertEquals(1, suspended.size());
        assertEquals(FailReason.Kind.LOCAL_ADDRESS_MISSING, suspended.get(0).reason().kind());
        assertTrue(box.reason("branch").startsWith("Local address missing: local address 192.0.2"));
        assertEquals(3, box.policies(PolicyAction.PROTECT).size());
        remove(box);
        assertEquals(1, box.told(IkeInput.PeerSuspended.class).size());
        add(box, PREFIX);
        assertEquals(2, box.told(IkeInput.PeerConfigured.class).size());
    }

    @Test
    void whatIkeStillSaysDoesNotHideTheReason() {
        Appliance box = on(PREFIX).start(branch());
        remove(box);
        new IkeEvent.NegotiationStarted(
                        "branch",
                        new IkeSaId(new IkeSpi(1), new IkeSpi(0)),
                        Appliance.path(SessionBuilder.LOCAL, SessionBuilder.PEER))
                .deliverTo(box.board);
        assertFalse(box.board.view("branch").orElseThrow().negotiating());
        assertTrue(box.reason("branch").startsWith("Local address missing"));
    }

    @Test
    void anAddressThatAnotherInterfaceHasTooIsNotMissing() {
        Appliance box = on(PREFIX).start(branch());
        remove(box, SessionBuilder.LOCAL + "/32");
        assertEquals(List.of(), box.told(IkeInput.PeerSuspended.class));
    }

    @Test
    void othersAddressesConcernNobody() {
        Appliance box = on(PREFIX).start(branch());
        box.fake.forgetRequests();
        box.fake.emit(
                new KernelEvent.AddressRemoved(
                        new AddressEntry(2, IpPrefix.parse("198.51.100.1/24"))));
        assertEquals(List.of(), box.requests("listAddresses"));
    }

    @Test
    void anAddressThatWentBeforeItsSessionCameIsMissing() {
        Appliance box = on(PREFIX, "198.51.100.1/24").start();
        remove(box, "198.51.100.1/24");
        box.put(branch());
        assertEquals(List.of(), box.told(IkeInput.PeerConfigured.class));
        assertTrue(box.reason("branch").startsWith("Local address missing"));
    }

    @Test
    void aChangeToAnAddressThatIsNotThereSuspendsTheSession() {
        Appliance box = on(PREFIX).start(branch());
        box.put(branch().addresses("192.0.2.99", SessionBuilder.PEER));
        assertEquals(1, box.told(IkeInput.PeerSuspended.class).size());
        assertTrue(box.reason("branch").contains("192.0.2.99"));
        box.put(branch());
        assertEquals(
                IpAddress.parse(SessionBuilder.LOCAL),
                box.told(IkeInput.PeerConfigured.class).get(1).policy().localAddress());
        assertEquals("", box.reason("branch"));
    }

    /** The kernel asks once for a packet, and not again while it waits. */
    @Test
    void aPacketThatWaitedForTheAddressIsRemembered() {
        Appliance box =
                on("198.51.100.1/24").start(branch().mode(ConnectionInitiationMode.ON_DEMAND));
        Selector packet =
                Selector.between(IpPrefix.parse("10.1.0.5/32"), IpPrefix.parse("10.7.0.5/32"));
        box.fake.emit(
                new KernelEvent.Acquire(
                        IpPrefix.parse(SessionBuilder.LOCAL).address(),
                        IpPrefix.parse(SessionBuilder.PEER).address(),
                        KernelNumbers.reqid(1),
                        Scope.GLOBAL,
                        packet,
                        packet,
                        PolicyDirection.OUT,
                        1,
                        7));
        box.told.clear();
        add(box, PREFIX);
        assertEquals(
                List.of(IkeInput.PeerConfigured.class, IkeInput.TrafficWaits.class),
                box.told.stream().map(told -> told.input().getClass()).toList());
        box.put(branch().mode(ConnectionInitiationMode.ON_DEMAND));
        assertEquals(1, box.told(IkeInput.TrafficWaits.class).size(), "only behind a suspension");
    }

    @Test
    void aSessionThatIsDisabledMeanwhileWaitsForNothing() {
        Appliance box = on("198.51.100.1/24").start(branch());
        box.put(branch().disabled());
        add(box, PREFIX);
        assertEquals(List.of(), box.told(IkeInput.PeerConfigured.class));
        assertEquals("Session disabled", box.reason("branch"));
        box.put(branch());
        assertEquals(1, box.told(IkeInput.PeerConfigured.class).size());
        assertEquals("", box.reason("branch"));
    }

    @Test
    void aDisabledSessionWantsNoAddress() {
        Appliance box = on("198.51.100.1/24").start(branch().disabled());
        assertEquals("Session disabled", box.reason("branch"));
        assertEquals(List.of(), box.told(IkeInput.PeerSuspended.class));
    }

    /** Events may be lost. */
    @Test
    void theAuditFindsOutToo() {
        Appliance box = on(PREFIX).start(branch());
        box.fake.setAddresses();
        box.pass(Duration.ofMinutes(11));
        assertEquals(1, box.told(IkeInput.PeerSuspended.class).size());
        box.fake.setAddresses(PREFIX);
        box.pass(Duration.ofMinutes(11));
        assertEquals(2, box.told(IkeInput.PeerConfigured.class).size());
    }

    @Test
    void aKernelThatDoesNotTellItsAddressesKeepsNobodyDown() {
        Appliance box = on(PREFIX);
        box.refuse(request -> request.startsWith("listAddresses"));
        box.start(branch());
        assertEquals(1, box.told(IkeInput.PeerConfigured.class).size());
        box.refuseNothing();
        box.fake.refuseNext("listAddresses", Outcome.Kind.OTHER, "ENOBUFS", true);
        remove(box);
        assertEquals(List.of(), box.told(IkeInput.PeerSuspended.class));
    }
}
