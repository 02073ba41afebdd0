package io.edgeipsec.ike.crypto;

import io.edgeipsec.ike.message.Octets;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** How a CERTREQ payload names an authority (RFC 7296 §3.7). */
public final class AuthorityKeys {
    private AuthorityKeys() {}

    /**
     * SHA-1 of the SubjectPublicKeyInfo. It is a name: nothing rests on its strength.
     *
     * @param certificate DER
     * @throws IllegalArgumentException if it is not a certificate
     */
    public static Octets hash(Octets certificate) {
        try {
            byte[] key =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(certificate.toByteArray()))
                            .getPublicKey()
                            .getEncoded();
            return Octets.wrap(MessageDigest.getInstance("SHA-1").digest(key));
        } catch (CertificateException unreadable) {
            throw new IllegalArgumentException("not a certificate", unreadable);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-1", impossible);
        }
    }
}
