package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.DeletePayload;
import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ends of Child SAs and IKE SAs, of sessions and of the whole engine (RFC 7296 §1.4.1). */
final class DeletionTest {
    private static final String D_2 = "INFORMATIONAL request 2 D";

    @Test
    void aChildSaIsDeletedInBothDirections() {
        TwoGateways net = twoPairs(1);
        Ladder ladder = new Ladder(net);
        EspSpi inboundAtA = net.a().childSas().get(1).inbound();
        EspSpi inboundAtB = net.b().childSas().get(1).inbound();
        net.a().configure(onePairAtA().build());

        // HDR, SK {D(our inbound)} -->  <-- HDR, SK {D(its inbound)}
        IkeMessage request = ladder.fromA("INFORMATIONAL request 3 D");
        assertEquals(List.of(inboundAtA), deleted(request));
        IkeMessage answer = ladder.fromB("INFORMATIONAL response 3 D");
        assertEquals(List.of(inboundAtB), deleted(answer));
        ladder.silence();

        net.assertOneTunnel();
        assertEquals(1, net.a().childSas().size());
        IkeEvent.ChildSaClosed atB = net.b().only(IkeEvent.ChildSaClosed.class);
        assertEquals(FailReason.Kind.DELETED_BY_PEER, atB.reason().kind());
        IkeEvent.ChildSaClosed atA = net.a().only(IkeEvent.ChildSaClosed.class);
        assertEquals(FailReason.Kind.CONFIGURATION, atA.reason().kind());
    }

    @Test
    void bothDeleteTheSameChildSa() {
        TwoGateways net = twoPairs(2);
        Ladder ladder = new Ladder(net);
        net.a().configure(onePairAtA().build());
        net.b().configure(onePairAtB().build());

        // Neither answer names the SPI, since it is being deleted already (RFC 7296 §2.25.1).
        ladder.fromA("INFORMATIONAL request 3 D");
        ladder.fromB("INFORMATIONAL request 0 D");
        ladder.fromB("INFORMATIONAL response 3");
        ladder.fromA("INFORMATIONAL response 0");
        ladder.silence();
        net.assertOneTunnel();
    }

    @Test
    void aDisabledSessionEndsItsIkeSa() {
        TwoGateways net = TwoGateways.connected(3);
        Ladder ladder = new Ladder(net);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        assertTrue(net.a().sad().isEmpty(), "no packet leaves behind the request");
        ladder.fromA(D_2);
        ladder.fromB("INFORMATIONAL response 2");
        ladder.silence();

        assertEnded(net.a(), FailReason.Kind.CONFIGURATION);
        assertEnded(net.b(), FailReason.Kind.DELETED_BY_PEER);
        net.pass(IkeSettings.defaults().linger(), false);
        assertEquals(0, net.a().engine().ikeSaCount());
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    @Test
    void bothEndTheSameIkeSa() {
        TwoGateways net = TwoGateways.connected(4);
        Ladder ladder = new Ladder(net);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        net.b().tell(new IkeInput.PeerRemoved("session-b"));
        ladder.fromA(D_2);
        ladder.fromB("INFORMATIONAL request 0 D");
        ladder.fromB("INFORMATIONAL response 2");
        ladder.fromA("INFORMATIONAL response 0");
        ladder.silence();
        assertEnded(net.a(), FailReason.Kind.CONFIGURATION);
        assertEnded(net.b(), FailReason.Kind.CONFIGURATION);
    }

    @Test
    void theAnswerToADeleteIsRepeatedAfterTheEnd() {
        TwoGateways net = TwoGateways.connected(5);
        Ladder ladder = new Ladder(net);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        ladder.fromA(D_2);
        TwoGateways.InFlight answer = ladder.lostFromB("INFORMATIONAL response 2");
        net.pass(Duration.ofSeconds(2), false);
        ladder.fromA(D_2);
        assertEquals(answer, net.wire().element());
        ladder.fromB("INFORMATIONAL response 2");
        ladder.silence();
        assertEnded(net.b(), FailReason.Kind.DELETED_BY_PEER);
    }

    @Test
    void aDeleteThatNobodyHearsIsGivenUpSoon() {
        TwoGateways net = TwoGateways.connected(6);
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        assertFalse(net.a().engine().isQuiet());
        net.pass(Duration.ofSeconds(10), false);
        assertEquals(3, net.wire().size());
        assertEquals(0, net.a().engine().ikeSaCount());
        assertTrue(net.a().engine().isQuiet());
    }

    @Test
    void aShutdownDeletesEverythingAndLetsNobodyIn() {
        TwoGateways net = TwoGateways.connected(7);
        Ladder ladder = new Ladder(net);
        net.a().tell(new IkeInput.ShutdownRequested());
        assertFalse(net.a().engine().isQuiet());
        ladder.fromA(D_2);
        ladder.fromB("INFORMATIONAL response 2");
        assertTrue(net.a().engine().isQuiet());
        assertEnded(net.a(), FailReason.Kind.CONFIGURATION);

        net.a().configure(Policies.a().session("late").build());
        net.a().configure(Policies.a().build());
        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        net.pass(Duration.ofHours(1), false);
        ladder.silence();

        net.b().configure(Policies.b().mode(InitiationMode.INITIATOR).build());
        net.deliverOne();
        assertTrue(net.a().drops().contains(DropReason.HALF_OPEN_LIMIT));
        ladder.silence();
    }

    @Test
    void aShutdownEndsHandshakesToo() {
        TwoGateways net = new TwoGateways(8);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());
        net.deliverOne();
        net.a().tell(new IkeInput.ShutdownRequested());
        net.b().tell(new IkeInput.ShutdownRequested());
        assertTrue(net.a().engine().isQuiet());
        assertTrue(net.b().engine().isQuiet());
        net.deliverAll();
        assertTrue(net.a().sad().isEmpty());
    }

    private static void assertEnded(Gateway gateway, FailReason.Kind kind) {
        assertEquals(kind, gateway.only(IkeEvent.IkeSaClosed.class).reason().kind());
        assertEquals(kind, gateway.only(IkeEvent.ChildSaClosed.class).reason().kind());
        assertTrue(gateway.sad().isEmpty());
    }

    private static List<EspSpi> deleted(IkeMessage message) {
        return message.first(DeletePayload.class).orElseThrow().espSpis();
    }

    private static TwoGateways twoPairs(long seed) {
        TwoGateways net =
                TwoGateways.connected(
                        seed,
                        onePairAtA().pair("two", "10.1.2.0/24", "10.2.2.0/24"),
                        onePairAtB().pair("two", "10.2.2.0/24", "10.1.2.0/24"));
        net.assertOneTunnel();
        return net;
    }

    private static Policies onePairAtA() {
        return Policies.a().pair("one", "10.1.1.0/24", "10.2.1.0/24");
    }

    private static Policies onePairAtB() {
        return Policies.b().pair("one", "10.2.1.0/24", "10.1.1.0/24");
    }
}
