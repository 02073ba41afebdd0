package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import io.edgeipsec.ike.model.PeerRejection.Cause;
import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges what a peer brings forward for its identity (RFC 7296 §2.15, RFC 4945). Takes up to tens
 * of milliseconds: not for an event loop. Thread-safe.
 */
final class PeerVerifier {
    /** Larger ones exist in laboratories only. */
    private static final int MAX_CERTIFICATE_OCTETS = 16 * 1024;

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;

    /**
     * RFC 4945 §5.1.3.12 allows the first two only. The others are what people have: the first
     * drafts' IKE intermediate, the three of RFC 2459 for IPsec, and certificates for TLS.
     */
    private static final Set<String> EXTENDED_USAGES =
            Set.of(
                    "1.3.6.1.5.5.7.3.17",
                    "2.5.29.37.0",
                    "1.3.6.1.5.5.8.2.2",
                    "1.3.6.1.5.5.7.3.5",
                    "1.3.6.1.5.5.7.3.6",
                    "1.3.6.1.5.5.7.3.7",
                    "1.3.6.1.5.5.7.3.1",
                    "1.3.6.1.5.5.7.3.2");

    private final Clock clock;

    PeerVerifier(Clock clock) {
        this.clock = clock;
    }

    /** Why the proof is none; empty if the peer is who it says it is. */
    Optional<PeerRejection> check(PeerProof proof) {
        try {
            List<X509Certificate> sent = parseSent(proof.certificates());
            X509Certificate own = sent.get(0);
            checkIdentity(own, proof.id());
            checkKey(own);
            checkUse(own);
            checkPath(sent, proof);
            if (!Signatures.verify(
                    own.getPublicKey(), proof.scheme(), proof.signed(), proof.signature())) {
                throw new Rejection(
                        Cause.SIGNATURE,
                        "sent a signature (%s) that its certificate does not verify"
                                .formatted(proof.scheme()));
            }
            return Optional.empty();
        } catch (Rejection rejection) {
            return Optional.of(rejection.why());
        }
    }

    private static List<X509Certificate> parseSent(List<Octets> certificates) throws Rejection {
        List<X509Certificate> parsed = new ArrayList<>();
        for (Octets certificate : certificates) {
            if (certificate.length() > MAX_CERTIFICATE_OCTETS) {
                throw new Rejection(
                        Cause.MALFORMED,
                        "sent a certificate of %d octets, at most %d are read"
                                .formatted(certificate.length(), MAX_CERTIFICATE_OCTETS));
            }
            try {
                parsed.add(parse(certificate));
            } catch (CertificateException | CRLException unreadable) {
                throw new Rejection(
                        Cause.MALFORMED, "sent a certificate that cannot be read as X.509");
            }
            Optional<String> cost = KeyStrength.cost(parsed.get(parsed.size() - 1).getPublicKey());
            if (cost.isPresent()) {
                throw new Rejection(Cause.KEY, "sent a certificate with " + cost.get());
            }
        }
        if (parsed.isEmpty()) {
            throw new Rejection(Cause.MALFORMED, "sent no certificate");
        }
        return parsed;
    }

    static X509Certificate parse(Octets der) throws CertificateException, CRLException {
        ByteArrayInputStream in = new ByteArrayInputStream(der.toByteArray());
        X509Certificate certificate =
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        if (certificate == null || in.available() > 0) {
            throw new CertificateException("not one certificate");
        }
        return certificate;
    }

    private static X509CRL parseList(Octets der) throws CertificateException, CRLException {
        return (X509CRL)
                CertificateFactory.getInstance("X.509")
                        .generateCRL(new ByteArrayInputStream(der.toByteArray()));
    }

    private static void checkIdentity(X509Certificate own, Identification id) throws Rejection {
        List<Identification> names;
        try {
            names = CertificateNames.of(own);
        } catch (CertificateParsingException unreadable) {
            throw new Rejection(Cause.MALFORMED, "sent a certificate with unreadable names");
        }
        if (names.stream().noneMatch(name -> CertificateNames.isSame(name, id))) {
            throw new Rejection(
                    Cause.IDENTITY,
                    "has a certificate that is for %s, expected %s; let the peer identify itself by"
                                    .formatted(CertificateNames.shown(names), id)
                            + " a name in its certificate, and put that into peer_id");
        }
    }

    private static void checkKey(X509Certificate own) throws Rejection {
        Optional<String> weakness = KeyStrength.weakness(own.getPublicKey());
        if (weakness.isPresent()) {
            throw new Rejection(Cause.KEY, "has a certificate with " + weakness.get());
        }
    }

    private static void checkUse(X509Certificate own) throws Rejection {
        boolean[] usage = own.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
            throw new Rejection(
                    Cause.KEY,
                    "has a certificate whose key usage does not allow signatures; it needs"
                            + " digitalSignature");
        }
        List<String> extended;
        try {
            extended = own.getExtendedKeyUsage();
        } catch (CertificateParsingException unreadable) {
            throw new Rejection(Cause.MALFORMED, "sent a certificate with unreadable usages");
        }
        if (extended != null && extended.stream().noneMatch(EXTENDED_USAGES::contains)) {
            throw new Rejection(
                    Cause.KEY,
                    "has a certificate whose extended key usage (%s) allows neither IKE nor TLS"
                            .formatted(String.join(", ", extended.stream().limit(8).toList())));
        }
    }

    private void checkPath(List<X509Certificate> sent, PeerProof proof) throws Rejection {
        List<X509Certificate> authorities = new ArrayList<>();
        List<X509CRL> lists = new ArrayList<>();
        try {
            for (Octets authority : proof.trust().authorities()) {
                authorities.add(parse(authority));
            }
            for (Octets list : proof.trust().revocationLists()) {
                lists.add(parseList(list));
            }
        } catch (CertificateException | CRLException ours) {
            throw new Rejection(
                    Cause.UNCHECKED,
                    "cannot be checked: something in the session's trust_ca_ids or trust_crl_ids"
                            + " is not readable");
        }
        if (authorities.isEmpty()) {
            throw new Rejection(
                    Cause.CHAIN, "has a certificate, and the session's trust_ca_ids are empty");
        }
        Instant now = clock.instant();
        List<X509Certificate> path = TrustPath.find(sent, authorities, now).certificates();
        RevocationLists revocations = new RevocationLists(lists);
        for (int i = 0; i < path.size(); i++) {
            X509Certificate certificate = path.get(i);
            boolean isAuthority = i == path.size() - 1;
            Optional<String> weakness = KeyStrength.weakness(certificate.getPublicKey());
            if (weakness.isEmpty() && !isAuthority) {
                weakness = KeyStrength.weakSignature(certificate);
            }
            if (weakness.isPresent()) {
                throw new Rejection(
                        Cause.KEY,
                        "has a certificate whose path holds that of %s with %s"
                                .formatted(
                                        CertificateNames.shown(
                                                certificate.getSubjectX500Principal()),
                                        weakness.get()));
            }
            if (!isAuthority) {
                revocations.check(certificate, path.get(i + 1), now);
            }
        }
    }
}
