package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.model.PeerRejection.Cause;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Whether certificates are revoked, by the lists that a session was given and nothing else: nothing
 * is fetched. A list speaks for its issuer; certificates of issuers without a list are taken as
 * they are, as with a session without lists. A list that has run out still revokes what is on it,
 * and says nothing of the others, which are refused then: whoever gives lists wants them obeyed.
 *
 * <p>Not the JDK's checker, which wants a list for every issuer of the path or tolerates all
 * doubts.
 */
final class RevocationLists {
    private static final int CRL_SIGN = 6;
    private static final String DELTA_CRL_INDICATOR = "2.5.29.27";
    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

    private final List<X509CRL> lists;

    RevocationLists(List<X509CRL> lists) {
        this.lists = lists;
    }

    /**
     * Checks one certificate.
     *
     * @param issuer the certificate of its issuer in the path
     */
    void check(X509Certificate certificate, X509Certificate issuer, Instant now) throws Rejection {
        List<X509CRL> ofIssuer =
                lists.stream()
                        .filter(
                                list ->
                                        list.getIssuerX500Principal()
                                                .equals(certificate.getIssuerX500Principal()))
                        .toList();
        if (ofIssuer.isEmpty()) {
            return;
        }
        List<X509CRL> genuine = ofIssuer.stream().filter(list -> isBy(issuer, list)).toList();
        for (X509CRL list : genuine) {
            X509CRLEntry entry = list.getRevokedCertificate(certificate);
            if (entry != null) {
                throw new Rejection(
                        Cause.REVOKED,
                        "has certificate %s of %s, which its issuer has revoked at %s%s"
                                .formatted(
                                        certificate.getSerialNumber().toString(16),
                                        CertificateNames.shown(
                                                certificate.getSubjectX500Principal()),
                                        entry.getRevocationDate().toInstant(),
                                        entry.getRevocationReason() == null
                                                ? ""
                                                : " (" + entry.getRevocationReason() + ")"));
            }
        }
        if (genuine.stream().noneMatch(list -> isComplete(list) && isCurrent(list, now))) {
            throw new Rejection(
                    Cause.UNCHECKED,
                    "has a certificate of %s, of whom no revocation list of the session is both"
                                    .formatted(
                                            CertificateNames.shown(
                                                    certificate.getIssuerX500Principal()))
                            + " genuine and up to date; import a newer one and put its id into"
                            + " trust_crl_ids");
        }
    }

    private static boolean isBy(X509Certificate issuer, X509CRL list) {
        boolean[] usage = issuer.getKeyUsage();
        if (usage != null && !usage[CRL_SIGN]) {
            return false;
        }
        try {
            list.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    /** Lists of changes, or of some certificates only, do not tell what is good. */
    private static boolean isComplete(X509CRL list) {
        Set<String> critical = list.getCriticalExtensionOIDs();
        return !list.hasUnsupportedCriticalExtension()
                && (critical == null
                        || (!critical.contains(DELTA_CRL_INDICATOR)
                                && !critical.contains(ISSUING_DISTRIBUTION_POINT)));
    }

    private static boolean isCurrent(X509CRL list, Instant now) {
        Date next = list.getNextUpdate();
        return !list.getThisUpdate().toInstant().isAfter(now)
                && (next == null || !next.toInstant().isBefore(now));
    }
}
