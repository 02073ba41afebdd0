package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.model.DpdPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Dead peer detection (RFC 7296 §2.4), with probes each minute of silence. */
final class LivenessTest {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final DpdPolicy NO_DPD = new DpdPolicy(DpdPolicy.Mode.DISABLED, INTERVAL, 1);

    @Test
    void aSilentPeerIsAskedForASignOfLife() {
        TwoGateways net = TwoGateways.connected(1, Policies.a(), Policies.b().dpd(NO_DPD));
        Ladder ladder = new Ladder(net);
        net.pass(INTERVAL.minusMillis(1), false);
        ladder.silence();
        net.pass(Duration.ofMillis(1), false);

        // HDR, SK {} -->  <-- HDR, SK {}
        ladder.fromA("INFORMATIONAL request 2");
        ladder.fromB("INFORMATIONAL response 2");
        net.pass(INTERVAL.minusMillis(1), false);
        ladder.silence();
        net.pass(Duration.ofMillis(1), false);
        ladder.fromA("INFORMATIONAL request 3");
        ladder.fromB("INFORMATIONAL response 3");
        net.assertOneTunnel();
    }

    @Test
    void thePeersProbeIsASignOfLifeToo() {
        Duration often = Duration.ofSeconds(20);
        DpdPolicy eager = new DpdPolicy(DpdPolicy.Mode.PERIODIC, often, 4);
        TwoGateways net = TwoGateways.connected(2, Policies.a(), Policies.b().dpd(eager));
        net.pass(Duration.ofMinutes(10), true);
        long probesOfA =
                net.a().events(IkeEvent.MessageExchanged.class).stream()
                        .filter(event -> event.sent() && !event.message().header().response())
                        .count();
        assertEquals(2, probesOfA, "the handshake, and nothing else");
    }

    @Test
    void aDeadPeersTunnelEndsAndComesBackWithIt() {
        TwoGateways net = TwoGateways.connected(3);
        net.cutOff(true);
        net.pass(INTERVAL.plusSeconds(30), true);

        IkeEvent.IkeSaClosed closed = net.a().only(IkeEvent.IkeSaClosed.class);
        assertEquals(FailReason.Kind.PEER_STOPPED_ANSWERING, closed.reason().kind());
        assertEquals(
                4,
                net.a().events(IkeEvent.Retransmitted.class).stream()
                        .filter(event -> event.ikeSa().equals(closed.ikeSa()))
                        .count());
        assertEquals(
                FailReason.Kind.PEER_STOPPED_ANSWERING,
                net.a().only(IkeEvent.ChildSaClosed.class).reason().kind());
        assertTrue(net.a().sad().isEmpty());
        assertTrue(net.b().sad().isEmpty(), "it probed as well");

        net.pass(Duration.ofHours(3), true);
        assertTrue(net.a().events(IkeEvent.NegotiationFailed.class).size() > 50);
        net.cutOff(false);
        net.pass(Duration.ofMinutes(2), true);
        net.assertOneTunnel();
    }

    @Test
    void aPeerThatAnswersTheLastProbeLives() {
        TwoGateways net = TwoGateways.connected(4, Policies.a(), Policies.b().dpd(NO_DPD));
        net.cutOff(true);
        // Probes at 0, 2, 5.6, 10.6, 15.6 s behind the interval, give or take a tenth.
        net.pass(INTERVAL.plusSeconds(13), true);
        net.cutOff(false);
        net.pass(Duration.ofSeconds(5), true);
        net.assertOneTunnel();
        assertTrue(net.a().events(IkeEvent.IkeSaClosed.class).isEmpty());
        assertEquals(4, net.a().events(IkeEvent.Retransmitted.class).size());
    }

    @Test
    void withoutDpdNobodyAsks() {
        TwoGateways net =
                TwoGateways.connected(5, Policies.a().dpd(NO_DPD), Policies.b().dpd(NO_DPD));
        net.pass(Duration.ofMinutes(45), false);
        new Ladder(net).silence();
        net.assertOneTunnel();
    }

    @Test
    void aProbeIsNotSentWhileAnotherAnswerIsAwaited() {
        TwoGateways net =
                TwoGateways.connected(
                        6,
                        Policies.a().lifetimes(Duration.ofDays(1), Duration.ofMinutes(1)),
                        Policies.b().dpd(NO_DPD));
        net.pass(INTERVAL.minusSeconds(1), false);
        new Ladder(net).lostFromA("CREATE_CHILD_SA request 2 N(REKEY_SA) SA Nonce KE TSi TSr");
        net.pass(Duration.ofSeconds(5), false);
        assertFalse(net.wire().isEmpty());
        net.wire().forEach(this::assertRekey);
    }

    private void assertRekey(TwoGateways.InFlight datagram) {
        int exchange = datagram.datagram().at(18);
        assertEquals(36, exchange, "CREATE_CHILD_SA");
    }
}
