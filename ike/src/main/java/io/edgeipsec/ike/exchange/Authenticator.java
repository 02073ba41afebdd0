package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.auth.AuthenticatedOctets;
import io.edgeipsec.ike.auth.SharedKeyAuthentication;
import io.edgeipsec.ike.auth.SignatureClaim;
import io.edgeipsec.ike.crypto.IkeKeys;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.AuthenticationPayload;
import io.edgeipsec.ike.message.CertificatePayload;
import io.edgeipsec.ike.message.CertificateRequestPayload;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.IkeMessage;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.message.Payload;
import io.edgeipsec.ike.message.SignatureHash;
import io.edgeipsec.ike.model.Authentication.Certificates;
import io.edgeipsec.ike.model.Authentication.SharedKey;
import io.edgeipsec.ike.model.FailReason;
import io.edgeipsec.ike.model.FailReason.Kind;
import io.edgeipsec.ike.model.PeerPolicy;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Proves who we are and checks who the peer is, in the way that the session asks for (RFC 7296
 * §2.15). With a pre-shared key both are done when the call returns; certificates take a reply from
 * the world.
 */
final class Authenticator {
    /** A path of seven, and as many that lead nowhere. More would be work for a stranger's sake. */
    private static final int MAX_CERTIFICATES = 14;

    /** With them, an answer has some 400 octets; the shortest request has 136. */
    static final int MAX_AUTHORITIES_TO_STRANGER = 8;

    private final ExchangeContext sa;
    private final PeerPolicy policy;
    private final SecuredIkeSa secured;
    private boolean peerSignsPkcs1;

    Authenticator(ExchangeContext sa, PeerPolicy policy, SecuredIkeSa secured) {
        this.sa = sa;
        this.policy = policy;
        this.secured = secured;
    }

    /** Which authorities the peer's certificate may be of; nothing with a pre-shared key. */
    static List<Payload> requestCertificates(PeerPolicy policy) {
        return requestCertificates(authorities(policy));
    }

    /**
     * The same while any of these may be the peer's. Not of more than a few authorities, since an
     * answer to a stranger must not be much larger than its request; the peer takes it for a hint.
     */
    static List<Payload> requestCertificatesOfStranger(List<PeerPolicy> policies) {
        return requestCertificates(
                policies.stream()
                        .flatMap(Authenticator::authorities)
                        .distinct()
                        .limit(MAX_AUTHORITIES_TO_STRANGER));
    }

    private static Stream<Octets> authorities(PeerPolicy policy) {
        return certificates(policy).stream()
                .flatMap(certificates -> certificates.trust().authorityHashes().stream())
                .distinct();
    }

    private static List<Payload> requestCertificates(Stream<Octets> hashes) {
        List<Octets> authorities = hashes.toList();
        return authorities.isEmpty()
                ? List.of()
                : List.of(CertificateRequestPayload.x509(authorities));
    }

    /** The hashes that we verify, if the peer may have to sign at all (RFC 7427 §4). */
    static List<Payload> announceHashes(List<PeerPolicy> policies) {
        return policies.stream().allMatch(policy -> certificates(policy).isEmpty())
                ? List.of()
                : List.of(SignatureHash.notification(SignatureScheme.HASHES));
    }

    private static Optional<Certificates> certificates(PeerPolicy policy) {
        return policy.authentication() instanceof Certificates certificates
                ? Optional.of(certificates)
                : Optional.empty();
    }

    /**
     * Makes our AUTH payload, with the CERT payloads that go ahead of it.
     *
     * @param keys of the IKE SA, maybe with a PPK in them
     * @param failed told why we cannot
     */
    void prove(IkeKeys keys, Consumer<List<Payload>> then, Consumer<FailReason> failed) {
        Octets signed = octetsOf(keys, sa.isOriginalInitiator(), policy.localId());
        if (policy.authentication() instanceof SharedKey shared) {
            then.accept(
                    List.of(
                            SharedKeyAuthentication.authenticate(
                                    sa.primitives(), sa.suite().prf(), shared.key(), signed)));
        } else if (policy.authentication() instanceof Certificates certificates) {
            sign(certificates, signed, then, failed);
        }
    }

