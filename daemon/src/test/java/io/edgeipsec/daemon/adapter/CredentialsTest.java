package io.edgeipsec.daemon.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.edgeipsec.daemon.adapter.Issuer.Issued;
import io.edgeipsec.daemon.adapter.Issuer.Wish;
import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.crypto.SigningKeyType;
import io.edgeipsec.ike.message.IkeSpi;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.OwnCertificate;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection.Cause;
import io.edgeipsec.ike.model.PeerTrust;
import io.edgeipsec.ike.model.RequestId;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signs and verifies for the engine, off its loop, and always answers. */
class CredentialsTest {
    private static final Octets SIGNED = Octets.ofHex("a1a2a3");
    private static final RequestId REQUEST = new RequestId(new IkeSpi(7), 1);

    private final Issuer root = Issuer.root("CN=Root");
    private final Issued own = root.issue(Wish.of("CN=us").dns("us.example"));
    private final List<SecretBytes> handedOut = new ArrayList<>();
    private final Credentials credentials =
            new Credentials(
                    this::privateKey,
                    Clock.fixed(Issuer.NOW, ZoneOffset.UTC),
                    /* threadCount= */ 1);

    @AfterEach
    void close() {
        credentials.close();
    }

    private CompletableFuture<Optional<SecretBytes>> privateKey(String id) {
        return switch (id) {
            case "ours" -> {
                SecretBytes key = SecretBytes.wrap(own.keys().getPrivate().getEncoded());
                handedOut.add(key);
                yield CompletableFuture.completedFuture(Optional.of(key));
            }
            case "broken" ->
                    CompletableFuture.failedFuture(new IllegalStateException("store is damaged"));
            default -> CompletableFuture.completedFuture(Optional.empty());
        };
    }

    private IkeReply sign(String id, SigningKeyType type, SignatureScheme scheme) throws Exception {
        CompletableFuture<IkeReply> reply = new CompletableFuture<>();
        OwnCertificate certificate = new OwnCertificate(id, type, List.of(own.certificate()));
        credentials.sign(new IkeEffect.Sign(REQUEST, certificate, scheme, SIGNED), reply::complete);
        return reply.get(10, TimeUnit.SECONDS);
    }

    private IkeReply verify(PeerProof proof) throws Exception {
        CompletableFuture<IkeReply> reply = new CompletableFuture<>();
        credentials.verifyPeer(new IkeEffect.VerifyPeer(REQUEST, proof), reply::complete);
        return reply.get(10, TimeUnit.SECONDS);
    }

    @Test
    void signsAndForgetsTheKey() throws Exception {
        IkeReply.Signed signed =
                assertInstanceOf(
                        IkeReply.Signed.class,
                        sign("ours", SigningKeyType.ECDSA_P256, SignatureScheme.ECDSA_SHA2_256));
        assertEquals(REQUEST, signed.request());
        assertTrue(
                Signatures.verify(
                        own.keys().getPublic(),
                        SignatureScheme.ECDSA_SHA2_256,
                        SIGNED,
                        signed.signature()));
        assertEquals(1, handedOut.size());
        assertTrue(handedOut.get(0).isClosed());
    }

    @Test
    void saysWhyItCannotSign() throws Exception {
        assertEquals(
                new IkeReply.SigningFailed(REQUEST, "its private key is not stored"),
                sign("gone", SigningKeyType.ECDSA_P256, SignatureScheme.ECDSA_SHA2_256));
        assertEquals(
                new IkeReply.SigningFailed(REQUEST, "its private key is unreadable"),
                sign("broken", SigningKeyType.ECDSA_P256, SignatureScheme.ECDSA_SHA2_256));
        assertEquals(
                new IkeReply.SigningFailed(
                        REQUEST, "its private key is not one for RSA_PSS_SHA2_256"),
                sign("ours", SigningKeyType.RSA, SignatureScheme.RSA_PSS_SHA2_256));
        assertTrue(handedOut.get(0).isClosed());
    }

    @Test
    void verifiesWhatItHasSigned() throws Exception {
        IkeReply.Signed signed =
                (IkeReply.Signed)
                        sign("ours", SigningKeyType.ECDSA_P256, SignatureScheme.ECDSA_SHA2_256);
        PeerProof proof =
                new PeerProof(
                        PeerTrust.of(List.of(root.certificate()), List.of()),
                        Identities.parse("us.example"),
                        List.of(own.certificate()),
                        SignatureScheme.ECDSA_SHA2_256,
                        SIGNED,
                        signed.signature());
        assertEquals(new IkeReply.PeerVerified(REQUEST), verify(proof));
        PeerProof other =
                new PeerProof(
                        proof.trust(),
                        proof.id(),
                        proof.certificates(),
                        proof.scheme(),
                        Octets.ofHex("a1a2a4"),
                        proof.signature());
        IkeReply.PeerRejected rejected =
                assertInstanceOf(IkeReply.PeerRejected.class, verify(other));
        assertEquals(Cause.SIGNATURE, rejected.rejection().cause());
    }

    @Test
    void answersWhenItIsStopped() throws Exception {
        credentials.close();
        assertInstanceOf(
                IkeReply.SigningFailed.class,
                sign("ours", SigningKeyType.ECDSA_P256, SignatureScheme.ECDSA_SHA2_256));
        assertFalse(handedOut.isEmpty());
        assertTrue(handedOut.get(0).isClosed());
    }
}
