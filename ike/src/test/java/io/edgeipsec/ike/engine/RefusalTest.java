package io.edgeipsec.ike.engine;

import static io.edgeipsec.ike.testing.Ladder.AUTH_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.AUTH_RESPONSE;
import static io.edgeipsec.ike.testing.Ladder.INIT_REQUEST;
import static io.edgeipsec.ike.testing.Ladder.INIT_RESPONSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.Encryption;
import io.edgeipsec.ike.crypto.EncryptionAlgorithm;
import io.edgeipsec.ike.crypto.IntegrityAlgorithm;
import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.message.OctetWriter;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.DropReason;
import io.edgeipsec.ike.model.Endpoint;
import io.edgeipsec.ike.model.EspProposalPolicy;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeProposalPolicy;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Ladder;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TwoGateways;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two sides that do not fit, what they say to each other and to their operators. */
final class RefusalTest {
    private static final Path FROM_B =
            new Path(new Endpoint(TwoGateways.A, 500), new Endpoint(TwoGateways.B, 500));
    private static final String AUTH_REFUSED = "IKE_AUTH response 1 N(AUTHENTICATION_FAILED)";
    private static final Duration PATIENCE = IkeSettings.defaults().suspicionPatience();

    @Test
    void noCommonIkeProposal() {
        TwoGateways net = started(1, Policies.a(), Policies.b().ike(Policies.classicIke()));
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB("IKE_SA_INIT response 0 N(NO_PROPOSAL_CHOSEN)");
        ladder.silence();
        assertTrue(
                net.a().events(IkeEvent.NegotiationFailed.class).isEmpty(),
                "it was not protected, so it is a hint only");
        net.pass(PATIENCE, false);

        FailReason atA = failure(net.a(), FailReason.Kind.NO_PROPOSAL_CHOSEN);
        assertTrue(atA.detail().contains("AES_GCM_16-256"), atA.detail());
        FailReason atB = rejection(net.b(), FailReason.Kind.NO_PROPOSAL_CHOSEN);
        assertTrue(
                atB.detail()
                        .contains("differs in ENCR: offered AES_GCM_16-256, allowed AES_CBC-256"),
                atB.detail());
        assertNothingIsLeft(net);
    }

    @Test
    void aGoodAnswerIsTakenAfterAForgedRefusal() {
        TwoGateways net = started(2, Policies.a(), Policies.b());
        Ladder ladder = new Ladder(net);
        TwoGateways.InFlight request = net.wire().element();
        ladder.fromA(INIT_REQUEST);
        TwoGateways forger = started(2, Policies.a(), Policies.b().ike(Policies.classicIke()));
        assertEquals(request, forger.wire().element());
        forger.deliverOne();
        net.deliver(forger.dropOne());
        net.pass(PATIENCE.minusMillis(1), false);
        net.deliverAll();
        net.assertOneTunnel();
    }

    @Test
    void aPeerOfAnotherVersion() {
        TwoGateways net = started(12, Policies.a(), Policies.b());
        Octets request = net.dropOne().datagram();
        net.a().receive(FROM_B, inIkeV1(request));
        net.cutOff(true);
        net.pass(PATIENCE, false);
        String detail = failure(net.a(), FailReason.Kind.VERSION_UNSUPPORTED).detail();
        assertTrue(detail.contains("in IKE version 1.0, expected 2.0"), detail);
    }

    @Test
    void aGoodAnswerIsTakenAfterAForgedOneInAnotherVersion() {
        TwoGateways net = started(13, Policies.a(), Policies.b());
        Octets request = net.wire().element().datagram();
        net.a().receive(FROM_B, inIkeV1(request));
        net.deliverAll();
        net.assertOneTunnel();
        net.a().receive(FROM_B, inIkeV1(request));
        net.pass(PATIENCE.multipliedBy(2), true);
        net.assertOneTunnel();
    }

    /** What an IKEv1 gateway answers: INVALID-MAJOR-VERSION in an Informational (RFC 2408). */
    private static Octets inIkeV1(Octets request) {
        OctetWriter writer = new OctetWriter();
        writer.octets(request.slice(0, 8)).u64(0);
        writer.u8(11).u8(0x10).u8(5).u8(0).u32(0).u32(40);
        writer.u32(12).u32(1).u32(0x0100_0005);
        return writer.toOctets();
    }

    @Test
    void noCommonEspProposal() {
        TwoGateways net = started(3, Policies.a(), Policies.b().esp(cbc()));
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB("IKE_AUTH response 1 IDr AUTH N(NO_PROPOSAL_CHOSEN)");
        ladder.silence();
        assertChildFailed(net, FailReason.Kind.NO_PROPOSAL_CHOSEN);

        // The IKE SA stands, and the initiator asks again under it.
        net.pass(Duration.ofSeconds(2), false);
        ladder.fromA("CREATE_CHILD_SA request 2 SA Nonce KE TSi TSr");
        ladder.fromB("CREATE_CHILD_SA response 2 N(NO_PROPOSAL_CHOSEN)");
        assertEquals(1, net.a().ikeSas().size());
        assertEquals(net.a().ikeSas(), net.b().ikeSas());
    }

    @Test
    void selectorsThatTheResponderDoesNotHave() {
        TwoGateways net =
                started(4, Policies.a(), Policies.b().pair("net", "10.7.0.0/16", "10.1.0.0/16"));
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB("IKE_AUTH response 1 IDr AUTH N(TS_UNACCEPTABLE)");
        assertChildFailed(net, FailReason.Kind.TS_UNACCEPTABLE);
        assertEquals(1, net.a().ikeSas().size());
        assertEquals(net.a().ikeSas(), net.b().ikeSas());
    }