    private void sign(
            Certificates certificates,
            Octets signed,
            Consumer<List<Payload>> then,
            Consumer<FailReason> failed) {
        Optional<SignatureScheme> scheme =
                SignatureScheme.choose(
                        certificates.own().keyType(), secured.peerHashes(), peerSignsPkcs1);
        if (scheme.isEmpty()) {
            failed.accept(
                    failure(
                            "verifies no signature that our %s key can make (its hashes: %s); use"
                                            .formatted(
                                                    certificates.own().keyType(),
                                                    secured.peerHashes())
                                    + " another certificate or enable RFC 7427 on the peer",
                            policy.remoteId()));
            return;
        }
        sa.world()
                .sign(
                        certificates.own(),
                        scheme.get(),
                        signed,
                        signature -> {
                            List<Payload> payloads = new ArrayList<>();
                            certificates.own().chain().stream()
                                    .map(CertificatePayload::x509)
                                    .forEach(payloads::add);
                            payloads.add(new SignatureClaim(scheme.get(), signature).toPayload());
                            then.accept(payloads);
                        },
                        reason ->
                                failed.accept(
                                        new FailReason(
                                                Kind.AUTHENTICATION_FAILED,
                                                "certificate %s of ours cannot sign: %s"
                                                        .formatted(
                                                                certificates.own().id(), reason))));
    }

    /**
     * Checks that the peer is who it says it is; that this is whom we expect is known already.
     *
     * @param keys of the IKE SA, maybe with a PPK in them
     * @param message holds the peer's CERT payloads
     */
    void check(
            IkeKeys keys,
            Identification peerId,
            AuthenticationPayload auth,
            IkeMessage message,
            Runnable then,
            Consumer<FailReason> rejected) {
        Octets signed = octetsOf(keys, !sa.isOriginalInitiator(), peerId);
        if (policy.authentication() instanceof SharedKey shared) {
            checkKey(shared, peerId, auth, signed).ifPresentOrElse(rejected, then);
        } else if (policy.authentication() instanceof Certificates certificates) {
            checkSignature(certificates, peerId, auth, message, signed, then, rejected);
        }
    }

    private Optional<FailReason> checkKey(
            SharedKey shared, Identification peerId, AuthenticationPayload auth, Octets signed) {
        if (auth.method() != AuthenticationPayload.SHARED_KEY_MIC) {
            return Optional.of(
                    failure(
                            "authenticates by method "
                                    + auth.method()
                                    + ", expected a pre-shared key",
                            peerId));
        }
        boolean proved =
                SharedKeyAuthentication.verify(
                        sa.primitives(), sa.suite().prf(), shared.key(), signed, auth);
        return proved
                ? Optional.empty()
                : Optional.of(
                        failure(
                                secured.usesPpk()
                                        ? "has another pre-shared key, or another PPK by its id"
                                        : "has another pre-shared key",
                                peerId));
    }

    private void checkSignature(
            Certificates certificates,
            Identification peerId,
            AuthenticationPayload auth,
            IkeMessage message,
            Octets signed,
            Runnable then,
            Consumer<FailReason> rejected) {
        SignatureClaim.Reading reading = SignatureClaim.read(auth);
        if (reading.claim().isEmpty()) {
            rejected.accept(failure(reading.refusal(), peerId));
            return;
        }
        SignatureClaim claim = reading.claim().get();
        List<Octets> chain =
                message.all(CertificatePayload.class).stream()
                        .filter(cert -> cert.encoding() == CertificatePayload.X509_SIGNATURE)
                        .map(CertificatePayload::data)
                        .toList();
        if (chain.isEmpty() || chain.size() > MAX_CERTIFICATES) {
            rejected.accept(
                    failure(
                            chain.isEmpty()
                                    ? "sent no certificate; let it always send its own"
                                    : "sent %d certificates, more than the %d that are looked at"
                                            .formatted(chain.size(), MAX_CERTIFICATES),
                            peerId));
            return;
        }
        peerSignsPkcs1 = claim.scheme().isPkcs1();
        sa.world()
                .verifyPeer(
                        new PeerProof(
                                certificates.trust(),
                                peerId,
                                chain,
                                claim.scheme(),
                                signed,
                                claim.signature()),
                        then,
                        rejection -> rejected.accept(failure(rejection, peerId)));
    }

    private FailReason failure(PeerRejection rejection, Identification peerId) {
        return failure(rejection.detail(), peerId);
    }

    /** Says on whom and with which identity something is wrong. */
    FailReason failure(String what, Identification peerId) {
        return new FailReason(
                Kind.AUTHENTICATION_FAILED,
                "peer %s (%s) %s".formatted(sa.path().remote().address(), peerId, what));
    }

    private Octets octetsOf(IkeKeys keys, boolean initiator, Identification id) {
        InitMaterial material = secured.material();
        return AuthenticatedOctets.of(
                sa.primitives(),
                sa.suite().prf(),
                initiator ? material.request() : material.response(),
                initiator ? material.nonceR() : material.nonceI(),
                initiator ? keys.skPi() : keys.skPr(),
                id,
                material.intermediate());
    }
}
