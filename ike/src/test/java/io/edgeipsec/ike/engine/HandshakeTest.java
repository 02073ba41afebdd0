package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NoncePayload;
import io.edgeipsec.ike.message.PayloadType;
import io.edgeipsec.ike.message.SaPayload;
import io.edgeipsec.ike.message.TrafficSelector;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.InitiationMode;
import io.edgeipsec.ike.model.NatSituation;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.util.List;
import org.junit.jupiter.api.Test;

/** IKE_SA_INIT, IKE_AUTH and further Child SAs, message by message (RFC 7296 §1.2, §1.3.1). */
final class HandshakeTest {
    private static final TrafficSelector NET_A = TrafficSelector.parse("10.1.0.0/16");
    private static final TrafficSelector NET_B = TrafficSelector.parse("10.2.0.0/16");

    @Test
    void fourMessagesMakeATunnel() {
        TwoGateways net = new TwoGateways(1);
        Ladder ladder = new Ladder(net);
        net.b().configure(Policies.b().build());
        net.a().configure(Policies.a().build());

        // A: HDR, SAi1, KEi, Ni -->
        IkeMessage init = ladder.fromA(INIT_REQUEST);
        assertTrue(init.header().responderSpi().isZero());
        assertTrue(init.header().fromOriginalInitiator());
        assertEquals(32, init.first(NoncePayload.class).orElseThrow().nonce().length());
        assertEquals(1, net.b().engine().halfOpenCount());
        assertTrue(net.a().sad().isEmpty(), "no SPI is reserved for a peer that may not be there");

        // <-- HDR, SAr1, KEr, Nr
        IkeMessage initAnswer = ladder.fromB(INIT_RESPONSE);
        assertEquals(init.header().initiatorSpi(), initAnswer.header().initiatorSpi());
        assertFalse(initAnswer.header().responderSpi().isZero());
        assertFalse(initAnswer.header().fromOriginalInitiator());
        assertEquals(1, net.a().sad().larval().size());

        // HDR, SK {IDi, IDr, AUTH, SAi2, TSi, TSr} -->
        IkeMessage auth = ladder.fromA(AUTH_REQUEST);
        assertEquals(
                Identities.parse("a.example"), auth.identification(PayloadType.ID_I).orElseThrow());
        assertEquals(List.of(NET_A), auth.selectors(PayloadType.TS_I).orElseThrow());
        assertEquals(List.of(NET_B), auth.selectors(PayloadType.TS_R).orElseThrow());
        assertEquals(0, net.b().engine().halfOpenCount());
        assertEquals(1, net.b().sad().inbound().size(), "installed before the answer goes out");

        // <-- HDR, SK {IDr, AUTH, SAr2, TSi, TSr}
        IkeMessage authAnswer = ladder.fromB(AUTH_RESPONSE);
        assertEquals(
                Identities.parse("b.example"),
                authAnswer.identification(PayloadType.ID_R).orElseThrow());
        assertEquals(1, proposals(authAnswer));
        ladder.silence();

        net.assertOneTunnel();
        IkeEvent.IkeSaEstablished atA = net.a().only(IkeEvent.IkeSaEstablished.class);
        IkeEvent.IkeSaEstablished atB = net.b().only(IkeEvent.IkeSaEstablished.class);
        assertEquals(atA.ikeSa(), atB.ikeSa());
        assertTrue(atA.initiator());
        assertFalse(atB.initiator());
        assertEquals(NatSituation.NONE, atA.nat());
        IkeEvent.ChildSaEstablished childAtB = net.b().only(IkeEvent.ChildSaEstablished.class);
        assertEquals(List.of(NET_B), childAtB.local());
        assertEquals(List.of(NET_A), childAtB.remote());
    }

    private static int proposals(IkeMessage message) {
        return message.first(SaPayload.class).orElseThrow().proposals().size();
    }

