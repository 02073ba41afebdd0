package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.IpAddress;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A NAT in front of A (RFC 7296 §2.23, RFC 3948). */
final class NatTest {
    private static final IpAddress OUTSIDE = IpAddress.parse("203.0.113.9");

    @Test
    void bothMoveToTheOtherPort() {
        TwoGateways net = behindNat(1, 1_000);
        Ladder ladder = new Ladder(net);
        assertEquals(path(TwoGateways.A, 500, TwoGateways.B, 500), net.wire().element().path());
        ladder.fromA(INIT_REQUEST);
        // B answers from where it was asked, to where it was asked from.
        assertEquals(path(TwoGateways.B, 500, OUTSIDE, 1_500), net.wire().element().path());
        ladder.fromB(INIT_RESPONSE);
        assertEquals(path(TwoGateways.A, 4500, TwoGateways.B, 4500), net.wire().element().path());
        ladder.fromA(AUTH_REQUEST);
        assertEquals(path(TwoGateways.B, 4500, OUTSIDE, 5_500), net.wire().element().path());
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();

        net.assertOneTunnel();
        IkeEvent.IkeSaEstablished atA = net.a().only(IkeEvent.IkeSaEstablished.class);
        assertEquals(new NatSituation(true, false), atA.nat());
        IkeEvent.IkeSaEstablished atB = net.b().only(IkeEvent.IkeSaEstablished.class);
        assertEquals(new NatSituation(false, true), atB.nat());
        assertEquals(path(TwoGateways.B, 4500, OUTSIDE, 5_500), atB.path());
        net.a().sad().inbound().values().forEach(sa -> assertTrue(sa.udp()));
        assertEquals(path(TwoGateways.B, 4500, OUTSIDE, 5_500), net.b().childSas().get(0).path());
    }

    @Test
    void onlyTheOneBehindTheNatKeepsItOpen() {
        TwoGateways net = connectedBehindNat(2);
        net.pass(Duration.ofSeconds(19), true);
        assertEquals(0, net.a().keepalives());
        net.pass(Duration.ofSeconds(1), true);
        assertEquals(1, net.a().keepalives());
        net.pass(Duration.ofSeconds(20), true);
        assertEquals(2, net.a().keepalives());
        assertEquals(0, net.b().keepalives());
    }

    @Test
    void aPeerBehindNatIsFollowedToItsNewPort() {
        TwoGateways net = connectedBehindNat(3);
        net.putNatBeforeA(new TwoGateways.Nat(OUTSIDE, 2_000));
        // Its probe comes from the new port.
        net.pass(Duration.ofMinutes(1), false);
        Ladder ladder = new Ladder(net);
        ladder.fromA("INFORMATIONAL request 2");
        TwoGateways.InFlight probeOfB = net.dropOne();
        assertEquals(path(TwoGateways.B, 4500, OUTSIDE, 5_500), probeOfB.path());
        assertEquals(path(TwoGateways.B, 4500, OUTSIDE, 6_500), net.wire().element().path());
        ladder.fromB("INFORMATIONAL response 2");
        net.pass(Duration.ofSeconds(3), false);
        assertEquals(
                path(TwoGateways.B, 4500, OUTSIDE, 6_500),
                net.wire().element().path(),
                "what B repeats goes there too");
    }

    @Test
    void aReplayedMessageMovesNobody() {
        TwoGateways net = connectedBehindNat(4);
        net.pass(Duration.ofMinutes(1), false);
        TwoGateways.InFlight probe = net.wire().element();
        net.deliverAll();
        net.pass(Duration.ofMinutes(1), false);
        net.deliverAll();
        net.putNatBeforeA(new TwoGateways.Nat(OUTSIDE, 3_000));
        net.deliver(probe);
        assertEquals(DropReason.OUTSIDE_WINDOW, net.b().drops().get(net.b().drops().size() - 1));
        net.pass(Duration.ofMinutes(1), false);
        net.wire().stream()
                .filter(datagram -> datagram.path().local().address().equals(TwoGateways.B))
                .forEach(d -> assertEquals(5_500, d.path().remote().port()));
        assertTrue(net.wire().size() >= 2);
    }

    @Test
    void withoutNatNobodyIsFollowed() {
        TwoGateways net = TwoGateways.connected(5);
        net.pass(Duration.ofMinutes(1), false);
        TwoGateways.InFlight probe = net.dropOne();
        net.wire().clear();
        net.b().receive(net.arrival(probe, 777), probe.datagram());
        // The answer goes back to where the question came from, and nothing else does.
        assertEquals(777, net.dropOne().path().remote().port());
        net.pass(Duration.ofSeconds(3), false);
        net.wire().forEach(d -> assertEquals(500, d.path().remote().port()));
    }

    private static TwoGateways connectedBehindNat(long seed) {
        TwoGateways net = behindNat(seed, 1_000);
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(List.of(), net.b().drops());
        return net;
    }

    private static TwoGateways behindNat(long seed, int portOffset) {
        TwoGateways net = new TwoGateways(seed);
        net.putNatBeforeA(new TwoGateways.Nat(OUTSIDE, portOffset));
        net.b().configure(Policies.b().remote(OUTSIDE).build());
        net.a().configure(Policies.a().build());
        return net;
    }

    private static Path path(IpAddress from, int fromPort, IpAddress to, int toPort) {
        return new Path(new Endpoint(from, fromPort), new Endpoint(to, toPort));
    }
}
