package io.edgeipsec.ike.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.CertificatePayload;
import io.edgeipsec.ike.message.CertificateRequestPayload;
import io.edgeipsec.ike.message.ExchangeType;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.NotifyType;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.IkeEvent;
import io.edgeipsec.ike.model.IkeInput;
import io.edgeipsec.ike.model.IkeSettings;
import io.edgeipsec.ike.model.OwnCertificate;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerTrust;
import io.edgeipsec.ike.testing.Gateway;
import io.edgeipsec.ike.testing.Policies;
import io.edgeipsec.ike.testing.TestCredentials;
import io.edgeipsec.ike.testing.TestPki;
import io.edgeipsec.ike.testing.TestPki.Issued;
import io.edgeipsec.ike.testing.TwoGateways;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two engines that authenticate each other by certificate (RFC 7296 §1.2, §2.15, RFC 7427). */
class CertificateLadderTest {
    private static final TestPki AUTHORITY = new TestPki("CN=Authority");
    private static final TestPki STRANGERS = new TestPki("CN=Strangers");
    private static final PeerTrust TRUST =
            PeerTrust.of(List.of(AUTHORITY.certificate()), List.of());

    private final TwoGateways net = new TwoGateways(7);
    private final TestCredentials ofA = new TestCredentials();
    private final TestCredentials ofB = new TestCredentials();

    @BeforeEach
    void equip() {
        net.a().credentials(ofA);
        net.b().credentials(ofB);
    }

    private static Authentication.Certificates by(Issued issued, String id) {
        return new Authentication.Certificates(
                new OwnCertificate(
                        id,
                        Signatures.typeOf(issued.keys().getPublic()).orElseThrow(),
                        List.of(issued.certificate())),
                TRUST);
    }

    private Authentication.Certificates a(Issued issued) {
        ofA.add("cert-a", issued.keys().getPrivate());
        return by(issued, "cert-a");
    }

    private Authentication.Certificates b(Issued issued) {
        ofB.add("cert-b", issued.keys().getPrivate());
        return by(issued, "cert-b");
    }

    private static Issued issuedToA(String kind) {
        return AUTHORITY.issue("O=Example, CN=a", "a.example", kind);
    }

    private static Issued issuedToB(String kind) {
        return AUTHORITY.issue("O=Example, CN=b", "b.example", kind);
    }

    private void run(Policies a, Policies b) {
        net.b().configure(b.build());
        net.a().configure(a.build());
        net.deliverAll();
    }

    private static IkeMessage sent(Gateway from, ExchangeType exchange) {
        return from.events(IkeEvent.MessageExchanged.class).stream()
                .filter(e -> e.sent() && e.message().header().exchange().equals(exchange))
                .map(IkeEvent.MessageExchanged::message)
                .findFirst()
                .orElseThrow();
    }

    /** Why it failed: as the initiator, or as the responder that let nobody in. */
    private static FailReason failureOf(Gateway gateway) {
        List<IkeEvent.PeerRejected> rejected = gateway.events(IkeEvent.PeerRejected.class);
        return rejected.isEmpty()
                ? gateway.events(IkeEvent.NegotiationFailed.class).get(0).reason()
                : rejected.get(0).reason();
    }