    @Test
    void cbcWithHmacAndEllipticCurves() {
        TwoGateways net =
                TwoGateways.connected(
                        2,
                        Policies.a().ike(Policies.classicIke()),
                        Policies.b().ike(Policies.classicIke()));
        net.assertOneTunnel();
        assertEquals(
                Policies.classicIke().integrity().get(0),
                net.a().only(IkeEvent.IkeSaEstablished.class).suite().integrity().orElseThrow());
    }

    @Test
    void everyFurtherPairIsAnExchangeOfItsOwn() {
        TwoGateways net = new TwoGateways(3);
        Ladder ladder = new Ladder(net);
        net.b().configure(threePairsAtB().build());
        net.a().configure(threePairsAtA().build());

        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        // HDR, SK {SA, Ni, KEi, TSi, TSr} -->  <-- HDR, SK {SA, Nr, KEr, TSi, TSr}
        ladder.fromA("CREATE_CHILD_SA request 2 SA Nonce KE TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 SA Nonce KE TSi TSr");
        ladder.fromA("CREATE_CHILD_SA request 3 SA Nonce KE TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 3 SA Nonce KE TSi TSr");
        ladder.silence();

        net.assertOneTunnel();
        assertEquals(3, net.a().childSas().size());
    }

    @Test
    void withoutForwardSecrecyNoKeysAreExchangedAgain() {
        TwoGateways net = new TwoGateways(4);
        net.b().configure(threePairsAtB().espGroups().build());
        net.a().configure(threePairsAtA().espGroups().build());
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        ladder.fromA("CREATE_CHILD_SA request 2 SA Nonce TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 SA Nonce TSi TSr");
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void theResponderAsksForWhatTheInitiatorDoesNotWant() {
        TwoGateways net = new TwoGateways(5);
        net.a().configure(threePairsAtA().build());
        net.b().configure(threePairsAtB().pair("only-b", "10.2.4.0/24", "10.1.4.0/24").build());
        net.deliverAll();
        net.b()
                .configure(
                        threePairsAtB()
                                .pair("only-b", "10.2.4.0/24", "10.1.4.0/24")
                                .mode(InitiationMode.INITIATOR)
                                .build());
        net.deliverAll();
        assertEquals("only-b", net.b().only(IkeEvent.ChildSaFailed.class).child());
        net.assertOneTunnel();
    }

    @Test
    void theResponderNarrowsToItsOwnNetwork() {
        TwoGateways net =
                TwoGateways.connected(
                        6,
                        Policies.a().pair("wide", "10.0.0.0/8", "0.0.0.0/0"),
                        Policies.b().pair("narrow", "192.168.7.0/24", "10.1.0.0/16"));
        net.assertKernelsAgree();
        IkeEvent.ChildSaEstablished atA = net.a().only(IkeEvent.ChildSaEstablished.class);
        assertEquals(List.of(TrafficSelector.parse("10.1.0.0/16")), atA.local());
        assertEquals(List.of(TrafficSelector.parse("192.168.7.0/24")), atA.remote());
        IkeEvent.ChildSaEstablished atB = net.b().only(IkeEvent.ChildSaEstablished.class);
        assertEquals(atA.local(), atB.remote());
        assertEquals(atA.remote(), atB.local());
    }

    private static Policies threePairsAtA() {
        return Policies.a()
                .pair("one", "10.1.1.0/24", "10.2.1.0/24")
                .pair("two", "10.1.2.0/24", "10.2.2.0/24")
                .pair("three", "10.1.3.0/24", "10.2.3.0/24");
    }

    private static Policies threePairsAtB() {
        return Policies.b()
                .pair("one", "10.2.1.0/24", "10.1.1.0/24")
                .pair("two", "10.2.2.0/24", "10.1.2.0/24")
                .pair("three", "10.2.3.0/24", "10.1.3.0/24");
    }

    @Test
    void aPeerIsAStrangerOnlyUntilItIsAuthenticated() {
        TwoGateways net = TwoGateways.connected(9);
        Fragments.rekeyChild(net.a(), "session-a");
        net.deliverAll();
        net.assertOneTunnel();
        assertEquals(1, net.b().keyExchangesWithStrangers());
        assertEquals(0, net.a().keyExchangesWithStrangers());
    }
}
