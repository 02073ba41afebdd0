package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import io.edgeipsec.ike.testing.TwoGateways.InFlight;
import io.edgeipsec.ike.testing.TwoGateways.Nat;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A is behind a NAT that forgets and gives it other ports; B follows (RFC 7296 §2.23). */
final class NatMappingTest {
    private static final IpAddress OUTSIDE = IpAddress.parse("203.0.113.7");
    private static final Endpoint BEFORE = new Endpoint(OUTSIDE, 5500);
    private static final Endpoint AFTER = new Endpoint(OUTSIDE, 6500);

    private static final Duration LONG = Duration.ofDays(1);

    private final TwoGateways net = new TwoGateways(23);

    private void up() {
        net.putNatBeforeA(new Nat(OUTSIDE, 1000));
        net.b().configure(Policies.b().remote(OUTSIDE).build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        net.assertKernelsAgree();
        assertEquals(Set.of(BEFORE), espOfB());
    }

    private Set<Endpoint> espOfB() {
        return Set.copyOf(net.b().sad().paths().values().stream().map(Path::remote).toList());
    }

    private static EspSpi inbound(Gateway gateway) {
        return gateway.sad().inbound().keySet().iterator().next();
    }

    private void mappingChanges() {
        net.putNatBeforeA(new Nat(OUTSIDE, 2000));
    }

    private void espComesToBFrom(Endpoint source) {
        net.b().tell(new IkeInput.EspSourceChanged("session-b", inbound(net.b()), source));
    }

    private List<Endpoint> destinations() {
        return net.wire().stream().map(InFlight::path).map(Path::remote).toList();
    }

    private void rekeyFromA() {
        net.a().tell(new IkeInput.ChildSaExpired("session-a", "net", inbound(net.a()), false));
    }

    @Test
    void espIsFollowedAtOnceAndIkeAsksThere() {
        up();
        mappingChanges();
        espComesToBFrom(AFTER);
        assertEquals(Set.of(AFTER), espOfB());
        assertEquals(List.of(AFTER), destinations(), "a liveness check");
        net.deliverAll();
        assertEquals(1, net.b().events(IkeEvent.PeerMoved.class).size());
        // From now on IKE goes there by itself.
        net.b().tell(new IkeInput.ChildSaExpired("session-b", "net", inbound(net.b()), false));
        assertEquals(List.of(AFTER), destinations());
        net.deliverAll();
        net.assertKernelsAgree();
        assertEquals(Set.of(AFTER), espOfB(), "the new Child SA too");
    }

    /** Somebody sends an authentic message on with our own address as its source. */
    @Test
    void nobodyIsFollowedToOurselves() {
        up();
        espComesToBFrom(new Endpoint(TwoGateways.B, 6500));
        assertEquals(Set.of(BEFORE), espOfB());
        rekeyFromA();
        InFlight caught = net.dropOne();
        net.b()
                .receive(
                        new Path(caught.path().remote(), new Endpoint(TwoGateways.B, 6500)),
                        caught.datagram());
        assertEquals(Set.of(BEFORE), espOfB());
        assertEquals(List.of(new Endpoint(TwoGateways.B, 6500)), destinations(), "the answer");
    }

    @Test
    void authenticIkeMovesEspToo() {
        up();
        mappingChanges();
        rekeyFromA();
        net.deliverOne();
        assertEquals(Set.of(AFTER), espOfB());
        net.deliverAll();
        net.assertKernelsAgree();
        assertEquals(Set.of(AFTER), espOfB());
    }

    /** Both replace the IKE SA; A goes on with its own by another mapping (RFC 7296 §2.8.2). */
    @Test
    void anIkeSaThatTakesOverFollowsTheFirstMessageOnIt() {
        Duration lifetimeAtA = Duration.ofMinutes(10);
        Duration lifetimeAtB = Duration.ofMinutes(9);
        DpdPolicy noDpd = new DpdPolicy(DpdPolicy.Mode.DISABLED, LONG, 1);
        net.putNatBeforeA(new Nat(OUTSIDE, 1000));
        net.b()
                .configure(
                        Policies.b()
                                .remote(OUTSIDE)
                                .dpd(noDpd)
                                .lifetimes(lifetimeAtB, LONG)
                                .build());
        net.a().configure(Policies.a().dpd(noDpd).lifetimes(lifetimeAtA, LONG).build());
        net.deliverAll();
        net.passUntilSomethingIsSaid();
        assertTrue(net.isFromB(net.wire().element()), "B is first in this run");
        while (net.wire().isEmpty() || net.isFromB(net.wire().element())) {
            net.wire().clear();
            net.pass(Duration.ofSeconds(1), false);
        }
        net.deliverOne();
        net.deliverOne();
        // A's DELETE of the old IKE SA is lost, and so the Child SA's rekey comes first.
        net.dropOne();
        mappingChanges();
        rekeyFromA();
        net.deliverOne();
        assertEquals(Set.of(AFTER), espOfB());
        net.deliverAll();
        assertEquals(Set.of(AFTER), espOfB());
        net.assertKernelsAgree();
    }

    @Test
    void reportsOfTheSameMappingLeadToOneMove() {
        up();
        mappingChanges();
        espComesToBFrom(AFTER);
        espComesToBFrom(AFTER);
        net.deliverAll();
        espComesToBFrom(AFTER);
        assertEquals(1, net.b().events(IkeEvent.PeerMoved.class).size());
        assertTrue(net.wire().isEmpty());
    }

    /** Somebody catches a packet of A's and sends it on from elsewhere, before it arrives. */
    @Test
    void aPacketSentOnByOthersLeadsAstrayForOneRoundOnly() {
        up();
        Endpoint stranger = new Endpoint(IpAddress.parse("203.0.113.66"), 4500);
        espComesToBFrom(stranger);
        assertEquals(Set.of(stranger), espOfB());
        assertEquals(List.of(stranger), destinations());
        net.dropOne();
        net.pass(Duration.ofSeconds(3), false);
        assertEquals(List.of(BEFORE), destinations(), "repeated where the peer was before");
        net.deliverAll();
        assertEquals(Set.of(BEFORE), espOfB(), "its answer brings ESP back");
        assertTrue(net.b().events(IkeEvent.IkeSaClosed.class).isEmpty());
    }

    @Test
    void aReplayedRequestMovesNothing() {
        up();
        rekeyFromA();
        InFlight request = net.wire().element();
        net.deliverAll();
        mappingChanges();
        net.deliver(request);
        assertEquals(Set.of(BEFORE), espOfB());
    }

    @Test
    void aForgedRequestMovesNothing() {
        up();
        rekeyFromA();
        mappingChanges();
        net.deliverOne(NatMappingTest::withLastOctetChanged);
        assertEquals(Set.of(BEFORE), espOfB());
    }

    private static Octets withLastOctetChanged(Octets datagram) {
        byte[] octets = datagram.toByteArray();
        octets[octets.length - 1] ^= 1;
        return Octets.wrap(octets);
    }

    /** Behind a NAT ourselves, one packet could break the connection (RFC 7296 §2.23). */
    @Test
    void whoIsBehindTheNatFollowsNobody() {
        up();
        Path before = net.a().sad().paths().get(inbound(net.a()));
        net.a()
                .tell(
                        new IkeInput.EspSourceChanged(
                                "session-a", inbound(net.a()), new Endpoint(TwoGateways.B, 4501)));
        assertEquals(before, net.a().sad().paths().get(inbound(net.a())));
        assertTrue(net.wire().isEmpty());
    }

    @Test
    void withoutNatNobodyIsFollowed() {
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverAll();
        Path before = net.b().sad().paths().get(inbound(net.b()));
        espComesToBFrom(new Endpoint(TwoGateways.A, 4501));
        assertEquals(before, net.b().sad().paths().get(inbound(net.b())));
        assertTrue(net.wire().isEmpty());
    }

    /** The SPI was reserved under the old mapping, and the kernel is slow. */
    @Test
    void aChildSaInTheMakingFollows() {
        up();
        net.b().stall();
        rekeyFromA();
        net.deliverOne();
        mappingChanges();
        espComesToBFrom(AFTER);
        net.b().resume();
        net.deliverAll();
        net.assertKernelsAgree();
        assertEquals(Set.of(AFTER), espOfB());
    }

    @Test
    void theIkeSaThatTakesOverKnowsWhereThePeerIs() {
        net.putNatBeforeA(new Nat(OUTSIDE, 1000));
        net.b().configure(Policies.b().remote(OUTSIDE).build());
        net.a()
                .configure(
                        Policies.a()
                                .lifetimes(Duration.ofSeconds(100), Duration.ofHours(1))
                                .build());
        net.deliverAll();
        mappingChanges();
        espComesToBFrom(AFTER);
        net.deliverAll();
        while (net.b().events(IkeEvent.IkeSaEstablished.class).size() < 2) {
            net.pass(Duration.ofSeconds(1), true);
        }
        net.putNatBeforeA(new Nat(OUTSIDE, 3000));
        espComesToBFrom(new Endpoint(OUTSIDE, 7500));
        assertEquals(Set.of(new Endpoint(OUTSIDE, 7500)), espOfB());
    }
}
