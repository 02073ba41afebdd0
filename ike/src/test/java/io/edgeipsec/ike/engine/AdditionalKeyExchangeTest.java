package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_1024;
import static io.edgeipsec.ike.crypto.KeyExchangeMethod.ML_KEM_768;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.KeyExchangePayload;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.ScriptedPeer;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-KEM beside the usual key exchange (RFC 9370), in IKE_INTERMEDIATE (RFC 9242). */
final class AdditionalKeyExchangeTest {
    private static final String INTERMEDIATE = "N(INTERMEDIATE_EXCHANGE_SUPPORTED)";

    private static TwoGateways connected(Policies a, Policies b) {
        TwoGateways net = TwoGateways.connected(1, a, b);
        net.assertOneTunnel();
        return net;
    }

    private static Optional<KeyExchangeMethod> additional(Gateway gateway) {
        return gateway.only(IkeEvent.IkeSaEstablished.class).suite().additionalKeyExchange();
    }

    private static List<String> ladder(Gateway gateway) {
        return gateway.ladder().lines().toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyExchangeMethod.class,
            names = {"ML_KEM_768", "ML_KEM_1024"})
    @DisplayName("RFC 9370 §2.2.2: both keys go into the keys of the IKE SA, and AUTH covers them")
    void betweenTheFirstAndTheLastExchange(KeyExchangeMethod method) {
        TwoGateways net =
                connected(
                        Policies.a().additional(true, method),
                        Policies.b().additional(true, method));
        assertEquals(Optional.of(method), additional(net.a()));
        assertEquals(Optional.of(method), additional(net.b()));
        List<String> ladder = ladder(net.a());
        assertTrue(ladder.get(0).contains(INTERMEDIATE), ladder.get(0));
        assertTrue(ladder.get(1).contains(INTERMEDIATE), ladder.get(1));
        assertEquals(6, ladder.size(), net.a().ladder());
        assertTrue(ladder.get(2).endsWith("IKE_INTERMEDIATE request 1 KE"), ladder.get(2));
        assertTrue(ladder.get(3).endsWith("IKE_INTERMEDIATE response 1 KE"), ladder.get(3));
        assertTrue(ladder.get(4).contains("IKE_AUTH request 2 IDi"), ladder.get(4));
    }

    @Test
    void theRespondersPreferenceCounts() {
        TwoGateways net =
                connected(
                        Policies.a().additional(true, ML_KEM_768, ML_KEM_1024),
                        Policies.b().additional(true, ML_KEM_1024, ML_KEM_768));
        assertEquals(Optional.of(ML_KEM_1024), additional(net.a()));
    }

    @Test
    void whatIsOptionalIsDoneIfThePeerCan() {
        TwoGateways net =
                connected(
                        Policies.a().additional(false, ML_KEM_768),
                        Policies.b().additional(false, ML_KEM_768));
        assertEquals(Optional.of(ML_KEM_768), additional(net.b()));
    }

    @Test
    void aResponderThatKnowsNothingOfItTakesTheOtherProposal() {
        TwoGateways net = connected(Policies.a().additional(false, ML_KEM_768), Policies.b());
        assertEquals(Optional.empty(), additional(net.a()));
        assertEquals(4, ladder(net.a()).size());
    }

    @Test
    void anInitiatorThatKnowsNothingOfItIsAnsweredAsEver() {
        TwoGateways net = connected(Policies.a(), Policies.b().additional(false, ML_KEM_768));
        assertEquals(Optional.empty(), additional(net.b()));
    }

    @Test
    void aResponderThatRequiresItRefusesAnInitiatorWithoutIt() {
        TwoGateways net =
                TwoGateways.connected(1, Policies.a(), Policies.b().additional(true, ML_KEM_768));
        net.pass(Duration.ofSeconds(20), true);
        assertTrue(net.b().ikeSas().isEmpty());
        FailReason reason = net.b().events(IkeEvent.PeerRejected.class).get(0).reason();
        assertEquals(FailReason.Kind.NO_PROPOSAL_CHOSEN, reason.kind());
        assertTrue(
                reason.detail()
                        .contains("nearest differs in ADDKE1: offered none, allowed ML_KEM_768"),
                reason.detail());
    }

    @Test
    void anInitiatorThatRequiresItDoesNotDoWithout() {
        TwoGateways net =
                TwoGateways.connected(1, Policies.a().additional(true, ML_KEM_768), Policies.b());
        net.pass(Duration.ofSeconds(20), true);
        assertTrue(net.a().ikeSas().isEmpty());
        assertTrue(net.b().ikeSas().isEmpty());
    }

    // What gets lost, repeated or changed.

    /** Up to the first fragment or whole message of IKE_INTERMEDIATE. */
    private static TwoGateways initDone(KeyExchangeMethod method) {
        TwoGateways net = new TwoGateways(2);
        net.b().configure(Policies.b().additional(true, method).build());
        net.a().configure(Policies.a().additional(true, method).build());
        net.deliverOne();
        net.deliverOne();
        return net;
    }

    @Test
    void largeKeysGoInFragments() {
        TwoGateways net = initDone(ML_KEM_1024);
        assertEquals(2, net.wire().size());
        while (!net.wire().isEmpty()) {
            assertTrue(net.wire().element().datagram().length() <= 1280);
            net.deliverOne();
        }
        net.assertOneTunnel();
    }

    @Test
    @DisplayName("RFC 9370 §2.2.2: the answer is repeated under the keys that it had")
    void anAnswerThatGotLostIsRepeated() {
        for (KeyExchangeMethod method : List.of(ML_KEM_768, ML_KEM_1024)) {
            TwoGateways net = initDone(method);
            while (net.b().ladder().lines().count() < 4) {
                net.deliverOne();
            }
            net.wire().clear(); // the answer
            net.pass(Duration.ofMinutes(1), true);
            net.assertOneTunnel();
        }
    }

