package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.message.EspSpi;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeInput.PeerCommanded.Command;
import io.edgeipsec.ike.model.IkeSaId;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an operator orders: reset, rekey, initiate. */
final class CommandsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static void order(Gateway gateway, String session, Command command) {
        gateway.tell(new IkeInput.PeerCommanded(session, command));
    }

    private static Set<EspSpi> spis(Gateway gateway) {
        return Set.copyOf(gateway.sad().inbound().keySet());
    }

    // ---- reset

    @Test
    void resetSaysGoodbyeAndStartsAnew() {
        TwoGateways net = TwoGateways.connected(1);
        Ladder ladder = new Ladder(net);
        IkeSaId old = net.a().ikeSas().get(0);
        Set<EspSpi> tunnel = spis(net.a());
        order(net.a(), "session-a", Command.RESET);

        assertTrue(net.a().sad().inbound().isEmpty(), "ours are gone at once");
        ladder.fromA("INFORMATIONAL request 2 D");
        ladder.fromA(INIT_REQUEST);
        ladder.fromB("INFORMATIONAL response 2");
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        ladder.silence();
        net.assertOneTunnel();
        assertNotEquals(old, net.a().ikeSas().get(0));
        assertNotEquals(tunnel, spis(net.a()));
        FailReason reason = net.a().only(IkeEvent.IkeSaClosed.class).reason();
        assertEquals(FailReason.Kind.CONFIGURATION, reason.kind());
        assertEquals(
                FailReason.Kind.DELETED_BY_PEER,
                net.b().only(IkeEvent.IkeSaClosed.class).reason().kind());
    }

    @Test
    void resetOfAResponderLeavesTheSettingUpToThePeer() {
        TwoGateways net = TwoGateways.connected(2);
        order(net.b(), "session-b", Command.RESET);
        Ladder ladder = new Ladder(net);
        ladder.fromB("INFORMATIONAL request 0 D");
        ladder.fromA("INFORMATIONAL response 0");
        ladder.silence();
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
        assertTrue(
                net.a().events(IkeEvent.IkeSaEstablished.class).stream()
                        .allMatch(IkeEvent.IkeSaEstablished::initiator));
    }

    @Test
    void resetOfAnOnDemandSessionSetsUpWhatStood() {
        TwoGateways net =
                TwoGateways.connected(3, Policies.a().mode(InitiationMode.ON_DEMAND), Policies.b());
        Ladder ladder = new Ladder(net);
        order(net.a(), "session-a", Command.RESET);
        net.pass(HOUR, true);
        ladder.silence();
        assertTrue(net.a().sad().isEmpty(), "nothing stood");

        net.a().tell(new IkeInput.TrafficWaits("session-a", "net"));
        net.deliverAll();
        order(net.a(), "session-a", Command.RESET);
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(2, net.a().events(IkeEvent.IkeSaEstablished.class).size());
    }

    @Test
    void resetDuringANegotiationBeginsAnotherAtOnce() {
        TwoGateways net = new TwoGateways(4);
        net.a().configure(Policies.a().build());
        net.wire().clear();
        net.b().configure(Policies.b().build());
        order(net.a(), "session-a", Command.RESET);
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void resetDoesNotWaitForTheNextTry() {
        TwoGateways net = new TwoGateways(5);
        net.a().configure(Policies.a().build());
        // Some failures, so that the waits have grown.
        net.pass(Duration.ofMinutes(10), false);
        net.wire().clear();
        while (net.a().events(IkeEvent.NegotiationFailed.class).size()
                == net.a().events(IkeEvent.NegotiationStarted.class).size() - 1) {
            net.pass(Duration.ofSeconds(1), false);
        }
        net.wire().clear();
        net.b().configure(Policies.b().build());
        order(net.a(), "session-a", Command.RESET);
        net.deliverAll();
        net.assertOneTunnel();
    }

    // ---- rekey

    @Test
    void rekeyReplacesTheIkeSaThenTheChildSasUnderItsKeys() {
        TwoGateways net = TwoGateways.connected(6);
        Ladder ladder = new Ladder(net);
        IkeSaId old = net.a().ikeSas().get(0);
        Set<EspSpi> tunnel = spis(net.a());
        order(net.a(), "session-a", Command.REKEY);

        ladder.fromA("CREATE_CHILD_SA request 2 SA Nonce KE");
        ladder.fromB("CREATE_CHILD_SA response 2 SA Nonce KE");
        assertEquals(tunnel, spis(net.a()), "the tunnel stands meanwhile");
        // The goodbye to the old IKE SA, and what is done under the new keys.
        ladder.fromA("INFORMATIONAL request 3 D");
        ladder.fromA("CREATE_CHILD_SA request 0 N(REKEY_SA) SA Nonce KE TSi TSr");
        ladder.fromB("INFORMATIONAL response 3");
        ladder.fromB("CREATE_CHILD_SA response 0 SA Nonce KE TSi TSr");
        assertTrue(net.a().sad().inbound().keySet().containsAll(tunnel), "make before break");
        net.deliverAll();
        net.assertOneTunnel();
        assertNotEquals(old, net.a().ikeSas().get(0));
        assertTrue(spis(net.a()).stream().noneMatch(tunnel::contains));
        assertEquals(1, net.a().events(IkeEvent.NegotiationStarted.class).size());
    }

    @Test
    void rekeyByTheResponderIsTheSame() {
        TwoGateways net = TwoGateways.connected(7);
        Set<EspSpi> tunnel = spis(net.b());
        order(net.b(), "session-b", Command.REKEY);
        order(net.b(), "session-b", Command.REKEY); // the second while the first is under way
        net.deliverAll();
        net.assertOneTunnel();
        assertTrue(spis(net.b()).stream().noneMatch(tunnel::contains));
        assertEquals(2, net.b().events(IkeEvent.IkeSaEstablished.class).size());
        assertEquals(2, net.b().events(IkeEvent.ChildSaEstablished.class).size());
    }

    @Test
    void rekeyByBothEndsInOneTunnelWithNewKeys() {
        for (int seed = 8; seed < 24; seed++) {
            TwoGateways net = TwoGateways.connected(seed);
            Set<EspSpi> tunnel = spis(net.a());
            order(net.a(), "session-a", Command.REKEY);
            order(net.b(), "session-b", Command.REKEY);
            net.pass(Duration.ofMinutes(2), true);
            net.assertOneTunnel();
            assertTrue(spis(net.a()).stream().noneMatch(tunnel::contains), "seed " + seed);
        }
    }

    @Test
    void rekeyOfWhatDoesNotStandDoesNothing() {
        TwoGateways net = new TwoGateways(25);
        net.b().configure(Policies.b().build());
        order(net.b(), "session-b", Command.REKEY);
        net.pass(HOUR, false);
        new Ladder(net).silence();
    }

    // ---- initiate

    @Test
    void initiateStartsWhatOtherwiseWaits() {
        for (InitiationMode mode : Set.of(InitiationMode.ON_DEMAND, InitiationMode.RESPOND_ONLY)) {
            TwoGateways net = TwoGateways.connected(26, Policies.a().mode(mode), Policies.b());
            new Ladder(net).silence();
            order(net.a(), "session-a", Command.INITIATE);
            net.deliverAll();
            net.assertOneTunnel();
        }
    }

    @Test
    void initiateTriesOnceWhereTheSessionDoesNotStartByItself() {
        TwoGateways net = new TwoGateways(27);
        net.a().configure(Policies.a().mode(InitiationMode.RESPOND_ONLY).build());
        order(net.a(), "session-a", Command.INITIATE);
        net.pass(HOUR, false);
        assertTrue(net.a().only(IkeEvent.NegotiationFailed.class).retryIn().isEmpty());
        assertEquals(8, net.wire().size(), "one transmission and seven repetitions");
    }

    @Test
    void initiateOfWhatStandsDoesNothing() {
        TwoGateways net = TwoGateways.connected(28);
        order(net.a(), "session-a", Command.INITIATE);
        new Ladder(net).silence();
        net.assertOneTunnel();
    }

    // ---- never

    @Test
    void ordersForNobodyAndBehindTheEndAreIgnored() {
        TwoGateways net = TwoGateways.connected(29);
        for (Command command : Command.values()) {
            order(net.a(), "no such session", command);
        }
        new Ladder(net).silence();
        net.a().tell(new IkeInput.ShutdownRequested());
        for (Command command : Command.values()) {
            order(net.a(), "session-a", command);
        }
        net.deliverAll();
        assertTrue(net.a().ikeSas().isEmpty());
        assertFalse(net.a().sad().inbound().containsKey(EspSpi.ZERO));
        assertEquals(1, net.a().events(IkeEvent.NegotiationStarted.class).size());
    }
}
