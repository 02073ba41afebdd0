package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.model.PeerRejection.Cause;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.asn1.x509.TBSCertificate;

/**
 * The path from a peer's certificate to an authority that its session trusts (RFC 5280 §6), found
 * by the JDK. What the JDK leaves out, since it takes an authority for no more than a name and a
 * key, is checked here: the authority's validity, its right to issue and for how long a path, and
 * its name constraints.
 */
final class TrustPath {
    /** Certificates below the authority, the peer's own included. */
    static final int MAX_LENGTH = 7;

    private static final int KEY_CERT_SIGN = 5;
    private static final String NAME_CONSTRAINTS = "2.5.29.30";

    private final List<X509Certificate> certificates;

    /** From the peer's certificate to the authority's, both included. */
    private TrustPath(List<X509Certificate> certificates) {
        this.certificates = certificates;
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /**
     * Finds the path.
     *
     * @param sent the peer's own certificate, then others that may help
     */
    static TrustPath find(
            List<X509Certificate> sent, List<X509Certificate> authorities, Instant now)
            throws Rejection {
        Optional<TrustPath> path = build(sent, authorities, now);
        if (path.isPresent()) {
            path.get().checkValidity(now);
            path.get().checkAuthority();
            path.get().checkNameConstraints();
            return path.get();
        }
        // Was it the time only? All of a good path was valid when the youngest of it was made.
        List<X509Certificate> all = new ArrayList<>(sent);
        all.addAll(authorities);
        for (X509Certificate youngest : all) {
            Optional<TrustPath> once =
                    build(sent, authorities, youngest.getNotBefore().toInstant());
            if (once.isPresent()) {
                once.get().checkValidity(now);
            }
        }
        X509Certificate own = sent.get(0);
        throw new Rejection(
                Cause.CHAIN,
                "has a certificate of %s, issued by %s, from which no valid path leads to an"
                                .formatted(
                                        CertificateNames.shown(own.getSubjectX500Principal()),
                                        CertificateNames.shown(own.getIssuerX500Principal()))
                        + " authority in trust_ca_ids ("
                        + shown(authorities)
                        + "); trust its authority, or let the peer send the certificates between");
    }

    private static String shown(List<X509Certificate> authorities) {
        return String.join(
                "; ",
                authorities.stream()
                        .map(
                                authority ->
                                        CertificateNames.shown(authority.getSubjectX500Principal()))
                        .toList());
    }

    private static Optional<TrustPath> build(
            List<X509Certificate> sent, List<X509Certificate> authorities, Instant at) {
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            for (X509Certificate authority : authorities) {
                anchors.add(new TrustAnchor(authority, null));
            }
            X509CertSelector own = new X509CertSelector();
            own.setCertificate(sent.get(0));
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, own);
            parameters.setDate(Date.from(at));
            parameters.setRevocationEnabled(false); // see RevocationLists
            parameters.setMaxPathLength(MAX_LENGTH - 1);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(sent)));
            PKIXCertPathBuilderResult result =
                    (PKIXCertPathBuilderResult)
                            CertPathBuilder.getInstance("PKIX").build(parameters);
            List<X509Certificate> path = new ArrayList<>();
            result.getCertPath()
                    .getCertificates()
                    .forEach(certificate -> path.add((X509Certificate) certificate));
            path.add(result.getTrustAnchor().getTrustedCert());
            return Optional.of(new TrustPath(path));
        } catch (CertPathBuilderException | IllegalArgumentException noPath) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("this JDK has no PKIX", impossible);
        }
    }

    private void checkValidity(Instant now) throws Rejection {
        for (X509Certificate certificate : certificates) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            if (now.isBefore(from) || now.isAfter(until)) {
                throw new Rejection(
                        Cause.EXPIRED,
                        "has a certificate whose path holds that of %s, valid from %s until %s, and"
                                        .formatted(
                                                CertificateNames.shown(
                                                        certificate.getSubjectX500Principal()),
                                                from,
                                                until)
                                + " it is now "
                                + now
                                + "; renew it, or correct our clock");
            }
        }
    }

    private void checkAuthority() throws Rejection {
        X509Certificate authority = certificates.get(certificates.size() - 1);
        boolean pinned = authority.equals(certificates.get(0));
        if (pinned) {
            return; // The very certificate of the peer is what the session trusts.
        }
        int between = certificates.size() - 2;
        boolean[] usage = authority.getKeyUsage();
        boolean mayIssue =
                authority.getBasicConstraints() >= between
                        && (usage == null || usage[KEY_CERT_SIGN]);
        if (!mayIssue) {
            throw new Rejection(
                    Cause.CHAIN,
                    "has a certificate below %s, which is in trust_ca_ids and may not issue it: it"
                                    .formatted(
                                            CertificateNames.shown(
                                                    authority.getSubjectX500Principal()))
                            + " is no authority, or not for paths this long");
        }
    }

    /** RFC 5280 §6.1.3 (b) and (c), for the constraints of the authority itself. */
    private void checkNameConstraints() throws Rejection {
        X509Certificate authority = certificates.get(certificates.size() - 1);
        byte[] extension = authority.getExtensionValue(NAME_CONSTRAINTS);
        if (extension == null) {
            return;
        }
        try {
            NameConstraints constraints =
                    NameConstraints.getInstance(ASN1OctetString.getInstance(extension).getOctets());
            PKIXNameConstraintValidator validator = new PKIXNameConstraintValidator();
            if (constraints.getPermittedSubtrees() != null) {
                validator.intersectPermittedSubtree(constraints.getPermittedSubtrees());
            }
            if (constraints.getExcludedSubtrees() != null) {
                for (GeneralSubtree excluded : constraints.getExcludedSubtrees()) {
                    validator.addExcludedSubtree(excluded);
                }
            }
            for (X509Certificate certificate : certificates.subList(0, certificates.size() - 1)) {
                for (GeneralName name : names(certificate)) {
                    validator.checkPermitted(name);
                    validator.checkExcluded(name);
                }
            }
        } catch (NameConstraintValidatorException
                | CertificateEncodingException
                | IllegalArgumentException outside) {
            throw new Rejection(
                    Cause.CHAIN,
                    "has a certificate with a name that its authority %s must not issue for"
                            .formatted(
                                    CertificateNames.shown(authority.getSubjectX500Principal())));
        }
    }

    private static List<GeneralName> names(X509Certificate certificate)
            throws CertificateEncodingException {
        TBSCertificate content = TBSCertificate.getInstance(certificate.getTBSCertificate());
        List<GeneralName> names = new ArrayList<>();
        if (content.getSubject().getRDNs().length > 0) {
            names.add(new GeneralName(content.getSubject()));
        }
        if (content.getExtensions() != null) {
            GeneralNames alternatives =
                    GeneralNames.fromExtensions(
                            content.getExtensions(), Extension.subjectAlternativeName);
            if (alternatives != null) {
                names.addAll(List.of(alternatives.getNames()));
            }
        }
        return names;
    }
}