    @Test
    void whatGetsLostOverAndOverIsCutSmaller() {
        TwoGateways net = initDone(ML_KEM_1024);
        net.deliverOne();
        net.deliverOne();
        for (int i = 0; i < 3; i++) {
            net.wire().clear(); // answers
            net.passUntilSomethingIsSaid();
            while (net.wire().stream().anyMatch(d -> !net.isFromB(d))) {
                net.deliverOne();
            }
        }
        net.pass(Duration.ofMinutes(1), true);
        net.assertOneTunnel();
    }

    @Test
    void aRequestOutOfTurnIsDropped() {
        TwoGateways net = initDone(ML_KEM_768);
        TwoGateways.InFlight request = net.wire().element();
        while (!net.wire().isEmpty()) {
            net.deliverOne();
        }
        net.assertOneTunnel();
        int drops = net.b().drops().size();
        net.deliver(request);
        net.deliverAll();
        assertEquals(DropReason.OUTSIDE_WINDOW, net.b().drops().get(drops));
        net.assertOneTunnel();
    }

    @Test
    void datagramsInBetweenThatAreNotAuthenticChangeNothing() {
        TwoGateways net = initDone(ML_KEM_768);
        UnaryOperator<Octets> flip =
                datagram ->
                        TwoGateways.patched(
                                datagram,
                                datagram.length() - 1,
                                datagram.at(datagram.length() - 1) ^ 1);
        int changed = 0;
        while (!net.wire().isEmpty()) {
            TwoGateways.InFlight next = net.wire().element();
            net.deliver(new TwoGateways.InFlight(next.path(), flip.apply(next.datagram())));
            changed++;
            net.deliverOne();
        }
        assertTrue(changed >= 4);
        assertTrue(net.b().drops().contains(DropReason.NOT_AUTHENTIC));
        net.assertOneTunnel();
    }

    @Test
    void aSilentPeerIsNotWaitedForForEver() {
        TwoGateways net = initDone(ML_KEM_768);
        net.wire().clear();
        net.cutOff(true);
        net.pass(Duration.ofMinutes(10), false);
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    @Test
    void whenAMessageIsMissingNothingIsLeftOver() {
        for (int lost = 0; lost < 8; lost++) {
            TwoGateways net = initDone(ML_KEM_1024);
            int index = 0;
            while (!net.wire().isEmpty()) {
                if (index++ == lost) {
                    net.dropOne();
                } else {
                    net.deliverOne();
                }
            }
            net.pass(Duration.ofMinutes(1), true);
            net.assertOneTunnel();
            assertEquals(1, net.a().engine().ikeSaCount());
            assertEquals(1, net.b().engine().ikeSaCount());
        }
    }

    // A peer that does not keep to it.

    /** A scripted initiator that has agreed on ML-KEM-768. */
    private static final class Peer {
        final TwoGateways net = new TwoGateways(3);
        final ScriptedPeer scripted;

        Peer() {
            net.b().configure(Policies.b().additional(true, ML_KEM_768).build());
            scripted = new ScriptedPeer(net, Policies.a().additional(true, ML_KEM_768));
            scripted.init();
        }

        Optional<String> intermediate(List<Payload> payloads) {
            return scripted.request(ExchangeType.IKE_INTERMEDIATE, 1, payloads)
                    .map(m -> m.outline());
        }
    }

    @Test
    void authenticationWithoutTheAdditionalKeyExchangeIsDropped() {
        Peer peer = new Peer();
        assertEquals(
                Optional.empty(),
                peer.scripted.request(ExchangeType.IKE_AUTH, 1, peer.scripted.authPayloads()));
        assertEquals(List.of(DropReason.OUT_OF_STATE), peer.net.b().drops());
    }

    @Test
    void authenticationUnderTheKeysBeforeIsDropped() {
        Peer peer = new Peer();
        KeyExchangePayload ke =
                new KeyExchangePayload(
                        ML_KEM_768.id(), Octets.wrap(new byte[ML_KEM_768.initiatorLength()]));
        assertEquals(Optional.of("IKE_INTERMEDIATE response 1 KE"), peer.intermediate(List.of(ke)));
        assertEquals(
                Optional.empty(),
                peer.scripted.request(ExchangeType.IKE_AUTH, 2, peer.scripted.authPayloads()));
        assertEquals(List.of(DropReason.NOT_AUTHENTIC), peer.net.b().drops());
    }

    @Test
    void aKeyThatIsNoneEndsTheIkeSa() {
        byte[] beyondTheModulus = new byte[ML_KEM_768.initiatorLength()];
        Arrays.fill(beyondTheModulus, (byte) 0xff);
        for (Octets value : List.of(Octets.wrap(beyondTheModulus), Octets.wrap(new byte[32]))) {
            Peer peer = new Peer();
            assertEquals(
                    Optional.of("IKE_INTERMEDIATE response 1 N(INVALID_SYNTAX)"),
                    peer.intermediate(List.of(new KeyExchangePayload(ML_KEM_768.id(), value))));
            peer.net.pass(Duration.ofMinutes(5), false);
            assertEquals(0, peer.net.b().engine().ikeSaCount());
        }
    }

    @Test
    void anotherMethodThanAgreedEndsTheIkeSa() {
        Peer peer = new Peer();
        KeyExchangePayload other =
                new KeyExchangePayload(
                        ML_KEM_1024.id(), Octets.wrap(new byte[ML_KEM_1024.initiatorLength()]));
        assertEquals(
                Optional.of("IKE_INTERMEDIATE response 1 N(INVALID_SYNTAX)"),
                peer.intermediate(List.of(other)));
    }
}
