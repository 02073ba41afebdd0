package io.edgeipsec.ike.testing;

import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeReply;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.PeerRejection.Cause;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signs for real, and verifies signatures for real. Of the path to the authority it looks at no
 * more than one signature: paths are not what tests of exchanges are about.
 */
public final class TestCredentials implements Gateway.Credentials {
    private final Map<String, PrivateKey> keys = new HashMap<>();
    private final List<IkeEffect.Sign> signed = new ArrayList<>();
    private final List<PeerProof> proofs = new ArrayList<>();

    public void add(String id, PrivateKey key) {
        keys.put(id, key);
    }

    /** What was asked to be signed, in this order. */
    public List<IkeEffect.Sign> signed() {
        return signed;
    }

    /** What was asked to be verified, in this order. */
    public List<PeerProof> proofs() {
        return proofs;
    }

    @Override
    public IkeReply sign(IkeEffect.Sign effect) {
        signed.add(effect);
        PrivateKey key = keys.get(effect.certificate().id());
        if (key == null) {
            return new IkeReply.SigningFailed(effect.request(), "its private key is gone");
        }
        try {
            return new IkeReply.Signed(
                    effect.request(), Signatures.sign(key, effect.scheme(), effect.octets()));
        } catch (GeneralSecurityException broken) {
            throw new AssertionError(broken);
        }
    }

    @Override
    public IkeReply verifyPeer(IkeEffect.VerifyPeer effect) {
        proofs.add(effect.proof());
        Optional<PeerRejection> rejection = reject(effect.proof());
        return rejection.isPresent()
                ? new IkeReply.PeerRejected(effect.request(), rejection.get())
                : new IkeReply.PeerVerified(effect.request());
    }

    private static Optional<PeerRejection> reject(PeerProof proof) {
        try {
            X509Certificate own = parse(proof.certificates().get(0));
            X509Certificate authority = parse(proof.trust().authorities().get(0));
            if (!names(own, proof.id())) {
                return Optional.of(new PeerRejection(Cause.IDENTITY, "has a certificate of other"));
            }
            own.verify(authority.getPublicKey());
            return Signatures.verify(
                            own.getPublicKey(), proof.scheme(), proof.signed(), proof.signature())
                    ? Optional.empty()
                    : Optional.of(new PeerRejection(Cause.SIGNATURE, "has a wrong signature"));
        } catch (GeneralSecurityException untrusted) {
            return Optional.of(new PeerRejection(Cause.CHAIN, "has an untrusted certificate"));
        }
    }

    private static boolean names(X509Certificate certificate, Identification id)
            throws CertificateException {
        if (id.type() == Identification.DER_ASN1_DN) {
            return Octets.wrap(certificate.getSubjectX500Principal().getEncoded())
                    .equals(id.data());
        }
        String wanted = new String(id.data().toByteArray(), StandardCharsets.US_ASCII);
        return certificate.getSubjectAlternativeNames() != null
                && certificate.getSubjectAlternativeNames().stream()
                        .anyMatch(name -> name.get(1).equals(wanted));
    }

    private static X509Certificate parse(Octets der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(der.toByteArray()));
    }
}
