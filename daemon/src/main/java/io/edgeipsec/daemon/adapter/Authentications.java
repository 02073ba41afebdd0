package io.edgeipsec.daemon.adapter;

import io.edgeipsec.ike.auth.Identities;
import io.edgeipsec.ike.crypto.Signatures;
import io.edgeipsec.ike.message.Identification;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.Authentication;
import io.edgeipsec.ike.model.OwnCertificate;
import io.edgeipsec.ike.model.PeerTrust;
import io.edgeipsec.ike.model.PostQuantumKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** Stored certificates in the words of IKE. Pure. */
public final class Authentications {
    private Authentications() {}

    /**
     * How a session authenticates by certificate.
     *
     * @param id names our certificate's private key
     * @param chain PEM of our certificate with those behind it
     * @param authorities PEM of one certificate each
     * @param lists PEM of one CRL each
     * @param ppk taken over
     */
    public static Authentication.Certificates of(
            String id,
            String chain,
            List<String> authorities,
            List<String> lists,
            Optional<PostQuantumKey> ppk) {
        List<Octets> own = Pem.read(chain);
        return new Authentication.Certificates(
                new OwnCertificate(
                        id,
                        Signatures.typeOf(parsed(own.get(0)).getPublicKey()).orElseThrow(),
                        own),
                PeerTrust.of(first(authorities), first(lists)),
                ppk);
    }

    private static List<Octets> first(List<String> texts) {
        return texts.stream().map(text -> Pem.read(text).get(0)).toList();
    }

    /**
     * The identity as it stands in our certificate: of a distinguished name, another spelling of
     * the same would be another identity to a peer that compares octets.
     */
    public static Identification localId(String text, Authentication.Certificates certificates) {
        Identification wanted = Identities.parse(text);
        try {
            return CertificateNames.of(parsed(certificates.own().chain().get(0))).stream()
                    .filter(name -> CertificateNames.isSame(name, wanted))
                    .findFirst()
                    .orElse(wanted);
        } catch (CertificateException unreadable) {
            return wanted;
        }
    }

    private static X509Certificate parsed(Octets der) {
        try {
            return PeerVerifier.parse(der);
        } catch (CertificateException | CRLException damaged) {
            throw new IllegalStateException("a stored certificate is damaged", damaged);
        }
    }
}