    @Test
    void anotherPreSharedKey() {
        TwoGateways net = started(5, Policies.a(), Policies.b().psk("another"));
        refuseAuthentication(net);
        assertTrue(
                rejection(net.b(), FailReason.Kind.AUTHENTICATION_FAILED)
                        .detail()
                        .contains("another pre-shared key"));
        assertNothingIsLeft(net);
    }

    @Test
    void anIdentityThatTheResponderDoesNotExpect() {
        TwoGateways net = started(6, Policies.a().localId("mallory.example"), Policies.b());
        refuseAuthentication(net);
        assertTrue(
                rejection(net.b(), FailReason.Kind.AUTHENTICATION_FAILED)
                        .detail()
                        .contains("identifies itself as mallory.example, expected a.example"));
        assertNothingIsLeft(net);
    }

    private static void refuseAuthentication(TwoGateways net) {
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_REFUSED);
        ladder.silence();
        failure(net.a(), FailReason.Kind.AUTHENTICATION_FAILED);
        assertTrue(net.a().only(IkeEvent.NegotiationFailed.class).retryIn().isPresent());
        rejection(net.b(), FailReason.Kind.AUTHENTICATION_FAILED);
    }

    @Test
    void anIdentityThatTheInitiatorDoesNotExpect() {
        TwoGateways net = started(7, Policies.a().remoteId("c.example"), Policies.b());
        Ladder ladder = new Ladder(net);
        ladder.fromA(INIT_REQUEST);
        ladder.fromB(INIT_RESPONSE);
        ladder.fromA(AUTH_REQUEST);
        ladder.fromB(AUTH_RESPONSE);
        // B believes in a tunnel, and has to be told (RFC 7296 §2.21.2).
        ladder.fromA("INFORMATIONAL request 2 N(AUTHENTICATION_FAILED) D");
        ladder.fromB("INFORMATIONAL response 2");
        ladder.silence();
        assertTrue(
                failure(net.a(), FailReason.Kind.AUTHENTICATION_FAILED)
                        .detail()
                        .contains("identifies itself as b.example, expected c.example"));
        assertEquals(
                FailReason.Kind.AUTHENTICATION_FAILED,
                net.b().only(IkeEvent.IkeSaClosed.class).reason().kind());
        assertNothingIsLeft(net);
    }

    @Test
    void aSuiteOfAnotherSessionBetweenTheSameAddresses() {
        TwoGateways net = new TwoGateways(8);
        net.b().configure(Policies.b().session("weak").remoteId("w").ike(withSha1()).build());
        net.b().configure(Policies.b().ike(Policies.classicIke()).build());
        net.a().configure(Policies.a().ike(withSha1()).build());
        refuseAuthentication(net);
        assertTrue(
                rejection(net.b(), FailReason.Kind.AUTHENTICATION_FAILED)
                        .detail()
                        .contains("does not allow"));
        assertNothingIsLeft(net);
    }

    @Test
    void aStrangerGetsNoSession() {
        TwoGateways net = new TwoGateways(9);
        Ladder ladder = new Ladder(net);
        net.a().configure(Policies.a().build());
        ladder.fromA(INIT_REQUEST);
        ladder.fromB("IKE_SA_INIT response 0 N(NO_PROPOSAL_CHOSEN)");
        assertEquals(List.of(DropReason.NO_SESSION), net.b().drops());
        assertEquals(0, net.b().engine().ikeSaCount());
    }

    private static TwoGateways started(long seed, Policies a, Policies b) {
        TwoGateways net = new TwoGateways(seed);
        net.b().configure(b.build());
        net.a().configure(a.build());
        return net;
    }

    private static FailReason failure(Gateway gateway, FailReason.Kind kind) {
        FailReason reason = gateway.only(IkeEvent.NegotiationFailed.class).reason();
        assertEquals(kind, reason.kind(), reason.detail());
        return reason;
    }

    /** What a responder tells of a peer that it has not let in. */
    private static FailReason rejection(Gateway gateway, FailReason.Kind kind) {
        FailReason reason = gateway.only(IkeEvent.PeerRejected.class).reason();
        assertEquals(kind, reason.kind(), reason.detail());
        return reason;
    }

    private static void assertChildFailed(TwoGateways net, FailReason.Kind kind) {
        for (Gateway gateway : List.of(net.a(), net.b())) {
            assertEquals(kind, gateway.only(IkeEvent.ChildSaFailed.class).reason().kind());
            assertTrue(gateway.sad().isEmpty());
        }
    }

    private static void assertNothingIsLeft(TwoGateways net) {
        assertTrue(net.a().sad().isEmpty());
        assertTrue(net.b().sad().isEmpty());
        assertEquals(List.of(), net.a().ikeSas());
        assertEquals(List.of(), net.b().ikeSas());
        assertTrue(net.b().engine().isQuiet());
        net.pass(IkeSettings.defaults().linger(), false);
        assertEquals(0, net.b().engine().halfOpenCount());
    }

    private static EspProposalPolicy cbc() {
        return new EspProposalPolicy(
                List.of(new Encryption(EncryptionAlgorithm.AES_CBC, 256)),
                List.of(IntegrityAlgorithm.HMAC_SHA2_256_128),
                List.of(KeyExchangeMethod.CURVE25519),
                true);
    }

    /** The classic algorithms, but for the integrity. */
    private static IkeProposalPolicy withSha1() {
        IkeProposalPolicy classic = Policies.classicIke();
        return new IkeProposalPolicy(
                classic.encryption(),
                List.of(IntegrityAlgorithm.HMAC_SHA1_96),
                classic.prf(),
                classic.keyExchange());
    }
}