    private static int upAt(Gateway gateway) {
        return gateway.events(IkeEvent.ChildSaEstablished.class).size();
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, RSA, RSA_PSS_SHA2_256, RSA_PSS_SHA2_256",
        "P-256, P-256, ECDSA_SHA2_256, ECDSA_SHA2_256",
        "P-384, P-384, ECDSA_SHA2_384, ECDSA_SHA2_384",
        "P-521, P-521, ECDSA_SHA2_512, ECDSA_SHA2_512",
        "Ed25519, Ed25519, ED25519, ED25519",
        "RSA, Ed25519, RSA_PSS_SHA2_256, ED25519",
    })
    void everyKindOfKey(
            String kindA, String kindB, SignatureScheme ofInitiator, SignatureScheme ofResponder) {
        run(
                Policies.a().certificates(a(issuedToA(kindA))),
                Policies.b().certificates(b(issuedToB(kindB))));
        assertEquals(1, upAt(net.a()), net.a().ladder());
        assertEquals(1, upAt(net.b()));
        net.assertKernelsAgree();
        assertEquals(ofInitiator, ofA.signed().get(0).scheme());
        assertEquals(ofResponder, ofB.signed().get(0).scheme());
        assertEquals(List.of(1, 1), List.of(ofA.signed().size(), ofB.signed().size()));
    }

    @Test
    @DisplayName("RFC 7296 §1.2, RFC 7427 §4: who sends what, and what is signed")
    void whatIsSaid() {
        Issued issuedA = issuedToA("P-256");
        Issued issuedB = issuedToB("P-256");
        run(Policies.a().certificates(a(issuedA)), Policies.b().certificates(b(issuedB)));

        // I -> R: IKE_SA_INIT SAi KEi Ni N(SIGNATURE_HASH_ALGORITHMS)
        IkeMessage init = sent(net.a(), ExchangeType.IKE_SA_INIT);
        assertEquals(
                Octets.ofHex("0002 0003 0004 0005"),
                init.notification(NotifyType.SIGNATURE_HASH_ALGORITHMS).orElseThrow().data());
        assertTrue(init.first(CertificateRequestPayload.class).isEmpty());

        // R -> I: IKE_SA_INIT SAr KEr Nr N(SIGNATURE_HASH_ALGORITHMS) CERTREQ
        IkeMessage answer = sent(net.b(), ExchangeType.IKE_SA_INIT);
        assertTrue(answer.notifies(NotifyType.SIGNATURE_HASH_ALGORITHMS));
        CertificateRequestPayload expected =
                CertificateRequestPayload.x509(TRUST.authorityHashes());
        assertEquals(Optional.of(expected), answer.first(CertificateRequestPayload.class));

        // I -> R: IKE_AUTH IDi CERT CERTREQ IDr AUTH SAi TSi TSr
        IkeMessage auth = sent(net.a(), ExchangeType.IKE_AUTH);
        assertEquals(Optional.of(expected), auth.first(CertificateRequestPayload.class));
        assertEquals(
                List.of(CertificatePayload.x509(issuedA.certificate())),
                auth.all(CertificatePayload.class));
        assertEquals(14, auth.first(AuthenticationPayload.class).orElseThrow().method());

        // R -> I: IKE_AUTH IDr CERT AUTH SAr TSi TSr
        IkeMessage proof = sent(net.b(), ExchangeType.IKE_AUTH);
        assertEquals(
                List.of(CertificatePayload.x509(issuedB.certificate())),
                proof.all(CertificatePayload.class));

        PeerProof atB = ofB.proofs().get(0);
        assertEquals(ofA.signed().get(0).octets(), atB.signed());
        assertEquals(List.of(issuedA.certificate()), atB.certificates());
        assertEquals("a.example", atB.id().toString());
        assertEquals(ofB.signed().get(0).octets(), ofA.proofs().get(0).signed());
    }

    @Test
    void sessionsWithAKeyAreAskedForNoCertificate() {
        run(Policies.a(), Policies.b());
        assertEquals(1, upAt(net.a()));
        for (Gateway gateway : List.of(net.a(), net.b())) {
            IkeMessage init = sent(gateway, ExchangeType.IKE_SA_INIT);
            assertFalse(init.notifies(NotifyType.SIGNATURE_HASH_ALGORITHMS));
            assertTrue(init.first(CertificateRequestPayload.class).isEmpty());
            IkeMessage auth = sent(gateway, ExchangeType.IKE_AUTH);
            assertTrue(auth.first(CertificateRequestPayload.class).isEmpty());
        }
        assertEquals(List.of(), ofA.signed());
    }

    @Test
    void aDistinguishedNameAsIdentity() {
        run(
                Policies.a()
                        .certificates(a(issuedToA("P-256")))
                        .localId("O=Example, CN=a")
                        .remoteId("CN=b,O=Example"),
                Policies.b()
                        .certificates(b(issuedToB("P-256")))
                        .localId("CN=b,O=Example")
                        .remoteId("O=EXAMPLE, CN=A"));
        assertEquals(1, upAt(net.a()), net.a().ladder());
        assertEquals("CN=a,O=Example", ofB.proofs().get(0).id().toString());
        net.assertKernelsAgree();
    }

    @Test
    @DisplayName("RFC 7296 §2.21.2: whatever is wrong, the peer is told AUTHENTICATION_FAILED")
    void aRejectedInitiatorIsToldNoReason() {
        Issued strange = STRANGERS.issue("CN=a", "a.example", "P-256");
        run(
                Policies.a().certificates(a(strange)),
                Policies.b().certificates(b(issuedToB("P-256"))));
        IkeMessage answer = sent(net.b(), ExchangeType.IKE_AUTH);
        assertEquals(1, answer.payloads().size());
        assertTrue(answer.notifies(NotifyType.AUTHENTICATION_FAILED));
        assertEquals(FailReason.Kind.AUTHENTICATION_FAILED, failureOf(net.b()).kind());
        assertTrue(
                failureOf(net.b())
                        .detail()
                        .contains("peer 192.0.2.1 (a.example) has an untrusted certificate"),
                failureOf(net.b()).detail());
        assertEquals(List.of(), ofB.signed(), "nothing is signed for a stranger");
        net.pass(IkeSettings.defaults().linger(), false);
        assertEquals(0, net.b().engine().halfOpenCount());
    }

    @Test
    @DisplayName("RFC 7296 §2.21.2: a responder that fails is told so, and the IKE SA deleted")
    void aRejectedResponderIsTold() {
        Issued strange = STRANGERS.issue("CN=b", "b.example", "P-256");
        run(
                Policies.a().certificates(a(issuedToA("P-256"))),
                Policies.b().certificates(b(strange)));
        assertEquals(0, upAt(net.a()));
        assertTrue(
                sent(net.a(), ExchangeType.INFORMATIONAL)
                        .notifies(NotifyType.AUTHENTICATION_FAILED));
        assertTrue(
                failureOf(net.a())
                        .detail()
                        .contains("peer 198.51.100.1 (b.example) has an untrusted certificate"));
        assertEquals(List.of(), List.copyOf(net.a().sad().inbound().keySet()));
        net.assertKernelsAgree();
    }

    @Test
    void anotherIdentityIsRefusedBeforeAnyCertificateIsLookedAt() {
        run(
                Policies.a().certificates(a(issuedToA("P-256"))).localId("c.example"),
                Policies.b().certificates(b(issuedToB("P-256"))));
        assertTrue(
                failureOf(net.b())
                        .detail()
                        .contains("identifies itself as c.example, expected a.example"));
        assertEquals(List.of(), ofB.proofs());
    }

    @Test
    void aKeyAgainstACertificate() {
        run(Policies.a(), Policies.b().certificates(b(issuedToB("P-256"))));
        assertTrue(
                failureOf(net.b()).detail().contains("pre-shared key, expected a certificate"),
                failureOf(net.b()).detail());
        assertEquals(0, upAt(net.a()));
    }

    @Test
    void aCertificateAgainstAKey() {
        run(Policies.a().certificates(a(issuedToA("P-256"))), Policies.b());
        // B has said nothing of RFC 7427, so A signs in the old way.
        assertTrue(
                failureOf(net.b()).detail().contains("by method 9, expected a pre-shared key"),
                failureOf(net.b()).detail());
    }

    @Test
    void anRsaKeyCannotSignForAPeerWithoutSha2() {
        run(Policies.a().certificates(a(issuedToA("RSA"))), Policies.b());
        assertTrue(
                failureOf(net.a()).detail().contains("verifies no signature that our RSA key"),
                failureOf(net.a()).detail());
        assertEquals(List.of(), ofA.signed());
        net.assertKernelsAgree();
    }

    @Test
    void aPrivateKeyThatIsGoneIsOurFailureOnEitherSide() {
        run(
                Policies.a().certificates(by(issuedToA("P-256"), "gone")),
                Policies.b().certificates(b(issuedToB("P-256"))));
        assertTrue(
                failureOf(net.a())
                        .detail()
                        .contains("certificate gone of ours cannot sign: its private key is gone"));
        net.assertKernelsAgree();

        TwoGateways second = new TwoGateways(8);
        second.a().credentials(ofA);
        second.b().credentials(ofB);
        second.b().configure(Policies.b().certificates(by(issuedToB("P-256"), "gone")).build());
        second.a().configure(Policies.a().certificates(a(issuedToA("P-256"))).build());
        second.deliverAll();
        assertTrue(failureOf(second.b()).detail().contains("cannot sign"));
        assertTrue(
                sent(second.b(), ExchangeType.IKE_AUTH).notifies(NotifyType.AUTHENTICATION_FAILED));
        second.assertKernelsAgree();
    }

    @Test
    void moreCertificatesThanAPathHasAreNotLookedAt() {
        Issued issued = issuedToA("P-256");
        ofA.add("cert-a", issued.keys().getPrivate());
        List<Octets> many = Stream.generate(issued::certificate).limit(15).toList();
        run(
                Policies.a()
                        .certificates(
                                new Authentication.Certificates(
                                        new OwnCertificate(
                                                "cert-a",
                                                Signatures.typeOf(issued.keys().getPublic())
                                                        .orElseThrow(),
                                                many),
                                        TRUST)),
                Policies.b().certificates(b(issuedToB("P-256"))));
        assertTrue(failureOf(net.b()).detail().contains("sent 15 certificates"));
        assertEquals(List.of(), ofB.proofs());
    }

    @Test
    @DisplayName(
            "a session that is deleted while its peer's certificate is checked does not come up")
    void removedMeanwhile() {
        net.b().slowCredentials();
        net.b().configure(Policies.b().certificates(b(issuedToB("P-256"))).build());
        net.a().configure(Policies.a().certificates(a(issuedToA("P-256"))).build());
        net.deliverAll();
        net.b().tell(new IkeInput.PeerRemoved("session-b"));
        net.b().letCredentialsWork();
        net.deliverAll();
        net.b().letCredentialsWork();
        net.deliverAll();
        assertTrue(net.b().sad().inbound().isEmpty());
        assertEquals(0, net.b().engine().halfOpenCount());
        net.a().tell(new IkeInput.PeerRemoved("session-a"));
        net.deliverAll();
        net.assertKernelsAgree();
    }

    @Test
    @DisplayName("RFC 7296 §2.1: a request that comes again while its certificate is checked")
    void repeatedMeanwhile() {
        net.b().slowCredentials();
        net.b().configure(Policies.b().certificates(b(issuedToB("P-256"))).build());
        net.a().configure(Policies.a().certificates(a(issuedToA("P-256"))).build());
        net.deliverOne();
        net.deliverOne();
        TwoGateways.InFlight request = net.wire().element();
        net.deliverOne();
        net.deliver(request);
        net.deliver(request);
        net.b().letCredentialsWork();
        net.deliverAll();
        assertEquals(1, ofB.proofs().size());
        assertEquals(1, upAt(net.a()));
        net.assertKernelsAgree();
    }

    @Test
    void anotherTrustEndsTheIkeSa() {
        Issued issued = issuedToB("P-256");
        run(Policies.a().certificates(a(issuedToA("P-256"))), Policies.b().certificates(b(issued)));
        net.b().configure(Policies.b().certificates(b(issued)).build());
        net.deliverAll();
        assertEquals(List.of(), net.b().events(IkeEvent.IkeSaClosed.class), "nothing has changed");
        PeerTrust others = PeerTrust.of(List.of(STRANGERS.certificate()), List.of());
        net.b()
                .configure(
                        Policies.b()
                                .certificates(
                                        new Authentication.Certificates(b(issued).own(), others))
                                .build());
        net.deliverAll();
        assertEquals(1, net.b().events(IkeEvent.IkeSaClosed.class).size());
    }
}
